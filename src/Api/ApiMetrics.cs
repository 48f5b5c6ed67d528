using System.Diagnostics.Metrics;

namespace QodOrleans.Api;

/// <summary>Meter <c>QodOrleans.Api</c>. The framework's own meters count requests and their time.</summary>
internal sealed class ApiMetrics
{
    public const string MeterName = "QodOrleans.Api";

    private readonly Counter<long> creates;
    private readonly Counter<long> hoistedBodies;

    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        creates = meter.CreateCounter<long>(
            "qod.api.creates", unit: "{request}", description: "Creates, by surface and outcome: the status for a session, the code for an error.");
        hoistedBodies = meter.CreateCounter<long>(
            "qod.api.hoisted_bodies", unit: "{request}", description: "Creates whose members stood inside device, as in published samples.");
    }

    public void Created(string surface, string outcome) => creates.Add(1, new("qod.surface", surface), new("qod.outcome", outcome));

    public void Hoisted(string surface) => hoistedBodies.Add(1, new KeyValuePair<string, object?>("qod.surface", surface));
}

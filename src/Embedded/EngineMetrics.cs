using System.Diagnostics;
using System.Diagnostics.Metrics;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Embedded;

/// <summary>What the engine tells of itself. Labels are operators, statuses and outcomes: few, and nobody's.</summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string Name = "QodOrleans.Engine";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Meter meter;
    private readonly Counter<long> creates;
    private readonly Counter<long> changes;
    private readonly Histogram<double> lateness;

    public EngineMetrics(IMeterFactory meters, Func<int> dueWaiting, Func<int> underWay)
    {
        meter = meters.Create(Name);
        creates = meter.CreateCounter<long>("qod.session.creates", "{session}", "Creates by operator and outcome.");
        changes = meter.CreateCounter<long>("qod.session.status_changes", "{change}", "Changes of qosStatus by operator, status and statusInfo.");
        lateness = meter.CreateHistogram<double>("qod.session.expiry_lateness", "s", "Time between expiresAt and the committed end.");
        meter.CreateObservableGauge("qod.engine.due_waiting", dueWaiting, "{session}", "Sessions in memory that wait for their due time.");
        meter.CreateObservableGauge("qod.engine.operations", underWay, "{operation}", "Operations under way.");
    }

    public void Created(string @operator, string outcome)
    {
        if (creates.Enabled) creates.Add(1, new("qod.operator", @operator), new("qod.outcome", outcome));
    }

    public void Changed(QosSession before, QosSession after, DateTimeOffset now)
    {
        if (before.Status == after.Status) return;
        if (changes.Enabled)
        {
            changes.Add(1, new("qod.operator", after.Terms.Operator.Value), new("qod.status", after.Status.ToString()),
                new("qod.status_info", after.StatusInfo?.ToString() ?? "none"));
        }
        if (after.StatusInfo == StatusInfo.DurationExpired) lateness.Record((now - after.ExpiresAt).TotalSeconds);
    }

    public void Dispose() => meter.Dispose();
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using QodOrleans.Core;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Engine;

/// <summary>The engine's metrics. Labels are operators, statuses and outcomes: few, and without personal data.</summary>
public sealed class EngineMetrics : IDisposable
{
    public const string Name = "QodOrleans.Engine";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Meter meter;
    private readonly Counter<long> creates;
    private readonly Counter<long> changes;
    private readonly Counter<long> stale;
    private readonly Histogram<double> lateness;

    public EngineMetrics(IMeterFactory meters, InFlight inFlight)
    {
        meter = meters.Create(Name);
        creates = meter.CreateCounter<long>("qod.session.creates", "{session}", "Creates by operator and outcome.");
        changes = meter.CreateCounter<long>("qod.session.status_changes", "{change}", "Changes of qosStatus by operator, status and statusInfo.");
        lateness = meter.CreateHistogram<double>("qod.session.expiry_lateness", "s", "Time between expiresAt and the committed end.");
        stale = meter.CreateCounter<long>("qod.grain.stale_writes", "{write}", "Writes refused by the store's fence: another activation was first.");
        meter.CreateObservableGauge("qod.engine.operations", () => inFlight.Count, "{operation}", "Operations under way.");
    }

    /// <summary>The span of a whole create, with its admission and its operator's call.</summary>
    internal static Activity? StartCreate() => Activities.StartActivity("CreateSession");

    /// <summary>The span of one commit, as its caller waits for it. The SQL statement has no span here: it serves many sessions.</summary>
    internal static Activity? StartCommit() => Activities.StartActivity("store commit", ActivityKind.Client);

    public void Dispose() => meter.Dispose();

    internal void ObserveDue(Func<int> waiting, Func<int> inFlight)
    {
        meter.CreateObservableGauge("qod.engine.due_waiting", waiting, "{session}", "Sessions in memory that wait for their due time.");
        meter.CreateObservableGauge("qod.engine.due_in_flight", inFlight, "{session}", "Due sessions that are being called.");
    }

    internal void Created(string @operator, string outcome)
    {
        if (creates.Enabled) creates.Add(1, new("qod.operator", @operator), new("qod.outcome", outcome));
    }

    internal void Changed(QosSession before, QosSession after, DateTimeOffset now)
    {
        if (before.Status == after.Status) return;
        if (changes.Enabled)
        {
            changes.Add(1, new("qod.operator", after.Terms.Operator.Value), new("qod.status", after.Status.ToString()),
                new("qod.status_info", after.StatusInfo?.ToString() ?? "none"));
        }
        if (after.StatusInfo == StatusInfo.DurationExpired) lateness.Record((now - after.ExpiresAt).TotalSeconds);
    }

    internal void Stale() => stale.Add(1);
}

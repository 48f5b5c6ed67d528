using System.Diagnostics;
using System.Diagnostics.Metrics;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains;

/// <summary>What the engine tells of itself: the embedded engine's metrics by the same names, and the cluster's own. Labels are operators,
/// statuses and outcomes: few, and nobody's.</summary>
internal sealed class GrainMetrics : IDisposable
{
    public const string Name = "QodOrleans.Engine";

    public static readonly ActivitySource Activities = new(Name);

    /// <summary>A commit, as the one who waits for it sees it: the statement serves many sessions, and belongs to none of them.</summary>
    public static Activity? StartCommit() => Activities.StartActivity("store commit", ActivityKind.Client);

    private readonly Meter meter;
    private readonly Counter<long> creates;
    private readonly Counter<long> changes;
    private readonly Counter<long> stale;
    private readonly Counter<long> forwarded;
    private readonly Histogram<double> lateness;

    public GrainMetrics(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        creates = meter.CreateCounter<long>("qod.session.creates", "{session}", "Creates by operator and outcome.");
        changes = meter.CreateCounter<long>("qod.session.status_changes", "{change}", "Changes of qosStatus by operator, status and statusInfo.");
        lateness = meter.CreateHistogram<double>("qod.session.expiry_lateness", "s", "Time between expiresAt and the committed end.");
        stale = meter.CreateCounter<long>("qod.grain.stale_writes", "{write}", "Writes refused by the store's fence: another activation was first.");
        forwarded = meter.CreateCounter<long>("qod.grain.events_forwarded", "{event}", "Events passed on to the silo that tells them, by outcome.");
    }

    public void ObserveWork(Func<int> underWay) =>
        meter.CreateObservableGauge("qod.engine.operations", underWay, "{operation}", "Operations under way.");

    public void ObserveDue(Func<int> inFlight) =>
        meter.CreateObservableGauge("qod.engine.due_in_flight", inFlight, "{session}", "Due sessions that this silo is calling.");

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

    public void Stale() => stale.Add(1);

    public void Forwarded(int count, bool arrived) => forwarded.Add(count, new KeyValuePair<string, object?>("qod.outcome", arrived ? "arrived" : "failed"));

    public void Dispose() => meter.Dispose();
}

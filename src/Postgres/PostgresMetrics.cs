using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace QodOrleans.Postgres;

/// <summary>Meter <c>QodOrleans.Postgres</c>. The tag <c>qod.kind</c> is the queue: commit, session, device or event.</summary>
public sealed class PostgresMetrics
{
    public const string MeterName = "QodOrleans.Postgres";

    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> commitDuration;
    private readonly Counter<long> outcomes;
    private readonly ConcurrentDictionary<string, Func<int>> depths = new();

    public PostgresMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        batchSize = meter.CreateHistogram<int>("qod.store.batch.size", "{operation}", "Operations in one statement.");
        commitDuration = meter.CreateHistogram<double>("qod.store.commit.duration", "s", "From the call to the durable answer.");
        outcomes = meter.CreateCounter<long>("qod.store.outcomes", "{operation}", "Operations by outcome.");
        meter.CreateObservableGauge("qod.store.queue.depth", Depths, "{operation}", "Operations that wait for a place in a statement.");
    }

    internal void BatchSize(string kind, int size) => batchSize.Record(size, Tag("qod.kind", kind));

    internal void Committed(TimeSpan duration) => commitDuration.Record(duration.TotalSeconds);

    internal void Outcome(string kind, string outcome, long count = 1) => outcomes.Add(count, Tag("qod.kind", kind), Tag("qod.outcome", outcome));

    internal IDisposable ObserveDepth(string kind, Func<int> depth)
    {
        depths[kind] = depth;
        return new Observation(() => depths.TryRemove(kind, out _));
    }

    private IEnumerable<Measurement<int>> Depths() => depths.Select(depth => new Measurement<int>(depth.Value(), Tag("qod.kind", depth.Key)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private sealed class Observation(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

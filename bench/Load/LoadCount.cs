using System.Collections.Concurrent;
using System.Diagnostics;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Measuring;

namespace QodOrleans.Bench.Load;

/// <summary>The tally of a load while it runs.</summary>
internal sealed class LoadCount(Workload workload)
{
    private readonly ConcurrentDictionary<int, long> failures = new();
    private long succeeded;

    public Recorder Latency { get; } = new();

    /// <param name="since">Timestamp from which this request's latency counts.</param>
    public void Answered(HttpAnswer answer, long since)
    {
        if (answer.Status != workload.ExpectedStatus)
        {
            Failed(answer.Status);
            return;
        }
        Latency.Record(Stopwatch.GetElapsedTime(since));
        Interlocked.Increment(ref succeeded);
        workload.Observe?.Invoke(answer.Body);
    }

    public void Failed(int status, long requests = 1) => failures.AddOrUpdate(status, requests, (_, before) => before + requests);

    public LoadResult Result(TimeSpan elapsed) => new(Latency, Interlocked.Read(ref succeeded), new Dictionary<int, long>(failures), elapsed);
}

using System.Net;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Load;

/// <summary>What to send, and what to make of the answers.</summary>
/// <param name="NewSource">Called once per connection; each call of what it returns gives the bytes of that connection's next request.</param>
/// <param name="ExpectedStatus">Every other status counts as a failure.</param>
/// <param name="Observe">Sees each expected answer, on whatever thread it came in; null where only the status matters.</param>
internal sealed record Workload(
    IPEndPoint Endpoint, Func<Func<ReadOnlyMemory<byte>>> NewSource, int ExpectedStatus, Action<ReadOnlyMemory<byte>>? Observe = null);

/// <summary>What a load did, within its measured time.</summary>
/// <param name="Elapsed">From the first request to the end of the measured time.</param>
internal sealed record LoadResult(Recorder Latency, long Succeeded, IReadOnlyDictionary<int, long> Failures, TimeSpan Elapsed)
{
    /// <summary>Key of <see cref="Failures"/> for a request that got no answer at all.</summary>
    public const int NoAnswer = 0;

    /// <summary>Open loop only: how late the pacer itself was. Part of every latency, and small where the figures can be trusted.</summary>
    public Recorder? PacerLateness { get; init; }

    public double PerSecond => Succeeded / Elapsed.TotalSeconds;

    public long Failed => Failures.Values.Sum();

    /// <summary>Percentiles, failures by status, and the pacer's own lateness, in one line.</summary>
    public string DescribeLatency()
    {
        var text = $"p50 {Text.Of(Latency.Percentile(50).TotalMilliseconds)}, p99 {Text.Of(Latency.Percentile(99).TotalMilliseconds)}, "
            + $"p99.9 {Text.Of(Latency.Percentile(99.9).TotalMilliseconds)}, max {Text.Of(Latency.Max.TotalMilliseconds)} ms";
        if (PacerLateness is { } pacer) text += $", of which the driver's own lateness p99 {Text.Of(pacer.Percentile(99).TotalMilliseconds)} ms";
        return Failed == 0 ? text : $"{text}, FAILED {string.Join(", ", Failures.Select(one => $"{one.Value} with {(one.Key == NoAnswer ? "no answer" : one.Key)}"))}";
    }
}

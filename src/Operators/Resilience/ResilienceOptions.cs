using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Operators.Resilience;

/// <summary>The <c>Resilience</c> section of an operator in <c>Qod:Operators</c>: how much of us one operator may take up.</summary>
public sealed class ResilienceOptions
{
    /// <summary>For a create with its queueing and retries. Default 8 s, 100 ms to 20 s: a create must be over well before
    /// <c>Qod:Sessions:CreateSettlesWithin</c>, or a session could come to life at the operator after its release.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan CreateDeadline { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>The same for an extension, a delete, a look-up and an identification. Default 3 s, 100 ms to 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Further attempts after an unreachable one, within the deadline. Default 2, 0 to 10.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>Before the first retry; grows exponentially, with jitter. Default 100 ms, 1 ms to 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:05")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The share of calls without an answer (unreachable or unknown, after retries) that opens the breaker. Default 0.8, above 0, at most 1.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; set; } = 0.8;

    /// <summary>Fewer calls within <see cref="BreakerWindow"/> never open the breaker. Default 50, 2 to 1,000,000.</summary>
    [Range(2, 1_000_000)]
    public int BreakerMinimumCalls { get; set; } = 50;

    /// <summary>Default 10 s, 500 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open breaker spares the operator before it lets one call try. Default 2 s, 500 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls under way at a time. Default 512, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int ConcurrentCalls { get; set; } = 512;

    /// <summary>Calls that wait for one of those to end, first come first served; one more is answered unreachable at once.
    /// Default 2,048, 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int QueuedCalls { get; set; } = 2048;
}

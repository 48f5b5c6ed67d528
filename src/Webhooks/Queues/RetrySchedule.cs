namespace QodOrleans.Webhooks.Queues;

/// <summary>Exponential back-off with full jitter: many sessions that failed together do not come back together.</summary>
/// <param name="random">Used by one thread at a time.</param>
internal sealed class RetrySchedule(WebhookOptions options, Random random)
{
    private const int MostDoublings = 24;

    /// <param name="attempts">Failed so far, at least 1.</param>
    public TimeSpan Pause(int attempts, TimeSpan? retryAfter)
    {
        var pause = Jitter(attempts, options.LongestRetry);
        return Asked(retryAfter) is { } asked && asked > pause ? asked : pause;
    }

    /// <summary>The pause that is kept, of the one that a sink asks for; null for none.</summary>
    public TimeSpan? Asked(TimeSpan? retryAfter) => retryAfter is not { } asked || asked <= TimeSpan.Zero ? null
        : asked > options.LongestRetryAfter ? options.LongestRetryAfter
        : asked;

    /// <param name="openings">How often the circuit has opened in a row, this time included.</param>
    public TimeSpan OpenFor(int openings) => Jitter(openings, options.LongestRest);

    private TimeSpan Jitter(int times, TimeSpan longest) =>
        TimeSpan.FromTicks((long)(random.NextDouble() * Math.Min(longest.Ticks, options.FirstRetry.Ticks << Math.Min(times - 1, MostDoublings))));
}

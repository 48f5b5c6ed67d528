namespace QodOrleans.Authorization.Limits;

/// <summary>So many requests per period, and as many at once, by the generic cell rate algorithm: the state is one number per client or address.</summary>
/// <remarks>The limiters of System.Threading.RateLimiting take a lock, allocate a lease, and read a clock that no test can move. This is an
/// addition and a compare-and-swap, some 40 ns on the way of every request.</remarks>
internal sealed class GcraLimiter(int count, TimeSpan period, TimeProvider time)
{
    private readonly long burst = (long)(period.TotalSeconds * time.TimestampFrequency);
    private readonly long interval = (long)(period.TotalSeconds * time.TimestampFrequency) / count;

    /// <summary>Takes one request out of what is left.</summary>
    /// <param name="full">When all will be free again, as a timestamp; 0 at first.</param>
    /// <param name="retryAfterSeconds">If refused: seconds until the next one is admitted, at least 1.</param>
    public bool TryAcquire(ref long full, out int retryAfterSeconds)
    {
        while (true)
        {
            var seen = Volatile.Read(ref full);
            if (!HasRoom(seen, out var next, out retryAfterSeconds)) return false;
            if (Interlocked.CompareExchange(ref full, next, seen) == seen) return true;
        }
    }

    /// <summary>Whether one would be admitted, taking none.</summary>
    public bool HasRoom(ref long full, out int retryAfterSeconds) => HasRoom(Volatile.Read(ref full), out _, out retryAfterSeconds);

    private bool HasRoom(long full, out long next, out int retryAfterSeconds)
    {
        var now = time.GetTimestamp();
        next = Math.Max(full, now) + interval;
        var excess = next - now - burst;
        retryAfterSeconds = excess > 0 ? (int)Math.Ceiling((double)excess / time.TimestampFrequency) : 0;
        return excess <= 0;
    }
}

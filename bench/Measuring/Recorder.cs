using System.Numerics;

namespace QodOrleans.Bench.Measuring;

/// <summary>Counts durations in logarithmic buckets: 128 to each power of two, so a percentile is at most 0.8 % too high, whatever its size.
/// Safe from any thread, and allocates nothing after construction.</summary>
internal sealed class Recorder
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int LargestPower = 42; // nanoseconds: about 73 minutes

    private readonly long[] counts = new long[(LargestPower - SubBucketBits + 2) * SubBuckets];
    private long count;
    private long largest;

    public long Count => Interlocked.Read(ref count);

    public TimeSpan Max => FromNanoseconds(Interlocked.Read(ref largest));

    /// <param name="duration">Below zero counts as zero.</param>
    public void Record(TimeSpan duration)
    {
        var nanoseconds = Math.Clamp(duration.Ticks * 100, 0, 1L << LargestPower);
        Interlocked.Increment(ref counts[IndexOf(nanoseconds)]);
        Interlocked.Increment(ref count);
        var seen = Interlocked.Read(ref largest);
        while (nanoseconds > seen && Interlocked.CompareExchange(ref largest, nanoseconds, seen) is var found && found != seen) seen = found;
    }

    /// <param name="percent">Above 0, at most 100.</param>
    /// <returns>The upper edge of the bucket that holds that percentile; zero when nothing was recorded.</returns>
    public TimeSpan Percentile(double percent)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        var seen = 0L;
        for (var index = 0; index < counts.Length; index++)
        {
            seen += Interlocked.Read(ref counts[index]);
            if (seen >= rank) return FromNanoseconds(Math.Min(UpperEdge(index), Interlocked.Read(ref largest)));
        }
        return TimeSpan.Zero;
    }

    // Values below 128 have a bucket each; above, the bits after the leading one choose among 128.
    private static int IndexOf(long nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - SubBucketBits);
        return (shift * SubBuckets) + (int)(nanoseconds >> shift);
    }

    private static long UpperEdge(int index)
    {
        var shift = Math.Max(0, (index / SubBuckets) - 1);
        return ((index - ((long)shift * SubBuckets) + 1) << shift) - 1;
    }

    private static TimeSpan FromNanoseconds(long nanoseconds) => TimeSpan.FromTicks((nanoseconds + 99) / 100);
}

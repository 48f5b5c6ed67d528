namespace QodOrleans.Simulation;

/// <summary>All chance of a world, from one seed: SplitMix64, so that a seed means the same on every machine and for every version of .NET.</summary>
internal sealed class Chance(long seed) : Random
{
    // Mixed first: else one seed would begin where another has come to.
    private ulong state = Mix(unchecked((ulong)seed + 1));

    public override int Next() => Next(int.MaxValue);

    public override int Next(int maxValue) => (int)(((Take() >> 32) * (ulong)maxValue) >> 32);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(Take() >> 1);

    public override double NextDouble() => (Take() >> 11) * (1.0 / (1UL << 53));

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var one in buffer) one = (byte)(Take() >> 56);
    }

    public bool Happens(double probability) => NextDouble() < probability;

    /// <summary>A whole number of milliseconds, below the longest.</summary>
    public TimeSpan UpTo(TimeSpan longest) => TimeSpan.FromMilliseconds(Next((int)longest.TotalMilliseconds));

    public TimeSpan Between(double leastSeconds, double mostSeconds) =>
        TimeSpan.FromMilliseconds(Next((int)(leastSeconds * 1_000), (int)(mostSeconds * 1_000)));

    public T OneOf<T>(IReadOnlyList<T> some) => some[Next(some.Count)];

    protected override double Sample() => NextDouble();

    private ulong Take()
    {
        state += 0x9e3779b97f4a7c15;
        return Mix(state);
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}

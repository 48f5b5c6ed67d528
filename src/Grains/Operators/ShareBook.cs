namespace QodOrleans.Grains.Operators;

/// <summary>Divides an operator's limit among the silos by what they want. The parts that are out never add up to more than the limit, except that every
/// silo has at least one call: a part grows only by what others have given back.</summary>
internal sealed class ShareBook(TimeSpan lease)
{
    private readonly Dictionary<SiloAddress, Part> parts = [];

    /// <returns>How many concurrent calls the silo may make until it asks again, at most for the lease.</returns>
    /// <param name="held">What it has by an earlier grant: it may be one that this book, made anew elsewhere, does not know of.</param>
    public int Grant(SiloAddress silo, int held, int wanted, int limit, DateTimeOffset now)
    {
        foreach (var (other, part) in parts)
            if (part.Until <= now) parts.Remove(other);

        var granted = parts.TryGetValue(silo, out var mine) ? mine.Granted : held;
        parts[silo] = new Part(granted, wanted, now + lease);
        var weight = parts.Values.Sum(part => (long)part.Weight);
        var fair = (int)Math.Max(1, limit * (long)parts[silo].Weight / weight);
        var free = limit - parts.Values.Sum(part => (long)part.Granted) + granted;
        var grant = (int)Math.Max(1, Math.Min(fair, free));
        parts[silo] = new Part(grant, wanted, now + lease);
        return grant;
    }

    private readonly record struct Part(int Granted, int Wanted, DateTimeOffset Until)
    {
        // A silo that wants nothing now may want something before it asks again.
        public int Weight => Wanted + 1;
    }
}

/// <summary>Counts calls without an answer over a window, for all silos together.</summary>
internal sealed class BreakerWindow(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, int Calls, int Unanswered)> reports = new();

    public void Add(int calls, int unanswered, DateTimeOffset now)
    {
        while (reports.TryPeek(out var oldest) && oldest.At <= now - window) reports.Dequeue();
        if (calls > 0) reports.Enqueue((now, calls, unanswered));
    }

    public bool IsBroken(int leastCalls, double ratio)
    {
        var calls = reports.Sum(report => report.Calls);
        return calls >= leastCalls && reports.Sum(report => report.Unanswered) >= ratio * calls;
    }

    public void Clear() => reports.Clear();
}

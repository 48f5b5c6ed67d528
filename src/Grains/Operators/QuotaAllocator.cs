namespace QodOrleans.Grains.Operators;

/// <summary>Divides an operator's limit among the silos by what they want. The quotas that are out never add up to more than the limit, except that every
/// silo has at least one call: a quota grows only by what others have given back.</summary>
internal sealed class QuotaAllocator(TimeSpan lease)
{
    private readonly Dictionary<SiloAddress, Quota> quotas = [];

    /// <returns>How many concurrent calls the silo may make until it asks again, at most for the lease.</returns>
    /// <param name="held">What it has by an earlier grant: it may be one that this allocator, made anew elsewhere, does not know of.</param>
    public int Grant(SiloAddress silo, int held, int wanted, int limit, DateTimeOffset now)
    {
        foreach (var (other, quota) in quotas)
            if (quota.Until <= now) quotas.Remove(other);

        var granted = quotas.TryGetValue(silo, out var mine) ? mine.Granted : held;
        quotas[silo] = new Quota(granted, wanted, now + lease);
        var weight = quotas.Values.Sum(quota => (long)quota.Weight);
        var fair = (int)Math.Max(1, limit * (long)quotas[silo].Weight / weight);
        var free = limit - quotas.Values.Sum(quota => (long)quota.Granted) + granted;
        var grant = (int)Math.Max(1, Math.Min(fair, free));
        quotas[silo] = new Quota(grant, wanted, now + lease);
        return grant;
    }

    private readonly record struct Quota(int Granted, int Wanted, DateTimeOffset Until)
    {
        // A silo that wants nothing now may want something before it asks again.
        public int Weight => Wanted + 1;
    }
}

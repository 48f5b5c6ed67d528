namespace QodOrleans.Grains.Operators;

/// <summary>One operator, as the whole cluster sees it: whether it may be called, and how much. The key is the operator's id. Silos ask once a second for
/// their quota of its limits, so no session waits for this grain.</summary>
[Alias("qod.IOperatorGrain")]
public interface IOperatorGrain : IGrainWithStringKey
{
    /// <summary>What a silo may do until the lease ends, or until it asks again.</summary>
    [Alias("Renew")]
    Task<OperatorQuota> RenewAsync(QuotaRequest request);

    /// <summary>For those who run the broker. Durable when it returns; in force everywhere within two seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit below 1 or above <see cref="OperatorLimits.Most"/>.</exception>
    [Alias("Set")]
    Task SetAsync(OperatorAdministration decision);

    [Alias("Get")]
    Task<OperatorAdministration> GetAsync();
}

[GenerateSerializer, Alias("qod.operator-mode")]
public enum OperatorMode
{
    /// <summary>In service.</summary>
    Enabled = 0,

    /// <summary>Maintenance: no new sessions; those that exist are looked after.</summary>
    Draining = 1,

    /// <summary>The kill switch: not called at all. Releases are made up for later.</summary>
    Killed = 2,
}

/// <param name="ConcurrentCalls">Calls under way at a time, over all silos; null: as configured.</param>
/// <param name="CallsPerSecond">Over all silos; null: no limit.</param>
[GenerateSerializer, Immutable, Alias("qod.operator-limits")]
public readonly record struct OperatorLimits([property: Id(0)] int? ConcurrentCalls, [property: Id(1)] int? CallsPerSecond)
{
    public const int Most = 1_000_000;

    public bool AreInRange => ConcurrentCalls is null or (>= 1 and <= Most) && CallsPerSecond is null or (>= 1 and <= Most);
}

/// <summary>What was decided about an operator. Stored.</summary>
[GenerateSerializer, Alias("qod.operator-administration")]
public sealed record OperatorAdministration
{
    [Id(0)]
    public OperatorMode Mode { get; init; }

    [Id(1)]
    public OperatorLimits Limits { get; init; }
}

/// <param name="Silo">Whose quota it is.</param>
/// <param name="Held">Concurrent calls that it may make by the quota it has; 0 for none.</param>
/// <param name="Wanted">The most calls that were under way or waiting at one time since it last asked.</param>
/// <param name="Calls">Calls at the operator that ended since it last asked.</param>
/// <param name="Unanswered">Those of them without an answer.</param>
[GenerateSerializer, Immutable, Alias("qod.share-request")]
public readonly record struct QuotaRequest(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] int Held,
    [property: Id(2)] int Wanted,
    [property: Id(3)] int Calls,
    [property: Id(4)] int Unanswered);

/// <param name="ConcurrentCalls">At least 1.</param>
/// <param name="CallsPerSecond">Null: no limit.</param>
/// <param name="PausedFor">The breaker is open for so long; zero when it is not.</param>
/// <param name="Lease">For how long this holds.</param>
[GenerateSerializer, Immutable, Alias("qod.operator-share")]
public readonly record struct OperatorQuota(
    [property: Id(0)] OperatorMode Mode,
    [property: Id(1)] int ConcurrentCalls,
    [property: Id(2)] double? CallsPerSecond,
    [property: Id(3)] TimeSpan PausedFor,
    [property: Id(4)] TimeSpan Lease);

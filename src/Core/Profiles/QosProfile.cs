using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Profiles;

/// <summary>CAMARA <c>QosProfileStatusEnum</c>.</summary>
public enum QosProfileStatus
{
    /// <summary>Can be used.</summary>
    Active,

    /// <summary>Cannot be used at present.</summary>
    Inactive,

    /// <summary>Used by sessions that exist, closed to new ones.</summary>
    Deprecated,
}

/// <summary>CAMARA <c>QosProfile</c>: a named quality of the network, for example its throughput and latency.</summary>
public sealed record QosProfile
{
    /// <summary>3 to 256 of <c>[a-zA-Z0-9_.-]</c>.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    public QosProfileStatus Status { get; init; } = QosProfileStatus.Active;

    /// <summary>Where it is available, for people to read; null for no statement. It is not checked.</summary>
    public IReadOnlyList<CountryAvailability>? CountryAvailability { get; init; }

    /// <summary>Ids of the operators whose devices may have it; null for all.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    public Rate? TargetMinUpstreamRate { get; init; }

    public Rate? MaxUpstreamRate { get; init; }

    public Rate? MaxUpstreamBurstRate { get; init; }

    public Rate? TargetMinDownstreamRate { get; init; }

    public Rate? MaxDownstreamRate { get; init; }

    public Rate? MaxDownstreamBurstRate { get; init; }

    /// <summary>Shortest session; default one second.</summary>
    public QosDuration? MinDuration { get; init; }

    /// <summary>Longest session; default one day.</summary>
    public QosDuration? MaxDuration { get; init; }

    /// <summary>1 to 100; lower goes first.</summary>
    public int? Priority { get; init; }

    /// <summary>One way, between the device and the edge of the operator's network.</summary>
    public QosDuration? PacketDelayBudget { get; init; }

    /// <summary>99th percentile of the round-trip variation.</summary>
    public QosDuration? Jitter { get; init; }

    /// <summary>1 to 10: the N of a loss rate of 10^-N.</summary>
    public int? PacketErrorLossRate { get; init; }

    public TimeSpan ShortestDuration => MinDuration?.AsTimeSpan() ?? TimeSpan.FromSeconds(1);

    public TimeSpan LongestDuration => MaxDuration?.AsTimeSpan() ?? TimeSpan.FromDays(1);

    /// <summary>Whether some devices may not have it.</summary>
    public bool IsRestricted => Operators is not null;

    public bool IsOfferedBy(OperatorId @operator) => Operators is null || Operators.Contains(@operator.Value);
}

/// <summary>CAMARA <c>Availability</c>, one country.</summary>
/// <param name="CountryName">Two letters of ISO 3166, for example <c>ES</c>.</param>
/// <param name="Networks">PLMN identifiers, 5 or 6 digits each; null for whichever networks there are.</param>
public sealed record CountryAvailability(string CountryName, IReadOnlyList<string>? Networks = null);

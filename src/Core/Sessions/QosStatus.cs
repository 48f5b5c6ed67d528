namespace QodOrleans.Core.Sessions;

/// <summary>CAMARA <c>qosStatus</c>: what a client sees. The finer life is <see cref="SessionPhase"/>.
/// The numbers are stored and sent between processes: never changed, never used again.</summary>
public enum QosStatus
{
    /// <summary>Asked for; the operator has not confirmed yet.</summary>
    Requested = 0,

    /// <summary>Provided by the network.</summary>
    Available = 1,

    /// <summary>Not, or no longer, provided by the network; <see cref="StatusInfo"/> says why.</summary>
    Unavailable = 2,
}

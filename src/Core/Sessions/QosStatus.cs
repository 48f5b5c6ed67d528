namespace QodOrleans.Core.Sessions;

/// <summary>CAMARA <c>qosStatus</c>: what a client sees. The finer life is <see cref="SessionPhase"/>.</summary>
public enum QosStatus
{
    /// <summary>Asked for; the operator has not confirmed yet.</summary>
    Requested,

    /// <summary>Provided by the network.</summary>
    Available,

    /// <summary>Not, or no longer, provided by the network; <see cref="StatusInfo"/> says why.</summary>
    Unavailable,
}

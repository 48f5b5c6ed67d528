namespace QodOrleans.Core.Sessions;

/// <summary>CAMARA <c>statusInfo</c>: why a session is <see cref="QosStatus.Unavailable"/>.</summary>
public enum StatusInfo
{
    /// <summary>The duration ran out.</summary>
    DurationExpired,

    /// <summary>The network refused it, or ended it before its time.</summary>
    NetworkTerminated,

    /// <summary>The client deleted it.</summary>
    DeleteRequested,
}

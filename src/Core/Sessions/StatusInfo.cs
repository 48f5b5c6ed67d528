namespace QodOrleans.Core.Sessions;

/// <summary>CAMARA <c>statusInfo</c>: why a session is <see cref="QosStatus.Unavailable"/>.
/// The numbers are stored, sent between processes and written out in SQL: never changed, never used again.</summary>
public enum StatusInfo
{
    /// <summary>The duration ran out.</summary>
    DurationExpired = 0,

    /// <summary>The network refused it, or ended it before its time.</summary>
    NetworkTerminated = 1,

    /// <summary>The client deleted it.</summary>
    DeleteRequested = 2,
}

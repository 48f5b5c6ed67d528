using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Storage;

/// <summary>One session's change, durable as a whole or not at all.</summary>
/// <param name="Session">As it shall be. Phase Gone deletes the row. Its version is one above what the store must hold; version 1 inserts.</param>
/// <param name="Event">Written to the outbox in the same statement; null for a silent change.</param>
/// <param name="Admission">For a first commit: the device's fence as the owner knows it. Another admission since then refuses this one.</param>
public readonly record struct SessionCommit(QosSession Session, QosStatusChanged? Event, Admission? Admission = null);

/// <param name="ExpectedFence">0 for a device that is thought to be new.</param>
public readonly record struct Admission(DeviceKey DeviceKey, long ExpectedFence);

/// <summary>How a commit ended. Anything else is an exception.</summary>
public enum CommitStatus
{
    Committed,

    /// <summary>The store holds another version of the session: the caller's copy is old. Nothing was written.</summary>
    StaleSession,

    /// <summary>The device's fence has moved: the caller does not know all its sessions. Nothing was written.</summary>
    StaleDevice,
}

/// <param name="DeviceFence">The fence after an admission, to be given with the next one.</param>
public readonly record struct CommitResult(CommitStatus Status, long DeviceFence = 0);

/// <summary>Something to look at again.</summary>
public readonly record struct DueSession(SessionId Id, DateTimeOffset DueAt);

/// <summary>A user whose sessions are asked for.</summary>
/// <param name="Subject">By the name that the client knows.</param>
/// <param name="Line">The device of the user's line: what the client has made on it without a user is the user's too. Null where it is not known.</param>
public readonly record struct SessionUser(string Subject, DeviceKey? Line)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => nameof(SessionUser);
}

/// <summary>The sessions, durable. The store is the fence; a session in memory is a cache and a schedule.</summary>
/// <remarks>All calls are concurrent. A commit returns when it is durable; if the connection breaks, the store finds out what happened
/// before it answers. At most one commit per session, and one admission per device, may be under way from one process.</remarks>
public interface ISessionStore
{
    /// <exception cref="StoreUnavailableException">Not committed, and will not be: the store is down, or too much is waiting.</exception>
    /// <exception cref="CommitRejectedException">The store refuses this commit for what is in it; others are not affected.</exception>
    ValueTask<CommitResult> CommitAsync(SessionCommit commit);

    /// <returns>The session as last committed, or null.</returns>
    /// <exception cref="StoreUnavailableException" />
    ValueTask<QosSession?> ReadAsync(SessionId id);

    /// <returns>The device's fence and the sessions that hold its flows, from one snapshot.</returns>
    /// <exception cref="StoreUnavailableException" />
    ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device);

    /// <summary>The next sessions by due time, then id, strictly after <paramref name="after"/> and due no later than <paramref name="until"/>.</summary>
    /// <param name="limit">1 to 10,000.</param>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation);

    /// <summary>A client's sessions that are REQUESTED or AVAILABLE, newest first.</summary>
    /// <param name="user">Null for those of all its users and of none.</param>
    /// <param name="limit">1 to 10,000.</param>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation);

    /// <summary>A client's sessions of one device, newest first: all that are <see cref="QosSession.IsVisible"/>.</summary>
    /// <param name="user">Null for those of all its users and of none.</param>
    /// <param name="limit">1 to 10,000.</param>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation);
}

/// <summary>The events that are not told yet, and those given up.</summary>
public interface IEventOutbox
{
    /// <summary>Events still to be told, by session and sequence, strictly after <paramref name="after"/>.</summary>
    /// <param name="limit">1 to 10,000.</param>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation);

    /// <summary>The event arrived: it need not be told again. Lost on a crash, so a sink may see it twice.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask CompleteAsync(Guid eventId);

    /// <summary>The event is given up, and kept with the reason.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask DeadLetterAsync(Guid eventId, string reason);

    /// <summary>A server has asked for a pause: any process that delivers that application's events after this process must know. Of two for one server, the
    /// later one stays.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask ThrottleAsync(SinkThrottle throttle);

    /// <summary>The rests that are not over at <paramref name="now"/>, in no order.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>A place in the outbox.</summary>
public readonly record struct OutboxCursor(SessionId SessionId, int Sequence);

/// <summary>The store cannot be used now; nothing was changed.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One commit cannot be stored, whatever is tried.</summary>
public sealed class CommitRejectedException(string message, Exception? inner = null) : Exception(message, inner);

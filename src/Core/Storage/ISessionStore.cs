using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Storage;

/// <summary>One session's change. It becomes durable as a whole or not at all.</summary>
/// <param name="Session">The new state of the session. Phase Gone deletes the row. Its version is one above what the store must hold; version 1
/// inserts.</param>
/// <param name="Event">Written to the outbox in the same statement; null for a silent change.</param>
/// <param name="Admission">For a session's first commit: the device's fence as its owner knows it. If there was another admission since, this one is
/// refused.</param>
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

/// <summary>A session, and when it is due.</summary>
public readonly record struct DueSession(SessionId Id, DateTimeOffset DueAt);

/// <summary>A user whose sessions are asked for.</summary>
/// <param name="Subject">By the name that the client knows.</param>
/// <param name="Line">The device of the user's line: what the client has made on it without a user is the user's too. Null where it is not known.</param>
public readonly record struct SessionUser(string Subject, DeviceKey? Line)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => nameof(SessionUser);
}

/// <summary>Stores the sessions durably. Its fences decide which write is accepted; sessions in a process's memory are only a cache and a schedule.</summary>
/// <remarks>All calls are concurrent. A commit returns when it is durable; if the connection breaks, the store finds out what happened
/// before it answers. At most one commit per session, and one admission per device, may be under way from one process.</remarks>
public interface ISessionStore
{
    /// <exception cref="StoreUnavailableException">Not committed, and will not be: the store is down, or too much is waiting.</exception>
    /// <exception cref="CommitRejectedException">The store cannot store this commit's content; other commits are not affected.</exception>
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

/// <summary>Stores the events that are not delivered yet, and those that were given up.</summary>
public interface IEventOutbox
{
    /// <summary>Events to be delivered, ordered by session and sequence, strictly after <paramref name="after"/>.</summary>
    /// <param name="limit">1 to 10,000.</param>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation);

    /// <summary>Marks an event as delivered. A crash can lose this mark, and then the sink gets the event twice.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask CompleteAsync(Guid eventId);

    /// <summary>Gives an event up, and keeps it with the reason.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask DeadLetterAsync(Guid eventId, string reason);

    /// <summary>Stores the pause that a server has asked for, for every process that will deliver that application's events. Of two pauses for one server, the
    /// one that ends later is kept.</summary>
    /// <exception cref="StoreUnavailableException" />
    ValueTask ThrottleAsync(SinkThrottle throttle);

    /// <summary>The pauses that are not over at <paramref name="now"/>, in no order.</summary>
    /// <exception cref="StoreUnavailableException" />
    Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>A place in the outbox.</summary>
public readonly record struct OutboxCursor(SessionId SessionId, int Sequence);

/// <summary>The store cannot be used now; nothing was changed.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A commit that cannot be stored because of its content. To repeat it does not help.</summary>
public sealed class CommitRejectedException(string message, Exception? inner = null) : Exception(message, inner);

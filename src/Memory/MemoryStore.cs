using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Memory;

/// <summary>Sessions and outbox in this process's memory: for tests and for trying things out. It follows the rules of the durable store and refuses the same
/// input; only durability is missing. It has no limit but memory.</summary>
public sealed class MemoryStore : ISessionStore, IEventOutbox
{
    private const int LongestPage = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<SessionId, QosSession> sessions = [];
    private readonly SortedSet<(DateTimeOffset DueAt, Guid Id)> due = [];
    private readonly Dictionary<DeviceKey, Device> devices = [];
    private readonly Dictionary<Guid, QosStatusChanged> events = [];
    private readonly SortedSet<(Guid Session, int Sequence, Guid Event)> pending = [];
    private readonly Dictionary<(string ClientId, string Server), DateTimeOffset> rests = [];
    private long lastFence;

    /// <inheritdoc />
    public ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        var (session, change, admission) = commit;
        if (session.Version < 1 || session is { Version: 1, Phase: SessionPhase.Gone })
            throw new ArgumentException("A first commit has version 1 and is not a deletion.", nameof(commit));
        if (admission is not null && session.Version != 1) throw new ArgumentException("Only a first commit is admitted.", nameof(commit));
        if (Texts(commit).Any(text => text?.Contains('\0') == true))
            return ValueTask.FromException<CommitResult>(new CommitRejectedException("The store takes no NUL characters, as the durable one does not."));

        lock (gate)
        {
            if (admission is { } asked && FenceOf(asked.DeviceKey) != asked.ExpectedFence) return new(new CommitResult(CommitStatus.StaleDevice));
            if ((sessions.TryGetValue(session.Id, out var held) ? held.Version : 0) != session.Version - 1)
                return new(new CommitResult(CommitStatus.StaleSession));

            if (held is not null) Forget(held);
            if (session.Phase != SessionPhase.Gone) Keep(session);
            if (change is not null) Tell(change);
            return new(new CommitResult(CommitStatus.Committed, admission is { } admitted ? Admit(admitted.DeviceKey) : 0));
        }
    }

    /// <inheritdoc />
    public ValueTask<QosSession?> ReadAsync(SessionId id)
    {
        lock (gate) return new(sessions.GetValueOrDefault(id));
    }

    /// <inheritdoc />
    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device)
    {
        lock (gate)
        {
            if (!devices.TryGetValue(device, out var known)) return new(DeviceFlows.Unknown);
            return new(new DeviceFlows(known.Fence, known.Sessions.Select(id => sessions[id]).Where(s => s.HoldsFlow).ToDictionary(s => s.Id, s => s.Flow)));
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation)
    {
        CheckLimit(limit);
        lock (gate)
        {
            var from = after is { } last ? (last.DueAt, last.Id.Value) : (DateTimeOffset.MinValue, Guid.Empty);
            var rest = due.GetViewBetween(from, (DateTimeOffset.MaxValue, Guid.AllBitsSet)).SkipWhile(entry => entry == from);
            return Task.FromResult<IReadOnlyList<DueSession>>(
                [.. rest.TakeWhile(entry => entry.DueAt <= until).Take(limit).Select(entry => new DueSession(new SessionId(entry.Id), entry.DueAt))]);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        NewestAsync(session => session.Status != QosStatus.Unavailable && IsOf(session, clientId, user), limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(
        DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        NewestAsync(session => session.Terms.DeviceKey == device && session.IsVisible && IsOf(session, clientId, user), limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation)
    {
        CheckLimit(limit);
        lock (gate)
        {
            var from = after is { } last ? (last.SessionId.Value, last.Sequence, Guid.AllBitsSet) : (Guid.Empty, 0, Guid.Empty);
            var rest = pending.GetViewBetween(from, (Guid.AllBitsSet, int.MaxValue, Guid.AllBitsSet));
            return Task.FromResult<IReadOnlyList<QosStatusChanged>>([.. rest.Take(limit).Select(entry => events[entry.Event])]);
        }
    }

    /// <inheritdoc />
    public ValueTask CompleteAsync(Guid eventId)
    {
        lock (gate)
            if (events.Remove(eventId, out var change)) pending.Remove(KeyOf(change));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    // The event's id is remembered, so that it is not sent again. The reason is not kept here.
    public ValueTask DeadLetterAsync(Guid eventId, string reason)
    {
        lock (gate)
            if (events.TryGetValue(eventId, out var change)) pending.Remove(KeyOf(change));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask ThrottleAsync(SinkThrottle throttle)
    {
        lock (gate)
            if (!(rests.GetValueOrDefault((throttle.ClientId, throttle.Server)) > throttle.Until)) rests[(throttle.ClientId, throttle.Server)] = throttle.Until;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        lock (gate)
        {
            foreach (var (place, until) in rests)
                if (until <= now) rests.Remove(place);
            return Task.FromResult<IReadOnlyList<SinkThrottle>>([.. rests.Select(rest => new SinkThrottle(rest.Key.ClientId, rest.Key.Server, rest.Value))]);
        }
    }

    private static bool IsOf(QosSession session, string clientId, SessionUser? user)
    {
        var terms = session.Terms;
        if (terms.ClientId != clientId) return false;
        return user is not { } somebody || terms.Subject == somebody.Subject || (terms.Subject is null && terms.DeviceKey == somebody.Line);
    }

    // Reads all sessions: lists are rare, and there are few sessions here.
    private Task<IReadOnlyList<QosSession>> NewestAsync(Func<QosSession, bool> wanted, int limit)
    {
        CheckLimit(limit);
        lock (gate)
            return Task.FromResult<IReadOnlyList<QosSession>>([.. sessions.Values.Where(wanted).OrderByDescending(session => session.Id.Value).Take(limit)]);
    }

    private long FenceOf(DeviceKey key) => devices.TryGetValue(key, out var device) ? device.Fence : 0;

    private long Admit(DeviceKey key) => DeviceOf(key).Fence = ++lastFence;

    private void Keep(QosSession session)
    {
        sessions[session.Id] = session;
        due.Add((session.DueAt, session.Id.Value));
        DeviceOf(session.Terms.DeviceKey).Sessions.Add(session.Id);
    }

    private void Forget(QosSession session)
    {
        sessions.Remove(session.Id);
        due.Remove((session.DueAt, session.Id.Value));
        DeviceOf(session.Terms.DeviceKey).Sessions.Remove(session.Id);
    }

    private void Tell(QosStatusChanged change)
    {
        events.Add(change.EventId, change);
        pending.Add(KeyOf(change));
    }

    private static (Guid Session, int Sequence, Guid Event) KeyOf(QosStatusChanged change) => (change.SessionId.Value, change.Sequence, change.EventId);

    private Device DeviceOf(DeviceKey key)
    {
        if (!devices.TryGetValue(key, out var device)) devices[key] = device = new Device();
        return device;
    }

    private static IEnumerable<string?> Texts(SessionCommit commit) =>
        [commit.Session.Terms.ClientId, commit.Session.Terms.Subject, commit.Session.OperatorReference, commit.Event?.Correlator];

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
    }

    private sealed class Device
    {
        public long Fence { get; set; }

        public HashSet<SessionId> Sessions { get; } = [];
    }
}

using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Memory;

namespace QodOrleans.Simulation;

/// <summary>The database: it outlives every process.</summary>
internal sealed class SimulatedStore(World world)
{
    private readonly MemoryStore rows = new();

    /// <summary>Nothing gets in or out before that.</summary>
    public TimeSpan DownUntil { get; set; }

    /// <summary>Events that were not delivered, with the reason.</summary>
    public Dictionary<Guid, string> Dead { get; } = [];

    public int Sessions { get; private set; }

    public bool HasPendingEvents => rows.ReadPendingAsync(null, 1, default).Result.Count > 0;

    public CommitResult Commit(SessionCommit commit, Node by)
    {
        var result = rows.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
        if (world.Trace.IsOn && result.Status != CommitStatus.Committed)
            world.Trace.Note($"{by} finds {world.Trace.Name(commit.Session.Id)} {result.Status}, fence {commit.Admission?.ExpectedFence}");
        switch (result.Status)
        {
            case CommitStatus.Committed:
                Sessions += commit.Session.Version == 1 ? 1 : commit.Session.IsGone ? -1 : 0;
                world.Ledger.Committed(commit.Session, by);
                break;
            case CommitStatus.StaleSession:
                world.Faults.Saw(Fault.StaleSession);
                break;
            default:
                world.Faults.Saw(Fault.StaleDevice);
                break;
        }
        return result;
    }

    public QosSession? Read(SessionId id) => rows.ReadAsync(id).AsTask().Result;

    public DeviceFlows ReadDevice(DeviceKey device) => rows.ReadDeviceAsync(device).AsTask().Result;

    public IReadOnlyList<DueSession> ReadDue(DueSession? after, DateTimeOffset until, int limit) =>
        rows.ReadDueAsync(after, until, limit, default).GetAwaiter().GetResult();

    public IReadOnlyList<QosSession> ReadByClient(string clientId, SessionUser? user, int limit) =>
        rows.ReadByClientAsync(clientId, user, limit, default).GetAwaiter().GetResult();

    public IReadOnlyList<QosSession> ReadByDevice(DeviceKey device, string clientId, SessionUser? user, int limit) =>
        rows.ReadByDeviceAsync(device, clientId, user, limit, default).GetAwaiter().GetResult();

    public IReadOnlyList<QosStatusChanged> ReadPending(OutboxCursor? after, int limit) => rows.ReadPendingAsync(after, limit, default).GetAwaiter().GetResult();

    public bool Complete(Guid eventId)
    {
        rows.CompleteAsync(eventId).AsTask().Wait();
        return true;
    }

    public bool Rest(SinkThrottle throttle)
    {
        rows.ThrottleAsync(throttle).AsTask().Wait();
        return true;
    }

    public IReadOnlyList<SinkThrottle> ReadRests(DateTimeOffset now) => rows.ReadThrottlesAsync(now, default).GetAwaiter().GetResult();

    public bool DeadLetter(Guid eventId, string reason)
    {
        rows.DeadLetterAsync(eventId, reason).AsTask().Wait();
        return Dead.TryAdd(eventId, reason);
    }
}

/// <summary>The store as one process sees it. What is asked takes its time in both directions, fails before it is done, or ends in doubt; then the store
/// finds out,
/// as <see cref="ISessionStore"/> says. A process that dies learns nothing, and what it had sent may still be done.</summary>
internal sealed class StoreConnection(World world, SimulatedStore store, Node process) : ISessionStore, IEventOutbox
{
    private readonly HashSet<DeviceKey> admitting = [];

    public ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        // The port says so: nobody else looks after it.
        if (commit.Admission is { } admission && !admitting.Add(admission.DeviceKey))
            world.Violate($"two admissions of one device are under way from {process}");
        return new(AskAsync(new Question<CommitResult>(() => store.Commit(commit, process), commit)));
    }

    public ValueTask<QosSession?> ReadAsync(SessionId id) => new(AskAsync(new Question<QosSession?>(() => store.Read(id))));

    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => new(AskAsync(new Question<DeviceFlows>(() => store.ReadDevice(device))));

    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation) =>
        AskAsync(new Question<IReadOnlyList<DueSession>>(() => store.ReadDue(after, until, limit)));

    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        AskAsync(new Question<IReadOnlyList<QosSession>>(() => store.ReadByClient(clientId, user, limit)));

    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        AskAsync(new Question<IReadOnlyList<QosSession>>(() => store.ReadByDevice(device, clientId, user, limit)));

    public Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation) =>
        AskAsync(new Question<IReadOnlyList<QosStatusChanged>>(() => store.ReadPending(after, limit)));

    public ValueTask CompleteAsync(Guid eventId) => new(AskAsync(new Question<bool>(() => store.Complete(eventId))));

    public ValueTask DeadLetterAsync(Guid eventId, string reason) => new(AskAsync(new Question<bool>(() => store.DeadLetter(eventId, reason))));

    public ValueTask ThrottleAsync(SinkThrottle throttle) => new(AskAsync(new Question<bool>(() => store.Rest(throttle))));

    public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation) =>
        AskAsync(new Question<IReadOnlyList<SinkThrottle>>(() => store.ReadRests(now)));

    private Task<T> AskAsync<T>(Question<T> question)
    {
        var isDown = world.Scheduler.Now < store.DownUntil;
        if (isDown || world.Faults.Happens(Fault.StoreUnavailable, 0.02))
        {
            if (isDown) world.Faults.Saw(Fault.StoreDown);
            Answer(question, world.Chance.UpTo(TimeSpan.FromSeconds(1)), static question => question.Fail(new StoreUnavailableException("The store is down.")));
        }
        else if (question.Commit is not null && world.Faults.Happens(Fault.CommitInDoubtAndDone, 0.02))
        {
            Do(question, Settle);
        }
        else if (question.Commit is not null && world.Faults.Happens(Fault.CommitInDoubtAndNotDone, 0.02))
        {
            world.Scheduler.After(Doubt(), null, () => Do(question, Give));
        }
        else
        {
            Do(question, Give);
        }
        return question.Answer;
    }

    private void Do<T>(Question<T> question, Action<Question<T>> then) => world.Scheduler.After(Latency(), null, () =>
    {
        if (process.IsDead && world.Chance.Happens(0.5))
        {
            if (question.Commit is not null) world.Faults.Saw(Fault.CommitLostWithItsProcess);
            return;
        }
        question.Ask();
        then(question);
    });

    private void Give<T>(Question<T> question) => Answer(question, Latency(), static question => question.Give());

    /// <summary>The answer was lost. Whoever looks at the row later sees who wrote it last.</summary>
    private void Settle<T>(Question<T> question) => world.Scheduler.After(Doubt(), null, () =>
    {
        if (question.Result is CommitResult { Status: CommitStatus.Committed } && question.Commit is { } commit)
        {
            var row = store.Read(commit.Session.Id);
            if (commit.Session.IsGone ? row is not null : !ReferenceEquals(row, commit.Session))
            {
                world.Faults.Saw(Fault.CommitInDoubtAndOvertaken);
                var isRefusedAdmission = row is null && commit.Session.Version == 1;
                question.Result = (T)(object)new CommitResult(isRefusedAdmission ? CommitStatus.StaleDevice : CommitStatus.StaleSession);
            }
        }
        Give(question);
    });

    private void Answer<T>(Question<T> question, TimeSpan delay, Action<Question<T>> give) => world.Scheduler.After(delay, process, () =>
    {
        if (question.Commit?.Admission is { } admission) admitting.Remove(admission.DeviceKey);
        give(question);
    });

    private TimeSpan Latency()
    {
        if (world.Chance.Next(4) > 0) return TimeSpan.Zero;
        var isSlow = world.Chance.Next(20) == 0 && !world.Faults.AreOver;
        return world.Chance.UpTo(TimeSpan.FromMilliseconds(isSlow ? 800 : 20));
    }

    private TimeSpan Doubt() => world.Chance.UpTo(TimeSpan.FromSeconds(3));

    private sealed class Question<T>(Func<T> ask, SessionCommit? commit = null)
    {
        private readonly TaskCompletionSource<T> answer = new();
        private Exception? broken;

        public SessionCommit? Commit { get; } = commit;

        public T? Result { get; set; }

        public Task<T> Answer => answer.Task;

        public void Ask()
        {
            try
            {
                Result = ask();
            }
            catch (Exception exception)
            {
                broken = exception;
            }
        }

        public void Give()
        {
            if (broken is not null) answer.SetException(broken);
            else answer.SetResult(Result!);
        }

        public void Fail(Exception exception) => answer.SetException(exception);
    }
}

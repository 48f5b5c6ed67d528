using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Embedded;

/// <summary>The engine for one process. It owns every session of its store: a mailbox per device for admission, one per session for
/// everything after it, and the due work. All rules are <see cref="SessionMachine"/>'s; this class loads, decides, commits, and runs effects.</summary>
public sealed partial class EmbeddedSessionEngine : ISessionEngine, IOperatorReports, IHostedService, IAsyncDisposable
{
    private const int StaleRetries = 3;
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    private readonly SessionMachine machine;
    private readonly SessionPolicy policy;
    private readonly QosProfileCatalog profiles;
    private readonly LineFinder lines;
    private readonly OperatorReportRelay relay;
    private readonly DeviceKeyHasher deviceKeys;
    private readonly ISessionStore store;
    private readonly IEventDispatcher dispatcher;
    private readonly TimeProvider time;
    private readonly EmbeddedOptions options;
    private readonly ILogger<EmbeddedSessionEngine> log;

    private readonly OperatorCalls operators;
    private readonly DueWork due;
    private readonly EngineMetrics metrics;
    private readonly Mailboxes<DeviceKey> deviceMailboxes;
    private readonly Mailboxes<SessionId> sessionMailboxes;
    private readonly RecentCache<DeviceKey, DeviceFlows> devices;
    private readonly RecentCache<SessionId, QosSession> sessions;
    private readonly ConcurrentDictionary<SessionId, TaskCompletionSource<SessionResult>> waitingCreates = new();

    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int underWay = 1;
    private volatile bool stopping;
    private Task? stopped;

    public EmbeddedSessionEngine(
        SessionPolicy policy, QosProfileCatalog profiles, OperatorDirectory directory, OperatorReportRelay relay, DeviceKeyHasher deviceKeys,
        ISessionStore store, IEventDispatcher dispatcher, TimeProvider time, IMeterFactory meters, IOptions<EmbeddedOptions> options,
        ILogger<EmbeddedSessionEngine> log)
    {
        (this.policy, this.profiles, this.relay, this.deviceKeys) = (policy, profiles, relay, deviceKeys);
        (this.store, this.dispatcher, this.time, this.options, this.log) = (store, dispatcher, time, options.Value, log);
        machine = new SessionMachine(policy);
        operators = new OperatorCalls(
            directory, (id, @operator) => Log.OperatorMissing(log, id, @operator), (id, bug) => Log.Failed(log, id, nameof(IOperatorAdapter), bug));
        lines = new LineFinder(directory);
        due = new DueWork(store, time, this.options, HandleDueAsync, HandlePutOffReleaseAsync, log);
        metrics = new EngineMetrics(meters, () => due.Waiting, () => underWay - 1);
        deviceMailboxes = new Mailboxes<DeviceKey>(this.options.MailboxCapacity);
        sessionMailboxes = new Mailboxes<SessionId>(this.options.MailboxCapacity);
        devices = new RecentCache<DeviceKey, DeviceFlows>(this.options.CachedDevices);
        sessions = new RecentCache<SessionId, QosSession>(this.options.CachedSessions);
    }

    /// <summary>Whole milliseconds: what is stored must read back as it was decided.</summary>
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    public async Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation)
    {
        if (profiles.Admit(request.QosProfile, request.Duration) is { } unfit) return unfit;
        var found = await FindAsync(request.Device, request.Caller, cancellation);
        if (found.Device is not { } device) return found.Error!;
        if (profiles.AdmitAt(request.QosProfile, device.Route.Id) is { } elsewhere) return elsewhere;
        if (!TryBegin(limited: true)) return SessionError.Overloaded();

        var creation = new Creation(request, device, new SessionId(Guid.CreateVersion7(time.GetUtcNow())));
        var create = TrackAsync(CreateAsync(creation));
        var result = await WithinDeadlineAsync(create, cancellation);

        // Whoever was not told of a session must not be left with one: it would hold the flow against the client's next try.
        if (result.Error?.Code == SessionErrorCode.StoreUnavailable) _ = UndoAsync(create);
        metrics.Created(device.Route.Id.Value, result.Error?.Code.ToString() ?? "Created");
        return result;
    }

    public async Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation)
    {
        if (!sessions.TryGet(id, out var session))
        {
            if (!TryBegin(limited: true)) return SessionError.Overloaded();
            var read = await WithinDeadlineAsync(TrackAsync(ReadAsync(id)), cancellation);
            if (read.Error is { } error) return error;
            session = read.Session!;
        }
        return session switch
        {
            { IsVisible: false } => SessionError.NotFound(),
            _ when !caller.Owns(session) => SessionError.NotOwner(),
            _ => session,
        };
    }

    public async Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation)
    {
        if (!TryBegin(limited: true)) return SessionError.Overloaded();
        return await WithinDeadlineAsync(TrackAsync(ApplyAsync(id, new SessionCommand.Delete(), caller)), cancellation);
    }

    public async Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation)
    {
        if (!TryBegin(limited: true)) return SessionError.Overloaded();
        return await WithinDeadlineAsync(TrackAsync(ApplyAsync(id, new SessionCommand.Extend(additional, limit), caller)), cancellation);
    }

    public async Task<SessionListResult> ListSessionsAsync(Caller caller, CancellationToken cancellation)
    {
        if (!TryBegin(limited: true)) return SessionError.Overloaded();
        var read = ListOfAsync(store.ReadByClientAsync(caller.ClientId, caller.User(deviceKeys), ISessionEngine.LongestList, cancellation));
        return await WithinDeadlineAsync(TrackAsync(read), error => error, cancellation);
    }

    public async Task<SessionListResult> RetrieveSessionsAsync(Caller caller, Device? device, CancellationToken cancellation)
    {
        var found = await FindAsync(device, caller, cancellation);
        if (found.Device is not { } known) return found.Error!;
        if (!TryBegin(limited: true)) return SessionError.Overloaded();

        var key = deviceKeys.KeyOf(known.Route.Id, known.Subscriber);
        var read = ListOfAsync(store.ReadByDeviceAsync(key, caller.ClientId, caller.User(deviceKeys), ISessionEngine.LongestList, cancellation));
        return await WithinDeadlineAsync(TrackAsync(read), error => error, cancellation);
    }

    public async Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation)
    {
        if (!TryBegin(limited: true)) return SessionError.Overloaded();
        return await TrackAsync(lines.IdentifyAsync(device, cancellation).AsTask());
    }

    /// <inheritdoc />
    public async ValueTask ReportAsync(SessionId id, OperatorOutcome report)
    {
        if (!TryBegin(limited: false)) throw new StoreUnavailableException("The engine is stopping.");
        await TrackAsync(InsistAsync(id, OperatorCommands.AfterReport(report)));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        relay.Attach(this);
        due.Start();
        Log.Started(log);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // A host can be stopped twice at once, by a signal and by its owner: there is one stop, and both wait for it.
        lock (drained) return stopped ??= DrainAsync(cancellationToken);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        End();
        try
        {
            await due.StopAsync(cancellationToken);
            await drained.Task.WaitAsync(cancellationToken);
            Log.Drained(log);
        }
        catch (OperationCanceledException)
        {
            Log.NotDrained(log, underWay);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await due.DisposeAsync();
        metrics.Dispose();
    }

    // -- One command ------------------------------------------------------------------------------------------------------------------

    private Task<SessionResult> ApplyAsync(SessionId id, SessionCommand command, Caller? caller = null) => ApplyAsync(id, _ => command, caller, known: null);

    /// <summary>Load, decide, commit; then the effect, outside the turn.</summary>
    /// <param name="commandFor">Asked inside the turn.</param>
    /// <param name="caller">Null for what is not a client's wish.</param>
    /// <param name="known">The session in case the store has it no more: a latecomer must still be released.</param>
    private async Task<SessionResult> ApplyAsync(SessionId id, Func<QosSession, SessionCommand> commandFor, Caller? caller, QosSession? known)
    {
        Decision decision;
        using (var turn = await sessionMailboxes.EnterAsync(id))
        {
            if (turn.IsRefused) return SessionError.Overloaded();
            try
            {
                if (await LoadAsync(id) is { } session)
                {
                    if (caller is not null && session.IsVisible && !caller.Owns(session)) return SessionError.NotOwner();
                    decision = await DecideAndCommitAsync(session, commandFor);
                }
                else if (known is not null)
                {
                    decision = machine.Decide(known with { Phase = SessionPhase.Gone }, commandFor(known), Now);
                    Log.Latecomer(log, id, known.Terms.Operator);
                }
                else
                {
                    return SessionError.NotFound();
                }
            }
            catch
            {
                // Whatever went wrong, the store knows better than memory.
                sessions.Remove(id);
                throw;
            }
            AnswerWaitingCreate(decision);
        }
        if (decision.Effect is { } effect && !(effect is SessionEffect.ReleaseAtOperator && due.TryPutOffRelease(id)))
            Run(id, effect.GetType().Name, () => PerformAsync(decision.Session, effect));
        return ResultOf(decision);
    }

    private static SessionResult ResultOf(Decision decision) => decision.Error is { } error ? error : decision.Session;

    private async Task<Decision> DecideAndCommitAsync(QosSession session, Func<QosSession, SessionCommand> commandFor)
    {
        for (var attempt = 0; ; attempt++)
        {
            var now = Now;
            var decision = machine.Decide(session, commandFor(session), now);
            if (decision.Effect is SessionEffect.ExtendAtOperator extend)
                decision = machine.Decide(session, await ExtendAtOperatorAsync(session, extend, now), now = Now);
            if (!decision.Changed) return decision;

            var result = await store.CommitAsync(new SessionCommit(decision.Session, decision.Event));
            if (result.Status == CommitStatus.Committed)
            {
                Committed(decision.Session);
                metrics.Changed(session, decision.Session, now);
                if (decision.Event is { } change) dispatcher.Dispatch(change);
                return decision;
            }

            sessions.Remove(session.Id);
            if (attempt == StaleRetries || await LoadAsync(session.Id) is not { } current)
                throw new StoreUnavailableException($"Session {session.Id} is being changed by another owner.");
            session = current;
        }
    }

    private async Task<SessionCommand> ExtendAtOperatorAsync(QosSession session, SessionEffect.ExtendAtOperator extend, DateTimeOffset now)
    {
        if (!operators.CanExtend(session)) return new SessionCommand.OperatorExtended(extend.Duration);

        // The session's turn is held meanwhile, and its expiry with it: no longer than it has to live.
        using var patience = new CancellationTokenSource(session.ExpiresAt - now, time);
        return OperatorCommands.AfterExtend(await operators.ExtendAsync(session, extend.Duration, patience.Token), extend.Duration);
    }

    private void AnswerWaitingCreate(Decision decision)
    {
        if (waitingCreates.IsEmpty || !decision.Changed || decision.Session.Phase == SessionPhase.Requested) return;
        if (waitingCreates.TryRemove(decision.Session.Id, out var answer)) answer.SetResult(ResultOf(decision));
    }

    private async ValueTask<QosSession?> LoadAsync(SessionId id)
    {
        if (sessions.TryGet(id, out var session)) return session;
        session = await store.ReadAsync(id);
        if (session is not null) sessions.Set(id, session);
        return session;
    }

    private async Task<SessionResult> ReadAsync(SessionId id) => await store.ReadAsync(id) is { } session ? session : SessionError.NotFound();

    private static async Task<SessionListResult> ListOfAsync(Task<IReadOnlyList<QosSession>> read) => new(await read, null);

    /// <summary>Whose device it is. Costs nothing where the operator need not be asked; where it must be, its own deadline bounds the wait.</summary>
    private async ValueTask<DeviceResult> FindAsync(Device? device, Caller caller, CancellationToken cancellation)
    {
        var found = lines.FindAsync(device, caller.Line, cancellation);
        if (found.IsCompletedSuccessfully) return found.Result;
        if (!TryBegin(limited: true)) return SessionError.Overloaded();
        return await TrackAsync(found.AsTask());
    }

    private void Committed(QosSession session)
    {
        if (session.Phase == SessionPhase.Gone)
        {
            sessions.Remove(session.Id);
            due.Forget(session.Id);
        }
        else
        {
            sessions.Set(session.Id, session);
            due.Schedule(session.Id, session.DueAt);
        }
        Log.Changed(log, session.Id, session.Terms.Operator, session.Phase, session.StatusInfo, session.Version, session.Terms.Correlator);
    }

    // -- Effects and time -------------------------------------------------------------------------------------------------------------

    private async Task PerformAsync(QosSession session, SessionEffect effect)
    {
        var command = effect switch
        {
            SessionEffect.CreateAtOperator => OperatorCommands.AfterCreate(await operators.CreateAsync(session), callerWaiting: false),
            SessionEffect.LookUpAtOperator => OperatorCommands.AfterLookUp(await operators.LookUpAsync(session)),
            SessionEffect.ReleaseAtOperator => OperatorCommands.AfterDelete(await operators.DeleteAsync(session)),
            _ => null,
        };
        if (command is not null) await ApplyAsync(session.Id, _ => command, caller: null, session);
    }

    private async Task HandleDueAsync(SessionId id)
    {
        if (!TryBegin(limited: false)) return;
        try
        {
            QosSession? before = null;
            var result = await ApplyAsync(id, session => DeadlineOf(before = session), caller: null, known: null);
            if (result.Error?.Code == SessionErrorCode.Overloaded) due.Schedule(id, Now + StoreRetry);
            if (result.Session is not { } after || !ReferenceEquals(after, before)) return;

            // Not due after all: another hand has moved it, in the store or in what we took for the store's word.
            sessions.Remove(id);
            due.Schedule(id, after.DueAt);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.PutOff(log, id, nameof(SessionCommand.DeadlineReached), unavailable);
            due.Schedule(id, Now + StoreRetry);
        }
        catch (Exception exception)
        {
            Log.Failed(log, id, nameof(SessionCommand.DeadlineReached), exception);
            due.Schedule(id, Now + options.CallDeadline);
        }
        finally
        {
            End();
        }

        static SessionCommand DeadlineOf(QosSession _) => new SessionCommand.DeadlineReached();
    }

    private async Task HandlePutOffReleaseAsync(SessionId id)
    {
        if (!TryBegin(limited: false)) return;
        try
        {
            var session = sessions.TryGet(id, out var recent) ? recent : await store.ReadAsync(id);
            if (session is { Phase: SessionPhase.Releasing }) await PerformAsync(session, SessionEffect.Release);
        }
        catch (Exception exception)
        {
            // The session's own due time sends the release again.
            Log.Failed(log, id, nameof(SessionEffect.ReleaseAtOperator), exception);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Applies what must not be lost, until the store takes it.</summary>
    private async Task<SessionResult> InsistAsync(SessionId id, SessionCommand command)
    {
        while (true)
        {
            try
            {
                var result = await ApplyAsync(id, command);
                if (stopping || result.Error?.Code != SessionErrorCode.Overloaded) return result;
            }
            catch (StoreUnavailableException unavailable) when (!stopping)
            {
                Log.PutOff(log, id, command.GetType().Name, unavailable);
            }
            await Task.Delay(StoreRetry, time);
        }
    }

    /// <summary>Work that nobody waits for. If it fails, the session's own due time takes it up again.</summary>
    private void Run(SessionId id, string name, Func<Task> work)
    {
        if (!TryBegin(limited: false)) return;
        _ = GuardedAsync();

        async Task GuardedAsync()
        {
            try
            {
                await work();
            }
            catch (StoreUnavailableException unavailable)
            {
                Log.PutOff(log, id, name, unavailable);
            }
            catch (Exception exception)
            {
                Log.Failed(log, id, name, exception);
            }
            finally
            {
                End();
            }
        }
    }

    // -- Bounds -----------------------------------------------------------------------------------------------------------------------

    /// <param name="limited">Clients' requests are; what follows from them is not, for it is bounded by them.</param>
    private bool TryBegin(bool limited)
    {
        if (stopping && limited || limited && underWay > options.RequestLimit) return false;
        Interlocked.Increment(ref underWay);
        return true;
    }

    private void End()
    {
        if (Interlocked.Decrement(ref underWay) == 0) drained.TrySetResult();
    }

    private async Task<T> TrackAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        finally
        {
            End();
        }
    }

    private Task<SessionResult> WithinDeadlineAsync(Task<SessionResult> work, CancellationToken cancellation) =>
        WithinDeadlineAsync(work, static error => error, cancellation);

    private async Task<T> WithinDeadlineAsync<T>(Task<T> work, Func<SessionError, T> otherwise, CancellationToken cancellation)
    {
        try
        {
            return await work.WaitAsync(options.CallDeadline, time, cancellation);
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            return otherwise(SessionError.StoreUnavailable());
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return otherwise(SessionError.StoreUnavailable());
        }
    }
}

using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <param name="Moved">True: the session's duration was not the one that the caller gave, so nothing was done. <paramref name="Result"/> holds the
/// session.</param>
public readonly record struct ExtensionOutcome(SessionResult Result, bool Moved);

/// <summary>One session: load, <see cref="SessionMachine.Decide"/>, commit, run the effect. The machine has all the rules.</summary>
/// <remarks>
/// <para>Calls interleave, because an operator's report must get through while a create waits for that operator's answer. Commands take turns by
/// <see cref="CommandQueue"/>, so at most one write is under way.</para>
/// <para>Memory is only a cache: another process of the same session may have written. If it has, the fence refuses our write. If a command would change
/// nothing, the session is read from the store and the command is decided again before the caller is answered.</para>
/// <para>All calls are made on one scheduler, a grain's or the simulation's, and the process never leaves it.</para>
/// </remarks>
/// <param name="leave">Called when no work is in flight and either no call is expected for minutes or hours, or memory is old. Calls may still follow.</param>
public sealed partial class SessionProcess(SessionId id, SessionServices services, Action leave)
{
    /// <summary>How often a command is decided again because another process has written at the same time.</summary>
    private const int MostRounds = 4;

    private readonly CommandQueue queue = new(services.Options.MailboxCapacity);

    /// <summary>The session as last committed or read; null if it must be read.</summary>
    private QosSession? known;
    private int inFlight;
    private bool leaving;

    /// <param name="caller">Null where no client asks for the delete, but the gateway: it undoes a create that got no answer.</param>
    public Task<SessionResult> DeleteAsync(Caller? caller)
    {
        Begin();
        return AnswerAsync(ApplyAsync(new SessionCommand.Delete(), caller));
    }

    /// <summary>Extends the session if its duration is still <paramref name="from"/>. So a repeated call extends it only once.</summary>
    public async Task<ExtensionOutcome> ExtendAsync(Caller caller, TimeSpan from, SessionCommand.Extend extend)
    {
        var moved = false;
        Begin();
        var result = await AnswerAsync(ApplyAsync(
            extend,
            (command, session) =>
            {
                moved = session.Status == QosStatus.Available && session.Duration != from;
                return moved ? null : command;
            },
            caller,
            // The operator must be asked once only, and not for a session that another process has changed.
            readFirst: true));
        return new ExtensionOutcome(result, moved && result.Error is null);
    }

    /// <summary>What an operator reports by itself. If the result has no error, the report is durable.</summary>
    public Task<SessionResult> ReportAsync(OperatorOutcome report)
    {
        Begin();
        return AnswerAsync(ApplyAsync(OperatorCommands.AfterReport(report)));
    }

    /// <summary>The session may be due: for a look-up, its expiry, another release, or the end of its retention. The session's own due time decides, so
    /// an unneeded call does nothing. If the queue is full, the caller must call again.</summary>
    /// <exception cref="StoreUnavailableException" />
    public async Task DueAsync()
    {
        Begin();
        try
        {
            await ApplyAsync(new SessionCommand.DeadlineReached());
            // Another process may have changed the session, so that it is due later than the caller knew.
            if (known is { } session && session.DueAt > services.Now) services.Due.Schedule(id, session.DueAt);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Sends a release that <see cref="DueSessionScheduler"/> has put off. Ends when the operator has answered.</summary>
    public async Task ReleaseAsync()
    {
        Begin();
        try
        {
            if ((known ?? await services.Store.ReadAsync(id)) is { OwesRelease: true } session) await PerformAsync(session, SessionEffect.Release);
        }
        finally
        {
            End();
        }
    }

    // -- One command ------------------------------------------------------------------------------------------------------------------

    private Task<SessionResult> ApplyAsync(SessionCommand command, Caller? caller = null, QosSession? latecomer = null) =>
        ApplyAsync(command, static (command, _) => command, caller, latecomer);

    /// <summary>Loads, decides and commits while it holds the turn; runs the effect after the turn.</summary>
    /// <param name="commandFor">Called within the turn. If it returns null, the session stays as it is.</param>
    /// <param name="caller">Null if no client asks.</param>
    /// <param name="latecomer">The session, in case the store no longer has it: if its operator accepts it late, it must still be released.</param>
    /// <param name="readFirst">True: the session is read from the store, not from memory.</param>
    private async Task<SessionResult> ApplyAsync<TWish>(
        TWish wish, Func<TWish, QosSession, SessionCommand?> commandFor, Caller? caller = null, QosSession? latecomer = null, bool readFirst = false)
    {
        if (!await queue.EnterAsync()) return SessionError.Overloaded();
        Decision decision;
        TaskCompletionSource<SessionResult>? waiting;
        try
        {
            if (readFirst) known = null;
            for (var round = 1; ; round++)
            {
                var remembered = known is not null;
                if (await LoadAsync() is not { } session)
                {
                    if (latecomer is null || commandFor(wish, latecomer) is not { } late) return SessionError.NotFound();
                    decision = Decide(latecomer with { Phase = SessionPhase.Gone }, late, services.Now);
                    if (decision.Effect is not null) Log.Latecomer(services.Logger, id, latecomer.Terms.Operator);
                    break;
                }
                if (caller is not null && session.IsVisible && !caller.Owns(session)) return SessionError.NotOwner();
                if (await DecideAndCommitAsync(session, wish, commandFor) is { } decided)
                {
                    decision = decided;
                    if (decision.Changed || !remembered) break;
                }
                else if (round == MostRounds)
                {
                    return SessionError.Overloaded();
                }
                known = null;
            }
            waiting = TakeWaitingCreate(decision);
        }
        catch
        {
            Forget();
            throw;
        }
        finally
        {
            queue.Leave();
        }
        waiting?.SetResult(ResultOf(decision));
        if (decision.Effect is { } effect) Run(effect, decision);
        return ResultOf(decision);
    }

    /// <returns>Null: another process was first, and the write was refused.</returns>
    private async Task<Decision?> DecideAndCommitAsync<TWish>(QosSession session, TWish wish, Func<TWish, QosSession, SessionCommand?> commandFor)
    {
        if (commandFor(wish, session) is not { } command) return new Decision(session, Changed: false, Event: null, Effect: null, Error: null);

        var now = services.Now;
        var decision = Decide(session, command, now);
        var asked = decision.Effect as SessionEffect.ExtendAtOperator;
        if (asked is not null) decision = Decide(session, await ExtendAtOperatorAsync(session, asked, now), now = services.Now);
        if (!decision.Changed) return decision;

        if (await CommitAsync(decision.Session, decision.Event))
        {
            // A create that failed as a whole made no session, so no status has changed.
            if (decision.Error is null) services.Metrics.Changed(session, decision.Session, now);
            return decision;
        }
        if (asked is not null) await ExtendAsStoredAsync();
        return null;
    }

    private Decision Decide(QosSession session, SessionCommand command, DateTimeOffset now)
    {
        Log.Decides(services.Logger, id, session.Phase, command);
        return services.Machine.Decide(session, command, now);
    }

    /// <returns>False: the store does not hold the version before this one. Nothing was written.</returns>
    private async ValueTask<bool> CommitAsync(QosSession session, QosStatusChanged? change)
    {
        CommitResult result;
        using (EngineMetrics.StartCommit()) result = await services.Store.CommitAsync(new SessionCommit(session, change));
        if (result.Status != CommitStatus.Committed)
        {
            services.Metrics.Stale();
            Log.StaleWrite(services.Logger, id);
            Forget();
            return false;
        }
        if (change is not null) services.Events.Dispatch(change);
        Committed(session);
        return true;
    }

    private void Committed(QosSession session)
    {
        if (session.IsGone)
        {
            known = null;
            services.Due.Forget(id);
        }
        else
        {
            known = session;
            services.Due.Schedule(id, session.DueAt);
        }
        // To make the process again later costs less than to keep hundreds of thousands of them in memory for hours.
        if (!session.AwaitsOperator) leaving = true;
        Log.Changed(services.Logger, id, session.Terms.Operator, session.Phase, session.StatusInfo, session.Version, session.Terms.Correlator);
    }

    private async Task<SessionCommand> ExtendAtOperatorAsync(QosSession session, SessionEffect.ExtendAtOperator extend, DateTimeOffset now)
    {
        if (!services.Operators.CanExtend(session)) return new SessionCommand.OperatorExtended(extend.Duration);

        // This holds the session's turn, so its expiry has to wait. The call must therefore end by the time the session expires.
        using var untilExpiry = new CancellationTokenSource(session.ExpiresAt - now, services.Time);
        return OperatorCommands.AfterExtend(await services.Operators.ExtendAsync(session, extend.Duration, untilExpiry.Token), extend.Duration);
    }

    /// <summary>Another process has changed the session too, and the operator may have received this extension last. So the operator is sent the duration that
    /// the store has.</summary>
    private async Task ExtendAsStoredAsync()
    {
        if (await LoadAsync() is { Status: QosStatus.Available } stored && services.Operators.CanExtend(stored))
            await services.Operators.ExtendAsync(stored, stored.Duration, CancellationToken.None);
    }

    /// <summary>Reads the session when it is first needed: for a session that is just being made there is nothing to read. That the store has none is not
    /// remembered, because another process may still make it.</summary>
    private async ValueTask<QosSession?> LoadAsync() => known ??= await services.Store.ReadAsync(id);

    /// <summary>After a failure memory may be wrong, so the session is read again.</summary>
    private void Forget()
    {
        known = null;
        leaving = true;
    }

    private static SessionResult ResultOf(Decision decision) => decision.Error is { } error ? error : decision.Session;

    // -- Effects ----------------------------------------------------------------------------------------------------------------------

    private void Run(SessionEffect effect, Decision decision)
    {
        // When many sessions are due at once, ending them comes before releasing. Only the release of a stored session may be put off: nothing would
        // repeat another one.
        if (decision.Changed && effect is SessionEffect.ReleaseAtOperator && services.Due.TryPutOffRelease(id)) return;

        Begin();
        _ = InBackgroundAsync(effect.GetType().Name, PerformAsync(decision.Session, effect));
    }

    private async Task PerformAsync(QosSession session, SessionEffect effect)
    {
        var command = effect switch
        {
            SessionEffect.CreateAtOperator => OperatorCommands.AfterCreate(await services.Operators.CreateAsync(session), callerWaiting: false),
            SessionEffect.LookUpAtOperator => OperatorCommands.AfterLookUp(await services.Operators.LookUpAsync(session)),
            SessionEffect.ReleaseAtOperator => OperatorCommands.AfterDelete(await services.Operators.DeleteAsync(session)),
            _ => null,
        };
        if (command is not null) await ApplyAsync(command, latecomer: session);
    }

    /// <summary>Runs work in the background. If it fails, it is repeated when the session is due.</summary>
    private async Task InBackgroundAsync(string name, Task work)
    {
        try
        {
            await work;
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.PutOff(services.Logger, id, name, unavailable);
        }
        catch (Exception exception)
        {
            Log.Failed(services.Logger, id, name, exception);
        }
        finally
        {
            End();
        }
    }

    // -- Calls ------------------------------------------------------------------------------------------------------------------------

    /// <summary>Ends what <see cref="Begin"/> has counted, and turns an unavailable store into an error for the client.</summary>
    private async Task<SessionResult> AnswerAsync(Task<SessionResult> work)
    {
        try
        {
            return await work;
        }
        catch (StoreUnavailableException)
        {
            return SessionError.StoreUnavailable();
        }
        finally
        {
            End();
        }
    }

    private void Begin()
    {
        services.InFlight.Begin();
        inFlight++;
    }

    private void End()
    {
        services.InFlight.End();
        if (--inFlight == 0 && leaving) leave();
    }
}

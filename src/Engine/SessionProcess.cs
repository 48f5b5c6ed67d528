using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <param name="Moved">True: the session was not as long as thought, and nothing was done. <paramref name="Result"/> holds it as it is.</param>
public readonly record struct ExtensionOutcome(SessionResult Result, bool Moved);

/// <summary>One session: load, <see cref="SessionMachine.Decide"/>, commit, run the effect. All rules are the machine's.</summary>
/// <remarks>Calls may interleave, because an operator's report must come through while a create still waits for that operator's answer. What changes
/// the session takes turns all the same: there is never more than one write under way. Memory is only a cache, and another process for the same
/// session may have written: a write by an old version is refused by the fence, and an answer that would change nothing is given by the store's word
/// only. All calls are made on one scheduler (a grain's, or the simulation's), and the process never leaves it.</remarks>
/// <param name="leave">Called when nothing is in flight, and nothing more is to come for minutes or hours, or memory is old. The process may be used
/// all the same.</param>
public sealed partial class SessionProcess(SessionId id, SessionServices services, Action leave)
{
    /// <summary>Decisions on one command, where another process writes at the same time.</summary>
    private const int MostRounds = 4;

    private readonly CommandQueue queue = new(services.Options.MailboxCapacity);

    /// <summary>As last committed or read; null where it must be read.</summary>
    private QosSession? known;
    private int inFlight;
    private bool leaving;

    /// <param name="caller">Null where no client asks for it: the session was made by a create that got no answer.</param>
    public Task<SessionResult> DeleteAsync(Caller? caller)
    {
        Begin();
        return AnswerAsync(ApplyAsync(new SessionCommand.Delete(), caller));
    }

    /// <summary>Extends the session if it is as long as the caller thinks: so an extension that is asked for twice is granted once.</summary>
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
            // An operator is asked once, and not about a session that has changed elsewhere.
            readFirst: true));
        return new ExtensionOutcome(result, moved && result.Error is null);
    }

    /// <summary>What an operator says unasked. Without an error, it is durable.</summary>
    public Task<SessionResult> ReportAsync(OperatorOutcome report)
    {
        Begin();
        return AnswerAsync(ApplyAsync(OperatorCommands.AfterReport(report)));
    }

    /// <summary>The session may be due: its provisioning deadline, its expiry, a release to be repeated, or the end of its retention. The session's
    /// own due time decides, so a call too many does nothing. One that finds no place in the queue is to be made again.</summary>
    /// <exception cref="StoreUnavailableException" />
    public async Task DueAsync()
    {
        Begin();
        try
        {
            await ApplyAsync(new SessionCommand.DeadlineReached());
            // It may have been moved by another hand, and be due later than was thought.
            if (known is { } session && session.DueAt > services.Now) services.Due.Schedule(id, session.DueAt);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Makes up for a release that <see cref="DueSessionScheduler"/> has put off. Ends when the operator has answered.</summary>
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

    /// <summary>Load, decide, commit in turn; then the effect, outside of it.</summary>
    /// <param name="commandFor">Asked inside the turn. Null leaves the session as it is.</param>
    /// <param name="caller">Null for what is not a client's wish.</param>
    /// <param name="latecomer">The session in case the store has it no more: what its operator grants late must still be released.</param>
    /// <param name="readFirst">True: memory is not asked at all.</param>
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

    /// <returns>Null: the write was refused; another process was first.</returns>
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
            services.Metrics.Changed(session, decision.Session, now);
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

    /// <returns>False: the store holds another version than the one before this. Nothing was written.</returns>
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
        // To be made again is cheaper than to be kept for hours beside hundreds of thousands of others.
        if (!session.AwaitsOperator) leaving = true;
        Log.Changed(services.Logger, id, session.Terms.Operator, session.Phase, session.StatusInfo, session.Version, session.Terms.Correlator);
    }

    private async Task<SessionCommand> ExtendAtOperatorAsync(QosSession session, SessionEffect.ExtendAtOperator extend, DateTimeOffset now)
    {
        if (!services.Operators.CanExtend(session)) return new SessionCommand.OperatorExtended(extend.Duration);

        // The session's turn is held meanwhile, and its expiry with it: no longer than it has to live.
        using var untilExpiry = new CancellationTokenSource(session.ExpiresAt - now, services.Time);
        return OperatorCommands.AfterExtend(await services.Operators.ExtendAsync(session, extend.Duration, untilExpiry.Token), extend.Duration);
    }

    /// <summary>Another process has extended too, and the operator may have heard of this extension last: it ends with the one that is stored.</summary>
    private async Task ExtendAsStoredAsync()
    {
        if (await LoadAsync() is { Status: QosStatus.Available } stored && services.Operators.CanExtend(stored))
            await services.Operators.ExtendAsync(stored, stored.Duration, CancellationToken.None);
    }

    /// <summary>Read when first needed: a session that is only now made has nothing to read. That there is none is not remembered: it may be made
    /// yet, elsewhere.</summary>
    private async ValueTask<QosSession?> LoadAsync() => known ??= await services.Store.ReadAsync(id);

    /// <summary>Whatever went wrong, the store knows better than memory.</summary>
    private void Forget()
    {
        known = null;
        leaving = true;
    }

    private static SessionResult ResultOf(Decision decision) => decision.Error is { } error ? error : decision.Session;

    // -- Effects ----------------------------------------------------------------------------------------------------------------------

    private void Run(SessionEffect effect, Decision decision)
    {
        // Where much is due at once, ending on time goes before releasing. What is not stored would never be made up for.
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

    /// <summary>Work in the background. If it fails, the session's own due time takes it up again.</summary>
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

    /// <summary>What <see cref="Begin"/> has counted ends with it.</summary>
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

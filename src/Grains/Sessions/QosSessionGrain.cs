using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Storage;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Sessions;

/// <summary>One session: load, <see cref="SessionMachine.Decide"/>, commit, run the effect. All rules are the machine's.</summary>
/// <remarks>Calls interleave, because an operator's report must come through while a create still waits for that operator's answer. What changes
/// the session takes turns all the same (<see cref="Turns"/>): there is never more than one write under way. Memory is only a cache, and while the
/// cluster's members change another activation may have written: a write by an old version fails on the fence, and an answer that would change nothing is
/// given by the store's word only. After any failed write the activation forgets what it knew and goes.</remarks>
[Reentrant, ByShare, GrainDirectory(ShareDirectory.Name)]
internal sealed partial class QosSessionGrain(SessionRoom room) : Grain, IQosSessionGrain, IRemindable
{
    /// <summary>Decisions on one command, where other activations write at the same time.</summary>
    private const int MostRounds = 3;

    private readonly GrainState<SessionGrainState> state = new(new SessionGrainState());
    private readonly Turns turns = new(room.Options.MailboxCapacity);
    private bool loaded;
    private int underWay;
    private bool leaving;

    private SessionId Id => new(this.GetPrimaryKey());

    public Task<SessionResult> DeleteAsync(Caller? caller) => AnswerAsync(ApplyAsync(_ => new SessionCommand.Delete(), caller));

    public async Task<ExtensionResult> ExtendAsync(Caller caller, Extension extension)
    {
        var moved = false;
        var result = await AnswerAsync(ApplyAsync(
            session =>
            {
                moved = session.Phase == SessionPhase.Active && session.Duration != extension.From;
                return moved ? null : extension.ToCommand();
            },
            caller));
        return new ExtensionResult(result, moved && result.Error is null);
    }

    public Task<SessionResult> ReportAsync(OperatorOutcome report) => AnswerAsync(ApplyAsync(_ => OperatorCommands.AfterReport(report)));

    /// <summary>The session may be due: its provisioning deadline, its expiry, a release to be repeated, or the end of its retention. The state's own due
    /// time decides, so a reminder too many does nothing. One that fails is repeated until the due time has moved.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) => ApplyAsync(_ => new SessionCommand.DeadlineReached());

    private static async Task<SessionResult> AnswerAsync(Task<SessionResult> work)
    {
        try
        {
            return await work;
        }
        catch (StoreUnavailableException)
        {
            return SessionError.StoreUnavailable();
        }
    }

    // -- One command ------------------------------------------------------------------------------------------------------------------

    /// <summary>Load, decide, commit in turn; then the effect, outside of it.</summary>
    /// <param name="commandFor">Asked inside the turn. Null leaves the session as it is.</param>
    /// <param name="caller">Null for what is not a client's wish.</param>
    /// <param name="known">The session in case the store has it no more: a latecomer must still be released.</param>
    private async Task<SessionResult> ApplyAsync(Func<QosSession, SessionCommand?> commandFor, Caller? caller = null, QosSession? known = null)
    {
        if (!await turns.EnterAsync()) return SessionError.Overloaded();
        Decision decision;
        try
        {
            for (var round = 1; ; round++)
            {
                var remembered = loaded;
                if (await LoadAsync() is not { } session)
                {
                    if (known is null || commandFor(known) is not { } command) return SessionError.NotFound();
                    decision = room.Machine.Decide(known with { Phase = SessionPhase.Gone }, command, room.Now);
                    if (decision.Effect is not null) Log.Latecomer(room.Logger, Id, known.Terms.Operator);
                    break;
                }
                if (caller is not null && session.IsVisible && !caller.Owns(session)) return SessionError.NotOwner();
                try
                {
                    decision = await DecideAndCommitAsync(session, commandFor);
                    if (decision.Changed || !remembered) break;
                }
                catch (InconsistentStateException stale) when (round < MostRounds)
                {
                    Forget(stale);
                }
                loaded = false;
            }
            AnswerWaitingCreate(decision);
        }
        catch (Exception exception)
        {
            Forget(exception);
            throw;
        }
        finally
        {
            turns.Leave();
        }
        if (decision.Effect is { } effect) Run(effect.GetType().Name, () => PerformAsync(decision.Session, effect));
        return ResultOf(decision);
    }

    private async Task<Decision> DecideAndCommitAsync(QosSession session, Func<QosSession, SessionCommand?> commandFor)
    {
        if (commandFor(session) is not { } command) return new Decision(session, Changed: false, Event: null, Effect: null, Error: null);

        var now = room.Now;
        var decision = room.Machine.Decide(session, command, now);
        var asked = decision.Effect as SessionEffect.ExtendAtOperator;
        if (asked is not null) decision = room.Machine.Decide(session, await ExtendAtOperatorAsync(session, asked, now), now = room.Now);
        if (!decision.Changed) return decision;

        state.State = new SessionGrainState { Session = decision.Session, Event = decision.Event };
        try
        {
            await room.Storage.WriteStateAsync(SessionStorage.State, this.GetGrainId(), state);
        }
        catch (InconsistentStateException) when (asked is not null)
        {
            await ExtendAsStoredAsync();
            throw;
        }
        if (decision.Event is { } change) room.Events.Dispatch(change);
        Committed(decision.Session);
        room.Metrics.Changed(session, decision.Session, now);
        return decision;
    }

    private async Task<SessionCommand> ExtendAtOperatorAsync(QosSession session, SessionEffect.ExtendAtOperator extend, DateTimeOffset now)
    {
        if (!room.Operators.CanExtend(session)) return new SessionCommand.OperatorExtended(extend.Duration);

        // The session's turn is held meanwhile, and its expiry with it: no longer than it has to live.
        using var patience = new CancellationTokenSource(session.ExpiresAt - now, room.Time);
        return OperatorCommands.AfterExtend(await room.Operators.ExtendAsync(session, extend.Duration, patience.Token), extend.Duration);
    }

    /// <summary>Another activation has extended too, and the operator may have heard of this extension last: it ends with the one that is stored.</summary>
    private async Task ExtendAsStoredAsync()
    {
        loaded = false;
        if (await LoadAsync() is { Phase: SessionPhase.Active } stored && room.Operators.CanExtend(stored))
            await room.Operators.ExtendAsync(stored, stored.Duration, CancellationToken.None);
    }

    private static SessionResult ResultOf(Decision decision) => decision.Error is { } error ? error : decision.Session;

    /// <summary>Read when first needed, not on activation: a session that is only now made has nothing to read.</summary>
    private async ValueTask<QosSession?> LoadAsync()
    {
        if (!loaded)
        {
            await room.Storage.ReadStateAsync(SessionStorage.State, this.GetGrainId(), state);
            // That there is none is not remembered: it may be made yet, by another activation.
            loaded = state.State?.Session is not null;
        }
        return state.State?.Session;
    }

    private void Committed(QosSession session)
    {
        // Nothing more is to come for minutes or hours. To make an activation again is cheaper than to keep hundreds of thousands of them.
        if (session.Phase is not (SessionPhase.Requested or SessionPhase.Releasing)) Leave();
        Log.Changed(room.Logger, session.Id, session.Terms.Operator, session.Phase, session.StatusInfo, session.Version, session.Terms.Correlator);
    }

    /// <summary>Whatever went wrong, the store knows better than memory.</summary>
    private void Forget(Exception why)
    {
        loaded = false;
        if (why is InconsistentStateException)
        {
            room.Metrics.Stale();
            Log.StaleWrite(room.Logger, Id);
        }
        Leave();
    }

    /// <summary>Makes room for a new activation as soon as nothing of this one is under way.</summary>
    private void Leave()
    {
        leaving = true;
        if (underWay == 0) GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "Nothing more is to come, or memory is old."));
    }

    // -- Effects ----------------------------------------------------------------------------------------------------------------------

    private async Task PerformAsync(QosSession session, SessionEffect effect)
    {
        var command = effect switch
        {
            SessionEffect.CreateAtOperator => OperatorCommands.AfterCreate(await room.Operators.CreateAsync(session), callerWaiting: false),
            SessionEffect.LookUpAtOperator => OperatorCommands.AfterLookUp(await room.Operators.LookUpAsync(session)),
            SessionEffect.ReleaseAtOperator => OperatorCommands.AfterDelete(await room.Operators.DeleteAsync(session)),
            _ => null,
        };
        if (command is not null) await ApplyAsync(_ => command, caller: null, session);
    }

    /// <summary>Work that nobody waits for. If it fails, the session's own due time takes it up again.</summary>
    private void Run(string name, Func<Task> work)
    {
        room.Work.Begin();
        underWay++;
        _ = GuardedAsync();

        async Task GuardedAsync()
        {
            try
            {
                await work();
            }
            catch (Exception exception) when (exception is StoreUnavailableException or InconsistentStateException)
            {
                Log.PutOff(room.Logger, Id, name, exception);
            }
            catch (Exception exception)
            {
                Log.Failed(room.Logger, Id, name, exception);
            }
            finally
            {
                room.Work.End();
                underWay--;
                if (leaving) Leave();
            }
        }
    }
}

using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Devices;

namespace QodOrleans.Grains.Sessions;

/// <summary>How a session comes to be: admission by its device's grain, then the operator, then an answer.</summary>
internal sealed partial class QosSessionGrain
{
    private Task<SessionResult>? creating;
    private TaskCompletionSource<SessionResult>? waitingCreate;

    /// <remarks>The id was made outside, so a repeated create is the same create: it joins the one under way here, or finds in the store what
    /// an earlier activation has made. One that failed is nobody's any more: the next attempt is a new one.</remarks>
    public async Task<SessionResult> CreateAsync(CreateSession request, DateTimeOffset validUntil)
    {
        if (creating is null && room.Now > validUntil) return SessionError.StoreUnavailable();
        var create = creating ??= AnswerAsync(CreateOnceAsync(request));
        SessionResult result = default;
        try
        {
            return result = await create;
        }
        finally
        {
            if (result.Session is null && creating == create)
            {
                creating = null;
                Leave();
            }
        }
    }

    private async Task<SessionResult> CreateOnceAsync(CreateSession request)
    {
        var found = await room.Lines.FindAsync(request.Device, request.Caller.Line, CancellationToken.None);
        if (found.Device is not { } device) return found.Error!;
        if (room.Profiles.AdmitAt(request.QosProfile, device.Route.Id) is { } elsewhere) return elsewhere;

        var result = await CreateAtAsync(request, device);
        room.Metrics.Created(device.Route.Id.Value, result.Error?.Code.ToString() ?? "Created");
        return result;
    }

    private async Task<SessionResult> CreateAtAsync(CreateSession request, ResolvedDevice device)
    {
        // 1. The intent is durable and the flow reserved before the operator hears of it: a crash leaves something to reconcile.
        var (admitted, isNew) = await AdmitAsync(request, device);
        if (admitted.Session is not { } session || !isNew) return admitted;

        // 2. The operator. One that answers at once needs no waiting.
        var call = room.Operators.CreateAsync(session);
        if (call.IsCompleted) return await FinishCreateAsync(session, await call, callerWaiting: true);

        // 3. One that does not answer within the wait goes on behind a 201 REQUESTED.
        var answer = waitingCreate = new TaskCompletionSource<SessionResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Run("OperatorAnswer", async () => await FinishCreateAsync(session, await call, callerWaiting: false));
        try
        {
            return await answer.Task.WaitAsync(room.Options.CreateWait, room.Time);
        }
        catch (TimeoutException)
        {
            return await AnswerRequestedAsync(session, answer);
        }
    }

    /// <returns>Not new: an earlier attempt made it, and whoever was at work on it is gone. What is left of that is done when it is due.</returns>
    private async Task<(SessionResult Result, bool IsNew)> AdmitAsync(CreateSession request, ResolvedDevice device)
    {
        var key = room.DeviceKeys.KeyOf(device.Route.Id, device.Subscriber);
        var now = room.Now;
        var session = room.Machine.Create(new SessionCommand.Create(Id, request.TermsFor(device, key, now), request.Duration), now).Session;
        switch (await room.Devices.Of(key.Value).AdmitAsync(session))
        {
            case AdmissionOutcome.Admitted:
                state.State = new SessionGrainState { Session = session };
                loaded = true;
                Committed(session);
                return (session, true);
            case AdmissionOutcome.Conflict:
                return (SessionError.Conflict(), false);
            case AdmissionOutcome.Exists:
                return (await TakeOverAsync(), false);
            case AdmissionOutcome.Contended:
                return (SessionError.Overloaded(), false);
            default:
                return (SessionError.StoreUnavailable(), false);
        }
    }

    /// <summary>Answers for a session that an earlier attempt has made. Another activation may still be creating it, and undo what its operator refuses as long as its own
    /// caller waits: moving the version says that a client has been told of the session.</summary>
    private async Task<SessionResult> TakeOverAsync()
    {
        if (!await turns.EnterAsync()) return SessionError.Overloaded();
        try
        {
            loaded = false;
            if (await LoadAsync() is not { IsVisible: true } made) return SessionError.StoreUnavailable();
            if (made.Phase != SessionPhase.Requested) return made;

            var told = made with { Version = made.Version + 1 };
            state.State = new SessionGrainState { Session = told };
            await room.Storage.WriteStateAsync(SessionStorage.State, this.GetGrainId(), state);
            return told;
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
    }

    /// <param name="session">As it was admitted. Where another activation has told a client of it since, nobody waits here any more.</param>
    private async Task<SessionResult> FinishCreateAsync(QosSession session, OperatorOutcome outcome, bool callerWaiting)
    {
        try
        {
            return await ApplyAsync(
                current => OperatorCommands.AfterCreate(outcome, (callerWaiting || waitingCreate is not null) && current.Version == session.Version), caller: null, session);
        }
        catch (StoreUnavailableException unavailable)
        {
            // The intent is durable, so the session is: REQUESTED is the truth until its reconciliation is due.
            Log.PutOff(room.Logger, Id, "OperatorAnswer", unavailable);
            return session;
        }
    }

    /// <summary>Gives up waiting. In turn, so that the operator's answer comes either before, and is the answer, or after, and finds nobody
    /// waiting.</summary>
    private async Task<SessionResult> AnswerRequestedAsync(QosSession session, TaskCompletionSource<SessionResult> answer)
    {
        var entered = await turns.EnterAsync();
        // Even where the turn is refused: then the answer is REQUESTED, which it was a moment ago.
        waitingCreate = null;
        if (entered) turns.Leave();
        if (answer.Task.IsCompleted) return await answer.Task;
        return loaded && state.State?.Session is { } current ? current : session;
    }

    private void AnswerWaitingCreate(Decision decision)
    {
        if (waitingCreate is not { } answer || !decision.Changed || decision.Session.Phase == SessionPhase.Requested) return;
        waitingCreate = null;
        answer.SetResult(ResultOf(decision));
    }
}

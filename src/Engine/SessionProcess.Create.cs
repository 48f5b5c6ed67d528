using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>How a session comes to be: admission by its device, then the operator, then an answer.</summary>
public sealed partial class SessionProcess
{
    private Task<SessionResult>? creating;
    private TaskCompletionSource<SessionResult>? waitingCreate;

    /// <summary>Makes the session, or, repeated, tells what became of the first call.</summary>
    /// <remarks>The id was made outside, so a repeated create is the same create: it joins the one under way here, or finds in the store what
    /// an earlier process has made. One that failed is over: the next attempt is a new one.</remarks>
    /// <param name="validUntil">When the caller stops waiting: a create that arrives later, at an owner that was frozen, makes nothing. Its repetition
    /// may have made the session elsewhere, and the client may have deleted it since.</param>
    public async Task<SessionResult> CreateAsync(CreateSession request, DateTimeOffset validUntil)
    {
        if (creating is null && services.Now > validUntil) return SessionError.StoreUnavailable();

        Begin();
        var create = creating ??= CreateOnceAsync(request, validUntil);
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
                leaving = true;
            }
            End();
        }
    }

    private async Task<SessionResult> CreateOnceAsync(CreateSession request, DateTimeOffset validUntil)
    {
        using var activity = EngineMetrics.StartCreate();
        var started = services.Time.GetTimestamp();
        var found = await services.Subscribers.FindAsync(request.Device, request.Caller.Line, CancellationToken.None);
        if (found.Device is not { } device) return found.Error!;
        if (services.Profiles.AdmitAt(request.QosProfile, device.Route.Id) is { } elsewhere) return elsewhere;

        SessionResult result;
        try
        {
            result = await CreateAtAsync(request, device, validUntil);
        }
        catch (StoreUnavailableException)
        {
            result = SessionError.StoreUnavailable();
        }
        // What took longer was answered so by the one who called.
        var isTooLate = services.Time.GetElapsedTime(started) > services.Calls.CallDeadline;
        var outcome = isTooLate ? nameof(SessionErrorCode.StoreUnavailable) : result.Error?.Code.ToString() ?? "Created";
        services.Metrics.Created(device.Route.Id.Value, outcome);
        return result;
    }

    private async Task<SessionResult> CreateAtAsync(CreateSession request, ResolvedDevice device, DateTimeOffset validUntil)
    {
        // 1. The intent is durable and the flow reserved before the operator hears of it: a crash leaves something to reconcile.
        var (admitted, isNew) = await AdmitAsync(request, device, validUntil);
        if (admitted.Session is not { } session || !isNew) return admitted;

        // 2. The operator. One that answers at once needs no waiting.
        var call = services.Operators.CreateAsync(session);
        if (call.IsCompleted) return await FinishCreateAsync(session, await call, callerWaiting: true);

        // 3. One that does not answer within the wait goes on behind a 201 REQUESTED.
        // It goes on inside SetResult, which is called outside of the turn: WaitAsync would take anything else through the thread pool.
        var answer = waitingCreate = new TaskCompletionSource<SessionResult>();
        Begin();
        _ = InBackgroundAsync("OperatorAnswer", FinishCreateAsync(session, call));
        try
        {
            return await answer.Task.WaitAsync(services.Options.CreateWait, services.Time);
        }
        catch (TimeoutException)
        {
            return await AnswerRequestedAsync(session, answer);
        }
    }

    /// <returns>Not new: an earlier attempt made it, and its process is gone. What is left to do is done when it is due.</returns>
    private async Task<(SessionResult Result, bool IsNew)> AdmitAsync(CreateSession request, ResolvedDevice device, DateTimeOffset validUntil)
    {
        var key = services.DeviceKeys.KeyOf(device.Route.Id, device.Subscriber);
        var now = services.Now;
        var session = services.Machine.Create(new SessionCommand.Create(id, request.TermsFor(device, key, now), request.Duration), now).Session;
        switch (await services.Admit(session, validUntil))
        {
            case AdmissionOutcome.Admitted:
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

    /// <summary>Answers for a session that an earlier attempt has made. Another process may still be creating it, and undo what its operator refuses
    /// as long as its own caller waits: moving the version says that a client has been told of the session.</summary>
    private async Task<SessionResult> TakeOverAsync()
    {
        if (!await queue.EnterAsync()) return SessionError.Overloaded();
        try
        {
            for (var round = 1; round <= MostRounds; round++)
            {
                known = null;
                if (await LoadAsync() is not { IsVisible: true } made) break;
                if (made.Status != QosStatus.Requested) return made;

                var told = made with { Version = made.Version + 1 };
                if (await CommitAsync(told, change: null)) return told;
            }
            return SessionError.StoreUnavailable();
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
    }

    private async Task FinishCreateAsync(QosSession session, ValueTask<OperatorOutcome> call) =>
        await FinishCreateAsync(session, await call, callerWaiting: false);

    /// <param name="session">As it was admitted. Where another process has answered the client since, no answer is awaited here any more.</param>
    private async Task<SessionResult> FinishCreateAsync(QosSession session, OperatorOutcome outcome, bool callerWaiting)
    {
        StoreUnavailableException? why = null;
        try
        {
            var result = await ApplyAsync(
                (Process: this, Outcome: outcome, IsAwaited: callerWaiting, session.Version),
                static (create, current) => OperatorCommands.AfterCreate(
                    create.Outcome, (create.IsAwaited || create.Process.waitingCreate is not null) && current.Version == create.Version),
                latecomer: session);
            if (result.Error?.Code != SessionErrorCode.Overloaded) return result;
        }
        catch (StoreUnavailableException unavailable)
        {
            why = unavailable;
        }
        // The intent is durable, so the session is: REQUESTED is the truth until its reconciliation is due.
        Log.PutOff(services.Logger, id, "OperatorAnswer", why);
        return session;
    }

    /// <summary>Gives up waiting. In turn, so that the operator's answer comes either before, and is the answer, or after, and finds no one
    /// waiting.</summary>
    private async Task<SessionResult> AnswerRequestedAsync(QosSession session, TaskCompletionSource<SessionResult> answer)
    {
        var entered = await queue.EnterAsync();
        // Even where the turn is refused: then the answer is REQUESTED, which it was a moment ago.
        waitingCreate = null;
        if (entered) queue.Leave();
        if (answer.Task.IsCompleted) return await answer.Task;
        return known ?? session;
    }

    /// <summary>The create that this decision answers. In turn, as above.</summary>
    private TaskCompletionSource<SessionResult>? TakeWaitingCreate(Decision decision)
    {
        if (waitingCreate is not { } answer || !decision.Changed || decision.Session.Status == QosStatus.Requested) return null;
        waitingCreate = null;
        return answer;
    }
}

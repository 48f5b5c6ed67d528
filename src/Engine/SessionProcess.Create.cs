using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>How a session is made: its device admits it, then the operator is called, then the client is answered.</summary>
public sealed partial class SessionProcess
{
    private Task<SessionResult>? creating;
    private TaskCompletionSource<SessionResult>? waitingCreate;

    /// <summary>Makes the session. A repeated call returns the result of the first one.</summary>
    /// <remarks>The caller makes the id and repeats the create with the same id. A repeated create waits for the one under way here, or finds in the store the
    /// session that an earlier process has made. After a create that failed before there was a row, the next call starts a new one.</remarks>
    /// <param name="validUntil">The create makes nothing after this time. It can come so late if this process was frozen; the caller has then repeated it,
    /// another process may have made the session, and the client may even have deleted it.</param>
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
        // After CallDeadline the gateway has already answered the client with StoreUnavailable. The metric counts what the client was told.
        var isTooLate = services.Time.GetElapsedTime(started) > services.Calls.CallDeadline;
        var outcome = isTooLate ? nameof(SessionErrorCode.StoreUnavailable) : result.Error?.Code.ToString() ?? "Created";
        services.Metrics.Created(device.Route.Id.Value, outcome);
        return result;
    }

    private async Task<SessionResult> CreateAtAsync(CreateSession request, ResolvedDevice device, DateTimeOffset validUntil)
    {
        // 1. The session is committed, and its flow reserved, before the operator is called. After a crash, its row says what is left to do.
        var (admitted, isNew) = await AdmitAsync(request, device, validUntil);
        if (admitted.Session is not { } session || !isNew) return admitted;

        // 2. The operator is called. Nothing has to wait if it answers at once.
        var call = services.Operators.CreateAsync(session);
        if (call.IsCompleted) return await FinishCreateAsync(session, await call, callerWaiting: true);

        // 3. If the operator does not answer within CreateWait, the client gets 201 REQUESTED, and the operator's call goes on in the background.
        // The task below must be without RunContinuationsAsynchronously: WaitAsync would then continue in the thread pool, and this process must not leave its
        // scheduler. As it is, the code after the await runs inside SetResult. That is safe, because SetResult is called when the turn has ended.
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

    /// <returns>IsNew is false if an earlier attempt made the session in another process. What is left to do for it is done when it is due.</returns>
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

    /// <summary>Answers a create with the session that an earlier attempt has made. Another process may still wait there for the operator. If the operator
    /// refuses, that process makes the whole create fail, as long as the version is the one that it committed. Raising the version prevents this: from now on
    /// the client knows the session.</summary>
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

    /// <param name="session">As it was admitted. If its version has changed, another process has answered the client (see <see cref="TakeOverAsync"/>).</param>
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
        // The session is durable, only the operator's answer is not. So REQUESTED is correct; the session is looked up at the operator when it is due.
        Log.PutOff(services.Logger, id, "OperatorAnswer", why);
        return session;
    }

    /// <summary>Stops waiting for the operator. It takes a turn for this: the operator's answer comes either before it, and then answers the client, or after
    /// it, when nobody waits for it any more.</summary>
    private async Task<SessionResult> AnswerRequestedAsync(QosSession session, TaskCompletionSource<SessionResult> answer)
    {
        var entered = await queue.EnterAsync();
        // This is done even if the queue was full. The client then gets REQUESTED, which was true a moment ago.
        waitingCreate = null;
        if (entered) queue.Leave();
        if (answer.Task.IsCompleted) return await answer.Task;
        return known ?? session;
    }

    /// <summary>The waiting create that this decision answers, or null. Called within the turn.</summary>
    private TaskCompletionSource<SessionResult>? TakeWaitingCreate(Decision decision)
    {
        if (waitingCreate is not { } answer || !decision.Changed || decision.Session.Status == QosStatus.Requested) return null;
        waitingCreate = null;
        return answer;
    }
}

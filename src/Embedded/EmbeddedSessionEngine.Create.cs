using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Embedded;

/// <summary>How a session comes to be: admission under the device's mailbox, then the operator, then an answer, or none to undo.</summary>
public sealed partial class EmbeddedSessionEngine
{
    private sealed record Creation(CreateSession Request, ResolvedDevice Device, SessionId Id);

    private async Task<SessionResult> CreateAsync(Creation creation)
    {
        using var activity = EngineMetrics.Activities.StartActivity("CreateSession");
        try
        {
            // 1. The intent is durable and the flow reserved before the operator hears of it: a crash leaves something to reconcile.
            var admitted = await AdmitAsync(creation);
            if (admitted.Session is not { } session) return admitted;

            // 2. The operator. One that answers at once needs no waiting.
            var call = operators.CreateAsync(session);
            if (call.IsCompleted) return await FinishCreateAsync(session, await call, callerWaiting: true);

            // 3. One that does not answer within the wait goes on behind a 201 REQUESTED.
            var answer = new TaskCompletionSource<SessionResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            waitingCreates[session.Id] = answer;
            Run(session.Id, "OperatorAnswer", async () => await FinishCreateAsync(session, await call, callerWaiting: false));
            try
            {
                return await answer.Task.WaitAsync(options.CreateWait, time);
            }
            catch (TimeoutException)
            {
                return await AnswerRequestedAsync(session, answer);
            }
        }
        catch (StoreUnavailableException)
        {
            return SessionError.StoreUnavailable();
        }
    }

    private async Task<SessionResult> AdmitAsync(Creation creation)
    {
        var (request, device, id) = creation;
        var key = deviceKeys.KeyOf(device.Route.Id, device.Subscriber);

        using var turn = await deviceMailboxes.EnterAsync(key);
        if (turn.IsRefused) return SessionError.Overloaded();

        var now = Now;
        var decision = machine.Create(new SessionCommand.Create(id, request.TermsFor(device, key, now), request.Duration), now);
        var flow = policy.ClaimOf(decision.Session);

        // A device that is not in memory is taken for a new one, which it mostly is; if it is not, its fence says so, and it is read.
        var known = devices.TryGet(key, out var flows) ? flows : DeviceFlows.Unheard;
        for (var attempt = 0; attempt <= StaleRetries; attempt++)
        {
            if (known.Conflicts(flow))
            {
                // What is in memory may hold sessions that have ended since: only the store's word refuses a client.
                known = await store.ReadDeviceAsync(key);
                devices.Set(key, known);
                if (known.Conflicts(flow)) return SessionError.Conflict();
            }
            var result = await store.CommitAsync(new SessionCommit(decision.Session, decision.Event, new Admission(key, known.Fence)));
            if (result.Status == CommitStatus.Committed)
            {
                devices.Set(key, known.With(id, flow, result.DeviceFence));
                Committed(decision.Session);
                return decision.Session;
            }
            known = await store.ReadDeviceAsync(key);
        }
        return SessionError.Overloaded();
    }

    private async Task<SessionResult> FinishCreateAsync(QosSession session, OperatorOutcome outcome, bool callerWaiting)
    {
        try
        {
            return await ApplyAsync(
                session.Id, _ => OperatorCommands.AfterCreate(outcome, callerWaiting || waitingCreates.ContainsKey(session.Id)), caller: null, session);
        }
        catch (StoreUnavailableException unavailable)
        {
            // The intent is durable, so the session is: REQUESTED is the truth until its reconciliation is due.
            Log.PutOff(log, session.Id, "OperatorAnswer", unavailable);
            return session;
        }
    }

    /// <summary>Gives up waiting. Inside the mailbox, so that the operator's answer comes either before, and is the answer, or after, and finds
    /// nobody waiting.</summary>
    private async Task<SessionResult> AnswerRequestedAsync(QosSession session, TaskCompletionSource<SessionResult> answer)
    {
        using var turn = await sessionMailboxes.EnterAsync(session.Id);
        // Even where the turn is refused: then the answer is REQUESTED, which it was a moment ago.
        waitingCreates.TryRemove(session.Id, out _);
        if (answer.Task.IsCompleted) return await answer.Task;
        return sessions.TryGet(session.Id, out var current) ? current : session;
    }

    private async Task UndoAsync(Task<SessionResult> create)
    {
        try
        {
            if ((await create).Session is not { } session || !TryBegin(limited: false)) return;
            Log.Undone(log, session.Id);
            await TrackAsync(InsistAsync(session.Id, new SessionCommand.Delete()));
        }
        catch (Exception exception)
        {
            Log.Failed(log, default, "Undo", exception);
        }
    }
}

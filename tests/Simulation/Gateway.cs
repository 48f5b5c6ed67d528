using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Engine;

namespace QodOrleans.Simulation;

/// <summary>Calls the silos for clients, and calls again while there is no answer, as the cluster's <c>OrleansSessionEngine</c> does. Every answer is
/// measured by what was
/// stored while it was waited for.</summary>
internal sealed class Gateway(World world) : Node(world, "gateway")
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UndoTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The silos that it knows of.</summary>
    public Members Members { get; set; }

    private static SessionCallOptions Options => World.Calls;

    /// <param name="isDoubled">The first attempt's connection breaks: it goes on, and another is made at once, at any silo.</param>
    public async Task<SessionResult> CreateAsync(SessionId id, CreateSession request, bool isDoubled)
    {
        var since = World.Scheduler.Steps;
        var attempts = CallAsync(id, () =>
        {
            var validUntil = Clock.GetUtcNow() + Options.AttemptTimeout * SessionCallOptions.ValidShare;
            return session => session.CreateAsync(request, validUntil);
        },
        isDoubled: isDoubled);
        var result = await WithinLimitsAsync(attempts);
        if (result.Error?.Code == SessionErrorCode.StoreUnavailable)
        {
            World.Ledger.GiveUp(id);
            _ = UndoAsync(id, attempts);
        }
        if (result.Session is { } session)
        {
            World.Ledger.Acknowledge(id);
            CheckStored("a create", since, session);
        }
        return result;
    }

    public async Task<SessionResult> DeleteAsync(SessionId id, Caller caller)
    {
        var since = World.Scheduler.Steps;
        QosSession? seen = null;
        var result = await WithinLimitsAsync(CallAsync(
            id, () => session => session.DeleteAsync(caller), async () => seen ??= await ReadAsync(id)));
        var isDeletedBefore = result.Error?.Code == SessionErrorCode.NotFound && seen is not null && caller.Owns(seen)
            && (seen.IsVisible || seen.StatusInfo == StatusInfo.DeleteRequested);
        if ((result.Session is not null || result.Error?.Code == SessionErrorCode.NotFound)
            && !World.Ledger.WasSince(since, id, static row => row is not { IsVisible: true }))
            World.Violate($"a delete of {World.Trace.Name(id)} was answered {result.Error?.Code.ToString() ?? "done"}, and the session was there all the time");
        return isDeletedBefore ? seen! : result;
    }

    public async Task<SessionResult> ExtendAsync(SessionId id, Caller caller, TimeSpan additional)
    {
        var since = World.Scheduler.Steps;
        if (await ReadAsync(id) is not { IsVisible: true } session) return SessionError.NotFound();
        var extend = new SessionCommand.Extend(additional, new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1)));
        var result = await WithinLimitsAsync(CallAsync(id, () => async process => (await process.ExtendAsync(caller, session.Duration, extend)).Result));
        if (result.Session is { } extended) CheckStored("an extension", since, extended);
        if (result.Error?.Code is SessionErrorCode.NotFound && !World.Ledger.WasSince(since, id, static row => row is not { IsVisible: true }))
            World.Violate($"an extension of {World.Trace.Name(id)} found nothing, and the session was there all the time");
        if (result.Error?.Code is SessionErrorCode.SessionInactive
            && !World.Ledger.WasSince(since, id, row => row is not { Status: QosStatus.Available } || HasExpired(row)))
            World.Violate($"an extension of {World.Trace.Name(id)} was refused as inactive, and the session was active all the time");
        return result;
    }

    private void CheckStored(string what, long since, QosSession told)
    {
        if (!World.Ledger.WasSince(
            since, told.Id, row => row is not null && row.Version == told.Version && row.Phase == told.Phase && row.Duration == told.Duration))
            World.Violate($"{what} of {World.Trace.Name(told.Id)} was answered {told.Phase} version {told.Version}, which was not stored then");
    }

    private bool HasExpired(QosSession session) => session.ExpiresAt <= Clock.GetUtcNow() + Story.MostClockError * 2;

    private async Task<QosSession?> ReadAsync(SessionId id)
    {
        await Task.Delay(World.Chance.UpTo(TimeSpan.FromMilliseconds(20)), Clock);
        return World.Store.Read(id);
    }

    private async Task UndoAsync(SessionId id, Task<SessionResult> attempts)
    {
        if ((await attempts).Session is null) await Task.Delay(Options.AttemptTimeout, Clock);
        var started = Clock.GetTimestamp();
        while (Clock.GetElapsedTime(started) < UndoTimeout)
        {
            var result = await CallAsync(id, () => session => session.DeleteAsync(caller: null));
            if (result.Session is not null) return;
            if (result.Error?.Code == SessionErrorCode.NotFound && Clock.GetElapsedTime(started) > Options.CallDeadline) return;
            await Task.Delay(LongestPause, Clock);
        }
    }

    /// <param name="attempt">Asked anew for each.</param>
    private async Task<SessionResult> CallAsync(
        SessionId id, Func<Func<SessionProcess, Task<SessionResult>>> attempt, Func<Task>? afterDoubt = null, bool isDoubled = false)
    {
        var started = Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            if (World.Trace.IsOn) World.Trace.Note($"gateway tries {World.Trace.Name(id)}");
            var call = attempt();
            try
            {
                var answer = World.CallAsync(this, World.Route(Members, id.Value), silo => silo.OnSessionAsync(id, call), Options.AttemptTimeout);
                if (!isDoubled || World.AnySilo() is not { } any) return await answer;
                isDoubled = false;
                return await await Task.WhenAny(answer, World.CallAsync(this, any.Number, silo => silo.OnSessionAsync(id, call), Options.AttemptTimeout));
            }
            catch (Exception lost) when (lost is TimeoutException or UnreachableSiloException)
            {
                if (Clock.GetElapsedTime(started) + pause > Options.CallDeadline) return SessionError.StoreUnavailable();
                if (afterDoubt is not null) await afterDoubt();
            }
            await Task.Delay(pause, Clock);
        }
    }

    private async Task<SessionResult> WithinLimitsAsync(Task<SessionResult> work)
    {
        try
        {
            return await work.WaitAsync(Options.CallDeadline, Clock);
        }
        catch (Exception late) when (late is TimeoutException or StoreUnavailableException)
        {
            return SessionError.StoreUnavailable();
        }
    }
}

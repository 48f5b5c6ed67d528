using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Sessions;

namespace QodOrleans.Grains;

/// <summary>The engine of a cluster, as a gateway sees it: changes go to the session's grain, wherever it is; reads go to the store, which holds
/// everything that was ever acknowledged, and wake no grain.</summary>
/// <remarks>The one place that repeats calls. A create keeps its session id, so a repetition finds what an attempt without an answer has made.</remarks>
public sealed class OrleansSessionEngine : ISessionEngine, IOperatorReports, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UndoPatience = TimeSpan.FromMinutes(2);

    private readonly IGrainFactory grains;
    private readonly ISessionStore store;
    private readonly QosProfileCatalog profiles;
    private readonly TimeProvider time;
    private readonly TimeProvider pace;
    private readonly GrainEngineOptions options;
    private readonly ILogger<OrleansSessionEngine> log;
    private readonly CancellationTokenSource stopping = new();
    private int underWay;

    public OrleansSessionEngine(
        IGrainFactory grains, ISessionStore store, QosProfileCatalog profiles, TimeProvider time, [FromKeyedServices(Pace.Key)] TimeProvider pace,
        IOptions<GrainEngineOptions> options, ILogger<OrleansSessionEngine> log) =>
        (this.grains, this.store, this.profiles, this.time, this.pace, this.options, this.log) = (grains, store, profiles, time, pace, options.Value, log);

    public async Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation)
    {
        if (profiles.Admit(request.QosProfile, request.Duration) is { } unfit) return unfit;

        var id = new SessionId(Guid.CreateVersion7(time.GetUtcNow()));
        var result = await WithinLimitsAsync(
            () => CallAsync(id, "create", session => session.CreateAsync(request), Repeat.Always), cancellation);

        // Whoever was not told of a session must not be left with one: it would hold the flow against the client's next try.
        if (result.Error?.Code == SessionErrorCode.StoreUnavailable) _ = UndoAsync(id);
        return result;
    }

    public async Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation)
    {
        var read = await WithinLimitsAsync(() => ReadAsync(id), cancellation);
        return read switch
        {
            { Error: { } error } => error,
            { Session: { IsVisible: true } session } => caller.Owns(session) ? session : SessionError.NotOwner(),
            _ => SessionError.NotFound(),
        };
    }

    public Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation) =>
        WithinLimitsAsync(() => DeleteAsync(id, caller), cancellation);

    public Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation) => WithinLimitsAsync(
        // Twice would be twice as long: repeated only where it has certainly not happened.
        () => CallAsync(id, "extend", session => session.ExtendAsync(caller, Extension.Of(additional, limit)), Repeat.IfNotDone), cancellation);

    /// <inheritdoc />
    public async ValueTask ReportAsync(SessionId id, OperatorOutcome report)
    {
        var result = await CallAsync(id, "report", session => session.ReportAsync(report), Repeat.Always);
        if (result.Error is { Code: SessionErrorCode.StoreUnavailable or SessionErrorCode.Overloaded } error) throw new StoreUnavailableException(error.Message);
    }

    public void Dispose()
    {
        if (stopping.IsCancellationRequested) return;
        stopping.Cancel();
        stopping.Dispose();
    }

    private async Task<SessionResult> ReadAsync(SessionId id) => await store.ReadAsync(id) is { } session ? session : SessionError.NotFound();

    private async Task<SessionResult> DeleteAsync(SessionId id, Caller caller)
    {
        QosSession? seen = null;
        var result = await CallAsync(id, "delete", session => session.DeleteAsync(caller), Repeat.Always, async () => seen ??= await store.ReadAsync(id));

        // Not found, but it was there when an attempt got no answer: that attempt has deleted it.
        var deletedBefore = result.Error?.Code == SessionErrorCode.NotFound && seen is not null && caller.Owns(seen)
            && (seen.IsVisible || seen.StatusInfo == StatusInfo.DeleteRequested);
        return deletedBefore ? seen! : result;
    }

    /// <summary>Deletes what a create without an answer may have made.</summary>
    private async Task UndoAsync(SessionId id)
    {
        var started = pace.GetTimestamp();
        try
        {
            while (pace.GetElapsedTime(started) < UndoPatience)
            {
                var result = await CallAsync(id, "undo", session => session.DeleteAsync(caller: null), Repeat.Always);
                if (result.Session is not null) Log.Undone(log, id);
                if (result.Error?.Code is null or SessionErrorCode.NotFound) return;
                await Task.Delay(LongestPause, pace, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It ends by its time.
        }
        catch (Exception exception)
        {
            Log.Failed(log, id, "Undo", exception);
        }
    }

    // -- Calls ------------------------------------------------------------------------------------------------------------------------

    private enum Repeat
    {
        Always,
        IfNotDone,
    }

    /// <summary>Calls the grain, and calls again while there is time: silos come and go.</summary>
    /// <param name="afterDoubt">Awaited after an attempt that may have happened.</param>
    private async Task<SessionResult> CallAsync(
        SessionId id, string name, Func<IQosSessionGrain, Task<SessionResult>> call, Repeat repeat, Func<Task>? afterDoubt = null)
    {
        var started = pace.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            try
            {
                return await call(grains.GetGrain<IQosSessionGrain>(id.Value));
            }
            catch (GatewayTooBusyException)
            {
                return SessionError.Overloaded();
            }
            catch (Exception exception) when (MayPass(exception))
            {
                var wasNotDone = exception is InconsistentStateException;
                if ((repeat == Repeat.IfNotDone && !wasNotDone) || pace.GetElapsedTime(started) + pause > options.CallDeadline) return SessionError.StoreUnavailable();
                if (!wasNotDone && afterDoubt is not null) await afterDoubt();
                Log.Repeated(log, id, name, exception.GetType().Name);
            }
            await Task.Delay(pause, pace, stopping.Token);
        }
    }

    /// <summary>What a cluster does while it changes: no answer, no silo, or an activation that was not the only one.</summary>
    private static bool MayPass(Exception exception) => exception
        is TimeoutException or OrleansMessageRejectionException or Orleans.Networking.Shared.SocketConnectionException
        or Orleans.Runtime.Messaging.ConnectionFailedException or ClientNotAvailableException or InconsistentStateException;

    private async Task<SessionResult> WithinLimitsAsync(Func<Task<SessionResult>> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref underWay) > options.RequestLimit)
        {
            Interlocked.Decrement(ref underWay);
            return SessionError.Overloaded();
        }
        try
        {
            return await TrackAsync(work()).WaitAsync(options.CallDeadline, time, cancellation);
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            return SessionError.StoreUnavailable();
        }
        catch (OperationCanceledException)
        {
            return SessionError.StoreUnavailable();
        }
    }

    private async Task<SessionResult> TrackAsync(Task<SessionResult> work)
    {
        try
        {
            return await work;
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}

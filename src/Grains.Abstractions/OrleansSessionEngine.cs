using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Networking.Shared;
using Orleans.Runtime.Messaging;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Grains.Abstractions;

/// <summary>The engine of a cluster, as a gateway sees it: changes go to the session's grain, wherever it is; reads go to the store, which holds
/// everything that was ever acknowledged, and wake no grain.</summary>
/// <remarks>This is the only class that repeats calls. A create is repeated with the same session id, so it finds what an earlier attempt has made.</remarks>
public sealed class OrleansSessionEngine : ISessionEngine, IOperatorReports, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private const int MostExtensionRounds = 50;
    private static readonly TimeSpan UndoTimeout = TimeSpan.FromMinutes(2);

    private readonly IGrainFactory grains;
    private readonly GrainReferences<IQosSessionGrain> sessions;
    private readonly ISessionStore store;
    private readonly QosProfileCatalog profiles;
    private readonly DeviceKeyHasher deviceKeys;
    private readonly TimeProvider time;
    private readonly TimeProvider backgroundTime;
    private readonly SessionCallOptions options;
    private readonly ILogger<OrleansSessionEngine> log;
    private readonly CancellationTokenSource stopping = new();
    private int underWay;
    private int reporting;

    public OrleansSessionEngine(
        IGrainFactory grains, ISessionStore store, QosProfileCatalog profiles, DeviceKeyHasher deviceKeys, TimeProvider time,
        [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime,
        IOptions<SessionCallOptions> options, ILogger<OrleansSessionEngine> log) =>
        (this.grains, sessions, this.store, this.profiles, this.deviceKeys, this.time, this.backgroundTime, this.options, this.log) =
        (grains, new GrainReferences<IQosSessionGrain>(grains), store, profiles, deviceKeys, time, backgroundTime, options.Value, log);

    public async Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation)
    {
        if (profiles.Admit(request.QosProfile, request.Duration) is { } unfit) return unfit;

        var id = new SessionId(Guid.CreateVersion7(time.GetUtcNow()));
        Task<SessionResult>? attempts = null;
        var result = await WithinLimitsAsync(
            () => attempts = CallAsync(
                new Attempts("create", id), session => session.CreateAsync(request, time.GetUtcNow() + options.AttemptTimeout * SessionCallOptions.ValidShare)),
            cancellation);

        // The client was told that its create failed. If the session were still made, its flow would block the client's next create.
        if (result.Error?.Code == SessionErrorCode.StoreUnavailable && attempts is not null) _ = UndoAsync(id, attempts);
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
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation) =>
        WithinLimitsAsync(() => ExtendAsync(id, caller, additional, limit), cancellation);

    public Task<SessionListResult> ListSessionsAsync(Caller caller, CancellationToken cancellation) => WithinLimitsAsync(
        () => ListOfAsync(store.ReadByClientAsync(caller.ClientId, caller.User(deviceKeys), ISessionEngine.LongestList, cancellation)),
        static error => error, cancellation);

    public Task<SessionListResult> RetrieveSessionsAsync(Caller caller, Device? device, CancellationToken cancellation) => WithinLimitsAsync(
        async () =>
        {
            var found = await CallAsync<ISubscriberGrain, FoundDevice>(
                grains.GetGrain<ISubscriberGrain>(0), lines => lines.FindAsync(device, caller.Line), static error => new FoundDevice(default, error),
                new Attempts("find"));
            if (found.Error is { } error) return error;
            return await ListOfAsync(
                store.ReadByDeviceAsync(new DeviceKey(found.Key), caller.ClientId, caller.User(deviceKeys), ISessionEngine.LongestList, cancellation));
        },
        static error => error, cancellation);

    public Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation) => WithinLimitsAsync(
        () => CallAsync<ISubscriberGrain, LineResult>(
            grains.GetGrain<ISubscriberGrain>(0), lines => lines.IdentifyAsync(device), static error => error, new Attempts("identify")),
        // No store is used here, so what did not answer in time is the cluster.
        static _ => SessionError.Overloaded(), cancellation);

    /// <inheritdoc />
    public async ValueTask ReportAsync(SessionId id, OperatorOutcome report)
    {
        // Operators may send any number of reports. Beyond the limit they are refused, and the operator must repeat them.
        if (Interlocked.Increment(ref reporting) > options.RequestLimit)
        {
            Interlocked.Decrement(ref reporting);
            throw new StoreUnavailableException("Too many reports are waiting for the store.");
        }
        try
        {
            while (true)
            {
                var result = await CallAsync(new Attempts("report", id), session => session.ReportAsync(report));
                if (result.Error is not { Code: SessionErrorCode.StoreUnavailable or SessionErrorCode.Overloaded } error) return;
                Log.ReportPutOff(log, id, error.Code);
                await Task.Delay(LongestPause, backgroundTime, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new StoreUnavailableException("The engine has stopped.");
        }
        finally
        {
            Interlocked.Decrement(ref reporting);
        }
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
        var result = await CallAsync(
            new Attempts("delete", id, AfterDoubt: async () => seen ??= await store.ReadAsync(id)), session => session.DeleteAsync(caller));

        // Not found now, but it was in the store after an attempt without an answer: that attempt has deleted it.
        var deletedBefore = result.Error?.Code == SessionErrorCode.NotFound && seen is not null && caller.Owns(seen)
            && (seen.IsVisible || seen.StatusInfo == StatusInfo.DeleteRequested);
        return deletedBefore ? seen! : result;
    }

    /// <summary>Sends along the duration that the session has now. So an attempt without an answer and its repetition extend it only once.</summary>
    private async Task<SessionResult> ExtendAsync(SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit)
    {
        for (var round = 0; round < MostExtensionRounds; round++)
        {
            if (await store.ReadAsync(id) is not { IsVisible: true } session) return SessionError.NotFound();
            if (!caller.Owns(session)) return SessionError.NotOwner();

            var doubt = false;
            var extension = Extension.Of(session.Duration, additional, limit);
            var extended = await CallAsync(
                sessions.Of(id.Value), grain => grain.ExtendAsync(caller, extension), static error => new ExtensionResult(error, Moved: false),
                new Attempts("extend", id, AfterDoubt: () =>
                {
                    doubt = true;
                    return Task.CompletedTask;
                }));
            // The duration has changed. If an attempt of this call had no answer, that attempt has changed it. Else another caller was first: try again.
            if (!extended.Moved || doubt) return extended.Result;
        }
        return SessionError.Overloaded();
    }

    /// <summary>Deletes the session that a create without an answer may have made. It first waits until all attempts of the create have ended or can no longer
    /// be admitted. If it deleted earlier, the last attempt could make the session again, and the events of both would have the same ids.</summary>
    private async Task UndoAsync(SessionId id, Task<SessionResult> attempts)
    {
        try
        {
            await ((Task)attempts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempts is not { IsCompletedSuccessfully: true, Result.Session: not null })
                await Task.Delay(options.AttemptTimeout, backgroundTime, stopping.Token);
            var started = backgroundTime.GetTimestamp();
            while (backgroundTime.GetElapsedTime(started) < UndoTimeout)
            {
                var result = await CallAsync(new Attempts("undo", id), session => session.DeleteAsync(caller: null));
                if (result.Session is not null)
                {
                    Log.Undone(log, id);
                    return;
                }
                // A commit may still be on its way to the store, so the session may be there a moment later.
                if (result.Error?.Code == SessionErrorCode.NotFound && backgroundTime.GetElapsedTime(started) > options.CallDeadline) return;
                await Task.Delay(LongestPause, backgroundTime, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process stops. The session then ends when its duration is over.
        }
        catch (Exception exception)
        {
            Log.Failed(log, id, "Undo", exception);
        }
    }

    // -- Calls ------------------------------------------------------------------------------------------------------------------------

    /// <summary>A call that may be repeated.</summary>
    /// <param name="Call">For the log.</param>
    /// <param name="Session">For the log; default where the call is not about one session.</param>
    /// <param name="AfterDoubt">Awaited after an attempt that may have taken effect, before the next one.</param>
    private readonly record struct Attempts(string Call, SessionId Session = default, Func<Task>? AfterDoubt = null);

    private Task<SessionResult> CallAsync(Attempts attempts, Func<IQosSessionGrain, Task<SessionResult>> call) =>
        CallAsync(sessions.Of(attempts.Session.Value), call, static error => error, attempts);

    /// <summary>Calls the grain, and repeats the call within <see cref="SessionCallOptions.CallDeadline"/> while silos come and go.</summary>
    private async Task<TResult> CallAsync<TGrain, TResult>(
        TGrain grain, Func<TGrain, Task<TResult>> call, Func<SessionError, TResult> otherwise, Attempts attempts)
    {
        var started = backgroundTime.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var attempt = call(grain);
            try
            {
                return await attempt.WaitAsync(options.AttemptTimeout, backgroundTime);
            }
            catch (GatewayTooBusyException)
            {
                return otherwise(SessionError.Overloaded());
            }
            catch (Exception exception) when (IsTransient(exception))
            {
                // The attempt may still fail later. Nothing reads its result then, so its exception must not count as unobserved.
                attempt.Ignore();
                if (backgroundTime.GetElapsedTime(started) + pause > options.CallDeadline) return otherwise(SessionError.StoreUnavailable());
                if (attempts.AfterDoubt is { } afterDoubt && MayHaveHappened(exception)) await afterDoubt();
                Log.Repeated(log, attempts.Session, attempts.Call, exception.GetType().Name);
            }
            await Task.Delay(pause, backgroundTime, stopping.Token);
        }
    }

    /// <summary>What happens while silos come and go: a call gets no answer, or there is no silo for it.</summary>
    private static bool IsTransient(Exception exception) => exception
        is TimeoutException or OrleansMessageRejectionException or ConnectionFailedException or SocketConnectionException or ClientNotAvailableException;

    /// <summary>A message that was rejected has not been delivered. A silo that is gone may have worked on it.</summary>
    private static bool MayHaveHappened(Exception exception) => exception is not OrleansMessageRejectionException or SiloUnavailableException;

    private Task<SessionResult> WithinLimitsAsync(Func<Task<SessionResult>> work, CancellationToken cancellation) =>
        WithinLimitsAsync(work, static error => error, cancellation);

    private async Task<T> WithinLimitsAsync<T>(Func<Task<T>> work, Func<SessionError, T> otherwise, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref underWay) > options.RequestLimit)
        {
            Interlocked.Decrement(ref underWay);
            return otherwise(SessionError.Overloaded());
        }
        try
        {
            return await TrackAsync(work()).WaitAsync(options.CallDeadline, time, cancellation);
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException or OperationCanceledException)
        {
            return otherwise(SessionError.StoreUnavailable());
        }
    }

    private async Task<T> TrackAsync<T>(Task<T> work)
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

    private static async Task<SessionListResult> ListOfAsync(Task<IReadOnlyList<QosSession>> read) => new(await read, null);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Postgres;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Grains.Hosting;

/// <summary>A silo's part in keeping the database: no standalone host beside the cluster, and now and then it clears away devices that nobody asks for any more.
/// Every silo does: what one has deleted costs the next nothing.</summary>
internal sealed class DatabaseKeeper(
    EngineLock engineLock, SessionStore store, IHostApplicationLifetime lifetime, [FromKeyedServices(Pace.Key)] TimeProvider pace, ILogger<DatabaseKeeper> log)
    : BackgroundService
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockCheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PurgePeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetDevicesAfter = TimeSpan.FromDays(2);

    /// <exception cref="InvalidOperationException">A standalone host serves the database.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A predecessor that was killed may hold the lock until the server notices.
        var start = pace.GetTimestamp();
        while (!await engineLock.TryAcquireAsync(shared: true))
        {
            if (pace.GetElapsedTime(start) > LockPatience) throw new InvalidOperationException("A standalone host serves this database.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), pace, cancellationToken);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LockCheck, pace);
        var purgedAt = pace.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    // Its connection may have been lost, and the lock with it.
                    if (!await engineLock.TryAcquireAsync(shared: true))
                    {
                        Log.TakenOver(log);
                        lifetime.StopApplication();
                        return;
                    }
                    if (pace.GetElapsedTime(purgedAt) < PurgePeriod) continue;
                    purgedAt = pace.GetTimestamp();
                    await store.PurgeDevicesAsync(ForgetDevicesAfter, stoppingToken);
                }
                catch (NpgsqlException unreachable)
                {
                    Log.NoDatabase(log, unreachable.SqlState ?? nameof(NpgsqlException));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Postgres;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Grains.Hosting;

/// <summary>The database as the processes of a cluster use it: they wait until it is there, refuse one of another version or made with another device
/// key, and keep standalone hosts away.</summary>
public sealed class ClusterDatabase(
    Migrations migrations, PostgresPins pins, DeviceKeyHasher deviceKeys, EngineLock engineLock, [FromKeyedServices(Pace.Key)] TimeProvider pace,
    ILogger<ClusterDatabase> log) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits as long as it takes.</summary>
    /// <exception cref="SchemaVersionException">Run <c>migrate</c> first.</exception>
    /// <exception cref="InvalidOperationException">Its sessions were made with another device key, or a standalone host serves it.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryOpenAsync(cancellationToken)) await Task.Delay(Pause, pace, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> TryOpenAsync(CancellationToken cancellation)
    {
        try
        {
            await migrations.CheckAsync(cancellation);
            var fingerprint = deviceKeys.Fingerprint.ToString("x16", null);
            if (await pins.PinAsync("device-key", fingerprint) != fingerprint)
            {
                throw new InvalidOperationException(
                    "The sessions in this database were made with another device key. Start with the data folder (keys.json) or Qod:Keys that they were made with.");
            }
            if (!await engineLock.TryAcquireAsync(shared: true)) throw new InvalidOperationException("A standalone host serves this database.");
            return true;
        }
        catch (NpgsqlException unreachable)
        {
            Log.NoDatabase(log, unreachable.SqlState ?? unreachable.InnerException?.GetType().Name ?? nameof(NpgsqlException));
            return false;
        }
    }
}

/// <summary>Clears away devices that nobody asks for any more. Every silo does, at its own time: what one has deleted costs the next nothing.</summary>
public sealed class DevicePurge(SessionStore store, [FromKeyedServices(Pace.Key)] TimeProvider pace, ILogger<DevicePurge> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Period, pace);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await store.PurgeDevicesAsync(ForgetAfter, stoppingToken);
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

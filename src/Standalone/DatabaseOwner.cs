using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Postgres;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Standalone;

/// <summary>Makes the database ready before anything else starts, and keeps it to this process: schema, the one engine's lock, and the
/// device-key secret that its sessions were made with. Afterwards it clears away devices that nobody asks for any more.</summary>
internal sealed partial class DatabaseOwner(
    Migrations migrations, EngineLock engineLock, PostgresPins pins, DeviceKeyHasher deviceKeys, SessionStore store, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<DatabaseOwner> log) : BackgroundService
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockCheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PurgePeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetDevicesAfter = TimeSpan.FromDays(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await migrations.MigrateAsync(cancellationToken);
        await AcquireAsync(cancellationToken);

        var fingerprint = deviceKeys.Fingerprint.ToString("x16", null);
        if (await pins.PinAsync("device-key", fingerprint) != fingerprint)
        {
            throw new InvalidOperationException(
                "The sessions in this database were made with another device key. Start with the data folder (keys.json) or Qod:Keys that they were made with.");
        }
        await base.StartAsync(cancellationToken);
    }

    /// <summary>A predecessor that was killed may hold the lock until the server notices.</summary>
    private async Task AcquireAsync(CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (!await engineLock.TryAcquireAsync())
        {
            if (time.GetElapsedTime(start) > LockPatience) throw new InvalidOperationException("Another standalone host serves this database.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LockCheck, time);
        var purgedAt = time.GetTimestamp();
        while (await NextTickAsync(timer, stoppingToken))
        {
            try
            {
                if (!await engineLock.TryAcquireAsync())
                {
                    LockLost(log);
                    lifetime.StopApplication();
                    return;
                }
                if (time.GetElapsedTime(purgedAt) < PurgePeriod) continue;
                purgedAt = time.GetTimestamp();
                await store.PurgeDevicesAsync(ForgetDevicesAfter, stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                DatabaseSilent(log, exception.SqlState);
            }
        }
    }

    private static async Task<bool> NextTickAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1100, LogLevel.Critical, "Another standalone host has taken this database over; stopping.")]
    private static partial void LockLost(ILogger log);

    [LoggerMessage(1101, LogLevel.Warning, "The database does not answer ({SqlState}).")]
    private static partial void DatabaseSilent(ILogger log, string? sqlState);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Postgres;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Hosting;

/// <summary>Waits until the database answers, and refuses one that has another schema version or was made with another device key. Deletes devices that have
/// not been used lately.</summary>
/// <param name="duties">What this program does beside that wait and those checks.</param>
public sealed class DatabaseGuard(
    DatabaseDuties duties, Migrations migrations, DatabaseInvariants invariants, DeviceKeyHasher deviceKeys, SessionStore store, TimeProvider time,
    ILogger<DatabaseGuard> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PurgePeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetDevicesAfter = TimeSpan.FromDays(2);

    /// <summary>Waits for the database as long as it takes.</summary>
    /// <exception cref="SchemaVersionException">Run <c>migrate</c> first.</exception>
    /// <exception cref="InvalidOperationException">Its sessions were made with another device key.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryOpenAsync(cancellationToken)) await Task.Delay(Pause, time, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <remarks>Every silo deletes them. Those that one silo has deleted cost the next one nothing.</remarks>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!duties.HasFlag(DatabaseDuties.Purge)) return;
        using var timer = new PeriodicTimer(PurgePeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await store.PurgeDevicesAsync(ForgetDevicesAfter, stoppingToken);
                }
                catch (NpgsqlException unreachable)
                {
                    Log.NoDatabase(log, ReasonOf(unreachable));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task<bool> TryOpenAsync(CancellationToken cancellation)
    {
        try
        {
            if (duties.HasFlag(DatabaseDuties.Migrate)) await migrations.MigrateAsync(cancellation);
            else await migrations.CheckAsync(cancellation);
            var fingerprint = deviceKeys.Fingerprint.ToString("x16", null);
            if (await invariants.PinAsync("device-key", fingerprint) == fingerprint) return true;
            throw new InvalidOperationException(
                "The sessions in this database were made with another device key. "
                + "Start with the data folder (keys.json) or Qod:Keys that they were made with.");
        }
        catch (NpgsqlException unreachable)
        {
            Log.NoDatabase(log, ReasonOf(unreachable));
            return false;
        }
    }

    private static string ReasonOf(NpgsqlException unreachable) =>
        unreachable.SqlState ?? unreachable.InnerException?.GetType().Name ?? nameof(NpgsqlException);
}

/// <summary>What a program does for its database.</summary>
[Flags]
public enum DatabaseDuties
{
    /// <summary>Only checks whether the database fits.</summary>
    None = 0,

    /// <summary>Applies the schema before it starts.</summary>
    Migrate = 1,

    /// <summary>Deletes, once an hour, the devices that had no session for two days.</summary>
    Purge = 2,
}

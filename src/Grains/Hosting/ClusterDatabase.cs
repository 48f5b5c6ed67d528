using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Postgres;

namespace QodOrleans.Grains.Hosting;

/// <summary>The database as the processes of a cluster use it: they wait until it is there, and refuse one of another version or made with another
/// device key.</summary>
public sealed class ClusterDatabase(
    Migrations migrations, PostgresPins pins, DeviceKeyHasher deviceKeys, [FromKeyedServices(Pace.Key)] TimeProvider pace, ILogger<ClusterDatabase> log)
    : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits as long as it takes.</summary>
    /// <exception cref="SchemaVersionException">Run <c>migrate</c> first.</exception>
    /// <exception cref="InvalidOperationException">Its sessions were made with another device key.</exception>
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
            if (await pins.PinAsync("device-key", fingerprint) == fingerprint) return true;
            throw new InvalidOperationException(
                "The sessions in this database were made with another device key. Start with the data folder (keys.json) or Qod:Keys that they were made with.");
        }
        catch (NpgsqlException unreachable)
        {
            Log.NoDatabase(log, unreachable.SqlState ?? unreachable.InnerException?.GetType().Name ?? nameof(NpgsqlException));
            return false;
        }
    }
}

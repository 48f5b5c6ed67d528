using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;

namespace QodOrleans.Hosting.Clustering;

/// <summary>A gateway's connection to the silos: waits for the first, and is healthy while there is one.</summary>
public sealed class ClusterConnection(TimeProvider time, ILogger<ClusterConnection> log) : IClientConnectionRetryFilter, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private volatile int silos;

    /// <summary>Whether a failed start is tried again: for as long as the host wants to run, where the database or the silos may still come up.</summary>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (DbException or SocketException or TimeoutException or OrleansMessageRejectionException or ConnectionFailedException))
            return false;
        Log.NoCluster(log, exception.GetType().Name);
        await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silos > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("There is no silo to talk to."));

    internal void Count(object? sender, GatewayCountChangedEventArgs change)
    {
        silos = change.NumberOfConnectedGateways;
        Log.Connected(log, silos);
    }
}

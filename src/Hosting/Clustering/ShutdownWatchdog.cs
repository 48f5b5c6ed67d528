using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace QodOrleans.Hosting.Clustering;

/// <summary>Ends the process when its stop takes too long. Without its database, a silo would try for minutes to record that it leaves. The other silos notice
/// its loss by themselves.</summary>
internal sealed class ShutdownWatchdog(
    IHostApplicationLifetime lifetime, IOptions<QodClusterOptions> settings, TimeProvider time, ILogger<ShutdownWatchdog> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopped = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => _ = EndLateAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The host has stopped in time: its process may go on, as one that tests several hosts does.</summary>
    public void Dispose()
    {
        if (stopped.IsCancellationRequested) return;
        stopped.Cancel();
        stopped.Dispose();
    }

    private async Task EndLateAsync()
    {
        var hasStopped = stopped.Token;
        await Task.Delay(settings.Value.DrainTimeout + Margin, time, hasStopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (hasStopped.IsCancellationRequested) return;
        Log.StopAborted(log, settings.Value.DrainTimeout);
        Environment.Exit(1);
    }
}

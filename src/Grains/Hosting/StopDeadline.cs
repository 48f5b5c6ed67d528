using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace QodOrleans.Grains.Hosting;

/// <summary>Ends the process when its stop takes longer than it may. Without its database, a silo would try for minutes to write down that it goes; the others
/// find that out by themselves.</summary>
internal sealed class StopDeadline(
    IHostApplicationLifetime lifetime, IOptions<QodClusterOptions> settings, TimeProvider time, ILogger<StopDeadline> log) : IHostedService
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => _ = EndLateAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndLateAsync()
    {
        await Task.Delay(settings.Value.DrainTimeout + Margin, time);
        Log.StopAborted(log, settings.Value.DrainTimeout);
        Environment.Exit(1);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks;

namespace QodOrleans.Grains.Events;

/// <summary>Has the dispatcher read the outbox when this silo owns other sessions than before, and periodically. The second is needed because a silo may have
/// died after it committed an event and before it passed the event on, or may have passed it on to a silo that was no longer the owner.</summary>
internal sealed class OutboxPoller(
    WebhookDispatcher webhooks, SessionShares shares, IOptions<PollingOptions> settings,
    [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        shares.Changed += webhooks.ShareChanged;
        try
        {
            using var timer = new PeriodicTimer(settings.Value.OutboxPeriod, backgroundTime);
            while (await timer.WaitForNextTickAsync(stoppingToken)) webhooks.LookAgain();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            shares.Changed -= webhooks.ShareChanged;
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Grains.Events;

/// <summary>The silo's part of the outbox: the events of the sessions that it looks after.</summary>
internal sealed class OutboxShare(SessionShares shares) : IOutboxShare
{
    public bool IsOurs(SessionId session) => shares.IsMine(session);
}

/// <summary>Has the dispatcher look into the outbox when the silo's share has changed, and now and then all the same: a silo may have died with an
/// event that it had committed and not passed on, or passed on to one that was no longer the right one.</summary>
internal sealed class OutboxWatch(
    WebhookDispatcher webhooks, SessionShares shares, IOptions<GrainOptions> settings,
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

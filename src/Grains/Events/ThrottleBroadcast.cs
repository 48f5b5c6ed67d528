using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Grains.Events;

/// <summary>Tells the other silos at once that a server has asked for a pause. A silo that is not reached reads the pause from the store later.</summary>
internal sealed class ThrottleBroadcast(SessionShares shares, EventInboxClient inboxes, ILogger<ThrottleBroadcast> log) : IThrottleBroadcast
{
    public void Tell(SinkThrottle throttle)
    {
        foreach (var silo in shares.Others) _ = TellAsync(silo, throttle);
    }

    private async Task TellAsync(SiloAddress silo, SinkThrottle throttle)
    {
        try
        {
            await inboxes.Of(silo).ThrottleAsync(throttle.ClientId, throttle.Server, throttle.Until);
        }
        catch (Exception exception)
        {
            Log.ThrottleNotBroadcast(log, silo, exception);
        }
    }
}

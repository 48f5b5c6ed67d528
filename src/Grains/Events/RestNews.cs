using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Grains.Events;

/// <summary>Tells the other silos at once that a server has asked for rest. One that the news does not reach reads it in the outbox, with the events.</summary>
internal sealed class RestNews(SessionShares shares, EventInboxClient inboxes, ILogger<RestNews> log) : IRestNews
{
    public void Tell(SinkRest rest)
    {
        foreach (var silo in shares.Others) _ = TellAsync(silo, rest);
    }

    private async Task TellAsync(SiloAddress silo, SinkRest rest)
    {
        try
        {
            await inboxes.Of(silo).RestAsync(rest.ClientId, rest.Server, rest.Until);
        }
        catch (Exception exception)
        {
            Log.NotToldOfRest(log, silo, exception);
        }
    }
}

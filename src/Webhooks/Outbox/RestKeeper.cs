using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>A server has asked this process for rest: the others must know, now and after this one has died.</summary>
internal sealed class RestKeeper(IEventOutbox outbox, IRestNews? news, InFlight inFlight, Action<Action> begin, ILogger log)
{
    /// <summary>Hands over and returns.</summary>
    public void Post(SinkRest rest)
    {
        inFlight.Enter();
        begin(() => _ = KeepAsync(rest));
    }

    private async Task KeepAsync(SinkRest rest)
    {
        try
        {
            // The others first: they may be about to send, and the outbox is for those who are not there now.
            news?.Tell(rest);
            await outbox.RestAsync(rest);
        }
        catch (Exception e)
        {
            Log.RestNotKept(log, e);
        }
        finally
        {
            inFlight.Exit();
        }
    }
}

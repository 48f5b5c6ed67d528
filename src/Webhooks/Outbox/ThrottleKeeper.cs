using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>A server has asked this process for a pause: the others must know, now and after this one has died.</summary>
internal sealed class ThrottleKeeper(IEventOutbox outbox, IThrottleBroadcast? others, InFlight inFlight, Action<Action> begin, ILogger log)
{
    /// <summary>Hands over and returns.</summary>
    public void Post(SinkThrottle throttle)
    {
        inFlight.Begin();
        begin(() => _ = KeepAsync(throttle));
    }

    private async Task KeepAsync(SinkThrottle throttle)
    {
        try
        {
            // The others first: they may be about to send, and the outbox is for those who are not there now.
            others?.Tell(throttle);
            await outbox.ThrottleAsync(throttle);
        }
        catch (Exception e)
        {
            Log.ThrottleNotKept(log, e);
        }
        finally
        {
            inFlight.End();
        }
    }
}

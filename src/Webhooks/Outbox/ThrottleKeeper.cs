using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>When a server has asked this process for a pause: tells the other processes now, and stores the pause for processes that start later.</summary>
internal sealed class ThrottleKeeper(IEventOutbox outbox, IThrottleBroadcast? others, InFlight inFlight, Action<Action> begin, ILogger log)
{
    /// <summary>Starts the work and returns at once.</summary>
    public void Post(SinkThrottle throttle)
    {
        inFlight.Begin();
        begin(() => _ = KeepAsync(throttle));
    }

    private async Task KeepAsync(SinkThrottle throttle)
    {
        try
        {
            // The other processes are told first, because they may be about to send. The stored pause is for processes that are not running now.
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

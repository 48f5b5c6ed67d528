using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Where several processes deliver events: tells the others of a pause, of which they inform their <see cref="WebhookDispatcher.Throttle"/>.</summary>
public interface IThrottleBroadcast
{
    /// <summary>Must not block or throw. What does not arrive, the others read from the outbox.</summary>
    void Tell(SinkThrottle throttle);
}

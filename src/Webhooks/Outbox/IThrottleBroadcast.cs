using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Used where several processes deliver events. When a sink asks for a pause, this tells the other processes; each of them passes the pause to its
/// <see cref="WebhookDispatcher.Throttle"/>.</summary>
public interface IThrottleBroadcast
{
    /// <summary>Must not block or throw. A process that is not reached reads the pause from the store later.</summary>
    void Tell(SinkThrottle throttle);
}

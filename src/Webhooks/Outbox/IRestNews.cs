using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Where several processes tell events: takes the news of a rest to the others, which they answer by <see cref="WebhookDispatcher.Rest"/>.</summary>
public interface IRestNews
{
    /// <summary>Must not block or throw. What does not arrive, the others read from the outbox.</summary>
    void Tell(SinkRest rest);
}

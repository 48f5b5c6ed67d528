using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Used where several processes deliver the events of one outbox: says which sessions this process owns. Without it, this process owns all.</summary>
/// <remarks>Called under a lock for every event, so it must answer at once. When the answer changes, the host says so by
/// <see cref="WebhookDispatcher.ShareChanged"/>.</remarks>
public interface IOutboxShare
{
    bool IsOurs(SessionId session);
}

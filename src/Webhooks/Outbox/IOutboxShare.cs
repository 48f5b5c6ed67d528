using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Where several processes tell events from one outbox: which sessions are this one's. Without one, all are.</summary>
/// <remarks>Asked under a lock for every event: it must answer at once. When the answer changes, the host says so by
/// <see cref="WebhookDispatcher.ShareChanged"/>.</remarks>
public interface IOutboxShare
{
    bool IsOurs(SessionId session);
}

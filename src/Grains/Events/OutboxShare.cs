using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Grains.Events;

/// <summary>The silo's part of the outbox: the events of the sessions that it owns.</summary>
internal sealed class OutboxShare(SessionShares shares) : IOutboxShare
{
    public bool IsOurs(SessionId session) => shares.IsMine(session);
}

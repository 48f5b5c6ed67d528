using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks;

namespace QodOrleans.Simulation;

/// <summary>Takes committed events to the silo that tells them, as the cluster's <c>EventRouter</c> does over Orleans.</summary>
internal sealed class Router(World world, Silo silo, WebhookDispatcher local) : IEventDispatcher
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settling = 2 * (ResponseTimeout + RetryPause);

    private readonly Dictionary<int, SiloSender> senders = [];
    private TimeSpan changedAt = world.Scheduler.Now;

    public void OwnersChanged() => changedAt = world.Scheduler.Now;

    public void Dispatch(QosStatusChanged change)
    {
        var owner = silo.Members.OwnerOf(change.SessionId.Value);
        if (owner == silo.Number || owner < 0)
        {
            if (change.Sequence > 1 && world.Scheduler.Now - changedAt < Settling) local.CatchUp();
            local.Dispatch(change);
            return;
        }
        if (!senders.TryGetValue(owner, out var sender)) senders[owner] = sender = new SiloSender(this, owner);
        sender.Add(change);
    }

    private sealed class SiloSender(Router router, int owner)
    {
        private List<QosStatusChanged> waiting = [];
        private bool missed;
        private bool isSending;

        public void Add(QosStatusChanged change)
        {
            waiting.Add(change);
            if (isSending) return;
            isSending = true;
            router.World.Scheduler.Soon(router.Silo, () => _ = SendAsync());
        }

        private async Task SendAsync()
        {
            while (router.Silo.Members.Has(owner) && (waiting.Count > 0 || missed))
            {
                var (changes, catchUp) = (waiting.ToArray(), missed);
                (waiting, missed) = ([], false);
                try
                {
                    await router.World.CallAsync(
                        router.Silo, owner,
                        silo =>
                        {
                            silo.TakeEvents(changes, catchUp);
                            return Task.FromResult(true);
                        },
                        ResponseTimeout);
                }
                catch (Exception lost) when (lost is TimeoutException or UnreachableSiloException)
                {
                    missed = true;
                    await Task.Delay(RetryPause, router.Silo.Clock);
                }
            }
            waiting.Clear();
            (missed, isSending) = (false, false);
            router.senders.Remove(owner);
        }
    }

    private World World => world;

    private Silo Silo => silo;
}

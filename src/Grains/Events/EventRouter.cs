using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using QodOrleans.Core.Notifications;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Events;

/// <summary>Takes each committed event to the silo that tells the events of its session: mostly this one, where the session's grain is placed. So all
/// events of a session pass one dispatcher, and keep their order.</summary>
/// <remarks>An event that does not get through is in the outbox. The silo that should have had it is told to look there before it takes a later
/// one, or looks by itself when the active silos change. While news of such a change travels, a session may be changed on two silos: what it has to tell then
/// goes by way of the outbox, in order, though perhaps twice.</remarks>
internal sealed class EventRouter : IEventDispatcher
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly IEventDispatcher local;
    private readonly SessionShares shares;
    private readonly EventInboxClient inboxes;
    private readonly GrainMetrics metrics;
    private readonly TimeProvider backgroundTime;
    private readonly ILogger log;
    private readonly TimeSpan settling;
    private readonly ConcurrentDictionary<SiloAddress, SiloSender> senders = new();
    private long changedAt;

    public EventRouter(
        IEventDispatcher local, SessionShares shares, EventInboxClient inboxes, GrainMetrics metrics, IOptions<SiloMessagingOptions> messaging,
        [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime, ILogger<EventRouter> log)
    {
        (this.local, this.shares, this.inboxes, this.metrics, this.backgroundTime, this.log) = (local, shares, inboxes, metrics, backgroundTime, log);
        // A call that failed late, and the next.
        settling = 2 * (messaging.Value.ResponseTimeout + RetryPause);
        changedAt = backgroundTime.GetTimestamp();
        shares.Changed += () => Volatile.Write(ref changedAt, backgroundTime.GetTimestamp());
    }

    /// <inheritdoc />
    public void Dispatch(QosStatusChanged change)
    {
        if (shares.OwnerOf(change.SessionId) is { } owner && !owner.Equals(shares.Self))
        {
            senders.GetOrAdd(owner, silo => new SiloSender(this, silo)).Add(change);
            return;
        }
        // Its former owner may have one before this on its way to us. It is in the outbox.
        if (change.Sequence > 1 && backgroundTime.GetElapsedTime(Volatile.Read(ref changedAt)) < settling) local.CatchUp();
        local.Dispatch(change);
    }

    /// <summary>What is on its way to one silo: one call at a time, with all that has come together meanwhile.</summary>
    private sealed class SiloSender(EventRouter router, SiloAddress silo)
    {
        // More than this is left to the outbox.
        private const int MostWaiting = 10_000;

        private readonly Lock gate = new();
        private List<QosStatusChanged> waiting = [];
        private bool missed;
        private bool sending;

        public void Add(QosStatusChanged change)
        {
            lock (gate)
            {
                if (waiting.Count < MostWaiting) waiting.Add(change);
                else missed = true;
                if (sending) return;
                sending = true;
            }
            // Off the grain's scheduler, and without its activity: a batch belongs to no single session.
            ThreadPool.UnsafeQueueUserWorkItem(static sender => _ = sender.SendAsync(), this, preferLocal: false);
        }

        private async Task SendAsync()
        {
            while (Take() is var (changes, catchUp))
            {
                try
                {
                    await router.inboxes.Of(silo).TakeAsync(changes, catchUp);
                    router.metrics.Forwarded(changes.Length, arrived: true);
                }
                catch (Exception exception)
                {
                    Log.NotForwarded(router.log, changes.Length, silo, exception);
                    router.metrics.Forwarded(changes.Length, arrived: false);
                    lock (gate) missed = true;
                    await Task.Delay(RetryPause, router.backgroundTime);
                }
            }
        }

        private (QosStatusChanged[] Changes, bool CatchUp)? Take()
        {
            lock (gate)
            {
                if (!router.shares.IsActive(silo))
                {
                    // Others look after its sessions now, and look in the outbox for what they have not heard.
                    waiting.Clear();
                    missed = false;
                    router.senders.TryRemove(new(silo, this));
                }
                if (waiting.Count == 0 && !missed)
                {
                    sending = false;
                    return null;
                }
                var taken = (waiting.ToArray(), missed);
                waiting = [];
                missed = false;
                return taken;
            }
        }
    }
}

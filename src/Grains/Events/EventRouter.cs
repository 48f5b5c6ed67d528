using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using QodOrleans.Core.Notifications;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Events;

/// <summary>Passes each committed event to the silo that owns its session. Mostly this is the silo itself, because the session's grain is placed on the owner.
/// So all events of a session go through one dispatcher and keep their order.</summary>
/// <remarks>
/// <para>An event that does not get through to its owner is still in the outbox. The next call to the owner then says that it must read the outbox before it
/// takes a later event. When the active silos change, the new owners read the outbox by themselves.</para>
/// <para>For a moment after such a change two silos may both write to a session. The owner then reads the outbox first, so its events are delivered in order,
/// though perhaps twice.</para>
/// </remarks>
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
        // Time enough for one call that fails only by its timeout, and for the next one.
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
        // An earlier event of the session may still be on its way from the former owner. It is in the outbox, which is therefore read first.
        if (change.Sequence > 1 && backgroundTime.GetElapsedTime(Volatile.Read(ref changedAt)) < settling) local.CatchUp();
        local.Dispatch(change);
    }

    /// <summary>Sends events to one silo: one call at a time, with all events that have come since the call before.</summary>
    private sealed class SiloSender(EventRouter router, SiloAddress silo)
    {
        // Further events stay in the outbox, and the silo is told to read it.
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
            // Not on the grain's scheduler and not in its trace: a batch has events of many sessions.
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
                    // Other silos own its sessions now, and read from the outbox the events that they have not received.
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

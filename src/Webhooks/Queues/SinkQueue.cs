using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Queues;

/// <summary>What a queue is for: the events of one application for one server. Failures, and the pauses that a server asks for, count for this pair only, so
/// they do not delay another application's events for the same server.</summary>
internal readonly record struct SinkKey(string ClientId, string Scheme, string Host, int Port)
{
    public static SinkKey Of(QosStatusChanged change) => Of(change.ClientId ?? "", change.Sink.Url);

    public static SinkKey Of(SinkThrottle throttle) => Of(throttle.ClientId, new Uri(throttle.Server));

    public SinkThrottle ThrottledUntil(DateTimeOffset until) => new(ClientId, $"{Scheme}://{Host}:{Port}", until);

    private static SinkKey Of(string clientId, Uri url) => new(clientId, url.Scheme, url.Host, url.Port);
}

/// <summary>Everything for one sink: which session is next, how many requests may be under way, and whether its circuit is open.</summary>
/// <remarks>Not safe by itself: <see cref="DeliveryQueues"/> holds the lock.</remarks>
internal sealed class SinkQueue(SinkKey key, BacklogFlags backlog, WebhookOptions options, RetrySchedule schedule)
{
    // Oldest event first. Sessions whose event has failed have a queue of their own, so that neither kind delays the other.
    private readonly PriorityQueue<SessionEvents, long> fresh = new();
    private readonly PriorityQueue<SessionEvents, long> failed = new();
    private readonly PriorityQueue<SessionEvents, long> pausing = new();
    private bool failedTurn;
    private int failuresInARow;
    private int openings;
    private DateTimeOffset openUntil;

    public SinkKey Key { get; } = key;

    public BacklogFlags Backlog { get; } = backlog;

    /// <summary>Events in memory.</summary>
    public int Count { get; set; }

    /// <summary>Requests under way.</summary>
    public int Active { get; set; }

    /// <summary>The sink fails again and again. While its circuit is open it gets one request at a time, and repetitions only when <c>openUntil</c> has come,
    /// as probes; an event that was not tried yet is the best probe, because another path at the same server may work.</summary>
    public bool IsCircuitOpen => openings > 0;

    /// <summary>The sink has asked for a pause: nothing is sent before then.</summary>
    public DateTimeOffset ThrottledUntil { get; set; }

    public ITimer? Timer { get; set; }

    /// <summary>What <see cref="Timer"/> is set to.</summary>
    public DateTimeOffset? TimerDue { get; set; }

    public void Enqueue(SessionEvents session) => (session.Attempts == 0 ? fresh : failed).Enqueue(session, session.Head.OccurredAt.UtcTicks);

    public void Postpone(SessionEvents session, DateTimeOffset until) => pausing.Enqueue(session, until.UtcTicks);

    /// <summary>The session whose turn it is, if one may be sent now.</summary>
    public SessionEvents? Pick(DateTimeOffset now)
    {
        while (pausing.TryPeek(out _, out var due) && due <= now.UtcTicks) Enqueue(pausing.Dequeue());

        if (now < ThrottledUntil) return null;
        if (Active >= (IsCircuitOpen ? 1 : options.ConcurrencyPerSink)) return null;
        if (IsCircuitOpen) return fresh.Count > 0 ? fresh.Dequeue() : now >= openUntil && failed.Count > 0 ? failed.Dequeue() : null;

        failedTurn = failed.Count > 0 && (fresh.Count == 0 || !failedTurn);
        return failedTurn ? failed.Dequeue() : fresh.Count > 0 ? fresh.Dequeue() : null;
    }

    /// <summary>Takes half of the waiting sessions out of the queue: those that would be sent last.</summary>
    public List<SessionEvents> Evict()
    {
        var evicted = new List<SessionEvents>();
        var most = (fresh.Count + failed.Count + pausing.Count + 1) / 2;
        foreach (var queue in (ReadOnlySpan<PriorityQueue<SessionEvents, long>>)[pausing, failed, fresh])
        {
            // Items at the end of a heap are late ones. Which of the late ones are taken does not matter.
            var items = queue.UnorderedItems.ToArray();
            var kept = Math.Max(0, items.Length - (most - evicted.Count));
            evicted.AddRange(items.Skip(kept).Select(item => item.Element));
            queue.Clear();
            queue.EnqueueRange(items.Take(kept));
        }
        return evicted;
    }

    /// <summary>Takes the waiting sessions for which <paramref name="isMeant"/> is true out of the queue.</summary>
    public List<SessionEvents> Take(Func<SessionEvents, bool> isMeant)
    {
        var taken = new List<SessionEvents>();
        foreach (var queue in (ReadOnlySpan<PriorityQueue<SessionEvents, long>>)[pausing, failed, fresh])
        {
            var items = queue.UnorderedItems.ToArray();
            taken.AddRange(items.Select(item => item.Element).Where(isMeant));
            queue.Clear();
            queue.EnqueueRange(items.Where(item => !isMeant(item.Element)));
        }
        return taken;
    }

    /// <summary>The time at which <see cref="Pick"/> may find a session although nothing else happens; null for never.</summary>
    public DateTimeOffset? NextWake(DateTimeOffset now)
    {
        if (now < ThrottledUntil && fresh.Count + failed.Count + pausing.Count > 0) return ThrottledUntil;
        DateTimeOffset? wake = pausing.TryPeek(out _, out var due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        var waitsForCircuit = IsCircuitOpen && Active == 0 && (failed.Count > 0 || Count == 0);
        return waitsForCircuit && !(wake < openUntil) ? openUntil : wake;
    }

    /// <summary>Whether the queue can be removed.</summary>
    public bool IsIdle(DateTimeOffset now) => Count == 0 && (!IsCircuitOpen || now >= openUntil);

    public void Succeed()
    {
        failuresInARow = 0;
        openings = 0;
    }

    public void Fail(DateTimeOffset startedAt, DateTimeOffset now)
    {
        // An attempt that began before the circuit's pause was over says nothing new about the sink.
        if (++failuresInARow < options.FailuresBeforeRest || (IsCircuitOpen && startedAt < openUntil)) return;

        openings++;
        openUntil = now + schedule.OpenFor(openings);
    }
}

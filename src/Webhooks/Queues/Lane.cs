using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Queues;

/// <summary>A sink as far as failures are shared: one application's at one server. What a server asks of one application is no matter of another's.</summary>
internal readonly record struct LaneKey(string ClientId, string Scheme, string Host, int Port)
{
    public static LaneKey Of(QosStatusChanged change) => Of(change.ClientId ?? "", change.Sink.Url);

    public static LaneKey Of(SinkRest rest) => Of(rest.ClientId, new Uri(rest.Server));

    public SinkRest RestUntil(DateTimeOffset until) => new(ClientId, $"{Scheme}://{Host}:{Port}", until);

    private static LaneKey Of(string clientId, Uri url) => new(clientId, url.Scheme, url.Host, url.Port);
}

/// <summary>Everything for one sink: which session is next, how many requests may be under way, and whether the sink rests.</summary>
/// <remarks>Not safe by itself: <see cref="DeliveryQueues"/> holds the lock.</remarks>
internal sealed class Lane(LaneKey key, Backlog backlog, WebhookOptions options, RetrySchedule schedule)
{
    // Oldest event first. Sessions that have failed stand apart: they must not hold up those that have not, nor the other way round.
    private readonly PriorityQueue<SessionLine, long> fresh = new();
    private readonly PriorityQueue<SessionLine, long> failed = new();
    private readonly PriorityQueue<SessionLine, long> pausing = new();
    private bool failedTurn;
    private int failuresInARow;
    private int rests;
    private DateTimeOffset restsUntil;

    public LaneKey Key { get; } = key;

    public Backlog Backlog { get; } = backlog;

    /// <summary>Events in memory.</summary>
    public int Count { get; set; }

    /// <summary>Requests under way.</summary>
    public int Active { get; set; }

    /// <summary>The sink fails again and again. It gets one request at a time, and repetitions only when a pause is over; an event that was not tried
    /// yet is the best probe there is, because another path at the same server may work.</summary>
    public bool Resting => rests > 0;

    /// <summary>The sink has asked for rest: nothing is sent before then.</summary>
    public DateTimeOffset HeldUntil { get; set; }

    public ITimer? Timer { get; set; }

    /// <summary>What <see cref="Timer"/> is set to.</summary>
    public DateTimeOffset? TimerDue { get; set; }

    public void Enqueue(SessionLine line) => (line.Attempts == 0 ? fresh : failed).Enqueue(line, line.Head.OccurredAt.UtcTicks);

    public void Postpone(SessionLine line, DateTimeOffset until) => pausing.Enqueue(line, until.UtcTicks);

    /// <summary>The session whose turn it is, if one may be sent now.</summary>
    public SessionLine? Pick(DateTimeOffset now)
    {
        while (pausing.TryPeek(out _, out var due) && due <= now.UtcTicks) Enqueue(pausing.Dequeue());

        if (now < HeldUntil) return null;
        if (Active >= (Resting ? 1 : options.ConcurrencyPerSink)) return null;
        if (Resting) return fresh.Count > 0 ? fresh.Dequeue() : now >= restsUntil && failed.Count > 0 ? failed.Dequeue() : null;

        failedTurn = failed.Count > 0 && (fresh.Count == 0 || !failedTurn);
        return failedTurn ? failed.Dequeue() : fresh.Count > 0 ? fresh.Dequeue() : null;
    }

    /// <summary>Takes half of the sessions that wait out of the lane, those that would be sent last.</summary>
    public List<SessionLine> Shed()
    {
        var shed = new List<SessionLine>();
        var most = (fresh.Count + failed.Count + pausing.Count + 1) / 2;
        foreach (var queue in (ReadOnlySpan<PriorityQueue<SessionLine, long>>)[pausing, failed, fresh])
        {
            // The end of a heap holds late ones; which exactly does not matter.
            var items = queue.UnorderedItems.ToArray();
            var kept = Math.Max(0, items.Length - (most - shed.Count));
            shed.AddRange(items.Skip(kept).Select(item => item.Element));
            queue.Clear();
            queue.EnqueueRange(items.Take(kept));
        }
        return shed;
    }

    /// <summary>Takes the sessions that wait and are meant out of the lane.</summary>
    public List<SessionLine> Take(Func<SessionLine, bool> isMeant)
    {
        var taken = new List<SessionLine>();
        foreach (var queue in (ReadOnlySpan<PriorityQueue<SessionLine, long>>)[pausing, failed, fresh])
        {
            var items = queue.UnorderedItems.ToArray();
            taken.AddRange(items.Select(item => item.Element).Where(isMeant));
            queue.Clear();
            queue.EnqueueRange(items.Where(item => !isMeant(item.Element)));
        }
        return taken;
    }

    /// <summary>When <see cref="Pick"/> may have something new without anything else happening.</summary>
    public DateTimeOffset? NextWake(DateTimeOffset now)
    {
        if (now < HeldUntil && fresh.Count + failed.Count + pausing.Count > 0) return HeldUntil;
        DateTimeOffset? wake = pausing.TryPeek(out _, out var due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        var waitsForRest = Resting && Active == 0 && (failed.Count > 0 || Count == 0);
        return waitsForRest && !(wake < restsUntil) ? restsUntil : wake;
    }

    /// <summary>Nothing here is worth keeping.</summary>
    public bool IsIdle(DateTimeOffset now) => Count == 0 && (!Resting || now >= restsUntil);

    public void Succeed()
    {
        failuresInARow = 0;
        rests = 0;
    }

    public void Fail(DateTimeOffset startedAt, DateTimeOffset now)
    {
        // What was under way when the rest began, or was tried during it, says nothing new.
        if (++failuresInARow < options.FailuresBeforeRest || (Resting && startedAt < restsUntil)) return;

        rests++;
        restsUntil = now + schedule.Rest(rests);
    }
}

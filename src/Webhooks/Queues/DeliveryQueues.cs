using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks.Queues;

/// <summary>Decides which event is sent next, and which stays in the outbox. It does no I/O; each decision is short and made under one lock.</summary>
/// <remarks>
/// <para><b>Order.</b> An event is taken into memory only if all older ones of its session are in memory before it, or done. The first event of
/// a session has none. A later one of a session that memory does not know is taken if its sink has no backlog in the outbox, or if the running
/// scan has passed the session; else it stays in the outbox, and a scan will find it. So no event is sent from memory before an older one of its session
/// that is still in the outbox.</para>
/// <para><b>Room.</b> A sink may hold as many events as are still free for all others, and at least half as many as the largest sink, which then gives
/// some of its own up: they are in the outbox too. So a sink that works has room, however many others fail.</para>
/// <para><b>Once.</b> An event that is in memory, or was concluded while a page was read, is not taken again from that page.</para>
/// </remarks>
internal sealed class DeliveryQueues : IDisposable
{
    private const int ConcludedRemembered = 65_536;
    private const int StoppedRemembered = 100_000;
    private const int ThrottlesRemembered = 100_000;
    private const string StoppedBefore = "the sink answered 410 to an earlier event of this session";

    private readonly Lock gate = new();
    private readonly Dictionary<SessionId, SessionEvents> sessions = [];
    private readonly Dictionary<SinkKey, SinkQueue> sinks = [];
    // Not in the queues, because these are removed when empty: a sink that has asked for a pause may have no events at the moment.
    private readonly Dictionary<SinkKey, DateTimeOffset> throttles = [];
    private readonly RecentSet<Guid> concludedLately = new(ConcludedRemembered);
    private readonly RecentSet<SessionId> stopped = new(StoppedRemembered);
    private readonly OutboxScan scan = new();
    private readonly WebhookOptions options;
    private readonly RetrySchedule schedule;
    private readonly TimeProvider time;

    // For the sinks that have no queue. After a start, the outbox may hold events for any of them.
    private readonly BacklogFlags elsewhere = new() { Behind = true };
    // The sink with the most events, or one that had the most a short time ago.
    private SinkQueue? largest;
    private int held;
    private bool scanWanted;
    private bool closed;

    public DeliveryQueues(WebhookOptions options, TimeProvider time, Random random)
    {
        this.options = options;
        this.time = time;
        schedule = new RetrySchedule(options, random);
    }

    /// <summary>Whether this process owns the session and delivers its events. Called under the lock, so it must only read.</summary>
    public Func<SessionId, bool> IsOurs { get; init; } = static _ => true;

    /// <summary>Starts a worker for the session. Called under the lock, so it must only pass the work on.</summary>
    public required Action<SessionEvents> Start { get; init; }

    /// <summary>An event of the session has ended and must be marked in the outbox. Called under the lock, so it must only pass this on.</summary>
    public required Action<SessionEvents> Concluded { get; init; }

    /// <summary>An event was left in the outbox. Called under the lock, so it must only pass this on.</summary>
    public required Action FellBehind { get; init; }

    /// <summary>A sink has asked for a pause, and the other processes must be told. Called under the lock, so it must only pass this on.</summary>
    public Action<SinkThrottle> Throttled { get; init; } = static _ => { };

    /// <summary>Events in memory.</summary>
    public int Held
    {
        get { lock (gate) return held; }
    }

    public int Sinks
    {
        get { lock (gate) return sinks.Count; }
    }

    /// <summary>Takes a change that has just been committed, or leaves it in the outbox.</summary>
    public void Offer(QosStatusChanged change)
    {
        lock (gate)
        {
            if (!closed) Place(change, fromOutbox: false);
        }
    }

    /// <summary>The attempt at <see cref="SessionEvents.UnderWay"/> is over.</summary>
    /// <returns>The session that the worker delivers next; null if there is none.</returns>
    public SessionEvents? Settle(SessionEvents session, DeliveryResult answer, DateTimeOffset startedAt)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var sink = session.Sink;
            sink.Active--;
            if (closed && answer.Outcome == DeliveryOutcome.Interrupted) return null;

            switch (answer.Outcome)
            {
                case DeliveryOutcome.Delivered:
                    sink.Succeed();
                    Conclude(session, deadLetterReason: null);
                    break;
                case DeliveryOutcome.Refused:
                    if (answer.Blames) sink.Succeed();
                    Conclude(session, answer.Reason);
                    break;
                case DeliveryOutcome.Stop:
                    sink.Succeed();
                    stopped.Add(session.Id);
                    Conclude(session, answer.Reason);
                    while (session.HasMore) Conclude(session, StoppedBefore);
                    break;
                default:
                    if (answer.Blames) sink.Fail(startedAt, now);
                    session.Fail(answer.Reason);
                    if (schedule.Asked(answer.RetryAfter) is { } pause && Throttle(sink.Key, now + pause)) Throttled(sink.Key.ThrottledUntil(now + pause));
                    break;
            }

            if (session.HasMore && !IsOurs(session.Id)) Drop(session);
            else if (session.Attempts > 0) Retry(session, answer.RetryAfter, now);
            else if (session.HasMore) sink.Enqueue(session);

            var next = Take(sink, now);
            StartReady(sink, now);
            // The rest of its events may belong to another owner by now, and then only this call removes the queue.
            EvictIfIdle(sink, now);
            return next;
        }
    }

    /// <summary>The session's next ended event to be marked in the outbox; null when all are marked.</summary>
    public Conclusion? NextConclusion(SessionEvents session)
    {
        lock (gate)
        {
            if (session.HasConclusions) return session.FirstConclusion;
            session.IsBeingAcknowledged = false;
            return null;
        }
    }

    /// <summary>The event is marked in the outbox, or could not be. Memory no longer needs it.</summary>
    public void Forget(SessionEvents session)
    {
        lock (gate)
        {
            var change = session.Forget().Change;
            held--;
            session.Sink.Count--;
            // The event may come once more: in a page that was read before it was marked, or from an engine that dispatches it only now.
            if (scan.IsReading || session.CameFromOutbox) concludedLately.Add(change.EventId);
            if (session.HasMore || session.HasConclusions) return;

            sessions.Remove(session.Id);
            EvictIfIdle(session.Sink, time.GetUtcNow());
        }
    }

    /// <summary>Whether a scan of the outbox can bring events into memory: a sink has events there, and has room.</summary>
    /// <param name="isOverdue">True: any room is enough. False: half of a sink's room must be free, because a scan reads the whole outbox.</param>
    public bool WantsScan(bool isOverdue)
    {
        lock (gate)
        {
            largest = sinks.Values.MaxBy(sink => sink.Count);
            var allowance = Allowance;
            var share = isOverdue ? 1L : 2L;
            if (scanWanted) return true;
            if (elsewhere.Behind && sinks.Count < options.SinksInMemory && allowance > 0) return true;
            return sinks.Values.Any(sink => sink.Backlog.Behind && sink.Count * share < allowance);
        }
    }

    public bool IsBehind
    {
        get { lock (gate) return scanWanted || elsewhere.Behind || sinks.Values.Any(sink => sink.Backlog.Behind); }
    }

    /// <summary>The outbox may hold any events: some were committed and not dispatched here, or this process owns other sessions than before. A scan is needed.
    /// Until it is complete, a later event of a session must wait in the outbox.</summary>
    public void FallBehind()
    {
        lock (gate)
        {
            elsewhere.Behind = elsewhere.Missed = true;
            foreach (var sink in sinks.Values) sink.Backlog.Behind = sink.Backlog.Missed = true;
            if (!closed) FellBehind();
        }
    }

    /// <summary>The outbox may hold something that was not dispatched here; that is rare, so the scan may come late.</summary>
    public void LookAgain()
    {
        lock (gate)
        {
            scanWanted = true;
            if (!closed) FellBehind();
        }
    }

    /// <summary>A sink has asked another process for a pause.</summary>
    public void Throttle(SinkThrottle throttle)
    {
        lock (gate)
        {
            if (!closed) Throttle(SinkKey.Of(throttle), throttle.Until);
        }
    }

    /// <summary>Removes the events of sessions that this process no longer owns. Deliveries under way are finished; the new owner may send these events once
    /// more.</summary>
    public void DropForeign()
    {
        lock (gate)
        {
            foreach (var sink in sinks.Values.ToArray())
            {
                foreach (var session in sink.Take(waiting => !IsOurs(waiting.Id))) Drop(session);
                EvictIfIdle(sink, time.GetUtcNow());
            }
        }
    }

    public void BeginScan()
    {
        lock (gate)
        {
            scan.Begin();
            scanWanted = false;
            elsewhere.Missed = false;
            foreach (var sink in sinks.Values) sink.Backlog.Missed = false;
        }
    }

    public void BeginRead()
    {
        lock (gate) scan.BeginRead();
    }

    public void FailRead()
    {
        lock (gate) scan.FailRead();
    }

    public void EndRead(IReadOnlyList<QosStatusChanged> page, bool isLast)
    {
        lock (gate)
        {
            if (closed) return;
            foreach (var change in page) Place(change, fromOutbox: true);
            foreach (var change in scan.EndRead(page.Count > 0 ? page[^1].SessionId : null, isLast)) Place(change, fromOutbox: false);
        }
    }

    public void EndScan()
    {
        lock (gate)
        {
            scan.End();
            elsewhere.Behind = elsewhere.Missed;
            foreach (var sink in sinks.Values) sink.Backlog.Behind = sink.Backlog.Missed;
        }
    }

    /// <summary>Starts no more deliveries. The events in memory are in the outbox too.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var sink in sinks.Values) sink.Timer?.Dispose();
        }
    }

    public void Dispose() => Close();

    private void Place(QosStatusChanged change, bool fromOutbox)
    {
        if (concludedLately.Contains(change.EventId) || !IsOurs(change.SessionId)) return;

        if (sessions.TryGetValue(change.SessionId, out var session))
        {
            if (session.Holds(change.Sequence)) return;
            if (change.Sequence == session.Last + 1 && TryMakeRoom(session.Sink)) Append(session, change, fromOutbox);
            else LeaveInOutbox(change, session.Sink.Backlog, fromOutbox);
            return;
        }

        var sink = SinkOf(change);
        if (sink is null)
        {
            LeaveInOutbox(change, elsewhere, fromOutbox);
        }
        else if (HasNothingOlder(change, sink, fromOutbox) && TryMakeRoom(sink))
        {
            sessions.Add(change.SessionId, session = new SessionEvents(change.SessionId, sink));
            Append(session, change, fromOutbox);
        }
        else
        {
            LeaveInOutbox(change, sink.Backlog, fromOutbox);
            EvictIfIdle(sink, time.GetUtcNow());
        }
    }

    private int Free => options.MemoryCapacity - held;

    /// <summary>How many events a sink may hold now.</summary>
    private int Allowance => Math.Max(Free, (largest?.Count ?? 0) / 2);

    private bool TryMakeRoom(SinkQueue sink)
    {
        if (sink.Count < Free) return true;
        if (sink.Count >= Allowance) return false;
        if (Free == 0) Evict(largest!);
        return Free > 0;
    }

    /// <summary>Removes half of a sink's waiting events from memory. Nothing is lost: a later scan reads them again.</summary>
    private void Evict(SinkQueue sink)
    {
        foreach (var session in sink.Evict()) Drop(session);
        sink.Backlog.Behind = sink.Backlog.Missed = true;
        FellBehind();
        EvictIfIdle(sink, time.GetUtcNow());
        largest = sinks.Values.MaxBy(other => other.Count);
    }

    private void Drop(SessionEvents session)
    {
        var dropped = session.Drop();
        held -= dropped;
        session.Sink.Count -= dropped;
        if (!session.HasConclusions) sessions.Remove(session.Id);
    }

    private bool HasNothingOlder(QosStatusChanged change, SinkQueue sink, bool fromOutbox) => fromOutbox
        // The outbox gives the oldest event of a session first, so only events that this scan has left out can be older.
        ? scan.LeftOut != change.SessionId
        : change.Sequence == 1 || !sink.Backlog.Behind || (scan.HasPassed(change.SessionId) && !sink.Backlog.Missed);

    private void LeaveInOutbox(QosStatusChanged change, BacklogFlags backlog, bool fromOutbox)
    {
        backlog.Behind = true;
        if (fromOutbox) scan.LeftOut = change.SessionId;
        if (fromOutbox || !scan.WillMeet(change)) backlog.Missed = true;
        FellBehind();
    }

    private void Append(SessionEvents session, QosStatusChanged change, bool fromOutbox)
    {
        held++;
        session.Sink.Count++;
        if (largest is null || session.Sink.Count > largest.Count) largest = session.Sink;
        session.CameFromOutbox |= fromOutbox;
        var isNext = session.Append(change);
        if (stopped.Contains(session.Id))
        {
            Conclude(session, StoppedBefore);
        }
        else if (isNext)
        {
            session.Sink.Enqueue(session);
            StartReady(session.Sink, time.GetUtcNow());
        }
    }

    /// <returns>Whether this was not known before.</returns>
    private bool Throttle(SinkKey key, DateTimeOffset until)
    {
        if (throttles.GetValueOrDefault(key) >= until) return false;
        if (throttles.Count >= ThrottlesRemembered) ForgetThrottles();
        throttles[key] = until;
        if (sinks.TryGetValue(key, out var sink)) sink.ThrottledUntil = until;
        return true;
    }

    /// <summary>Removes pauses that are over. If too many are left, all are removed; then only sinks that have a queue keep theirs.</summary>
    private void ForgetThrottles()
    {
        var now = time.GetUtcNow();
        foreach (var (key, until) in throttles)
            if (until <= now) throttles.Remove(key);
        if (throttles.Count >= ThrottlesRemembered) throttles.Clear();
    }

    private void Conclude(SessionEvents session, string? deadLetterReason)
    {
        session.Conclude(deadLetterReason);
        if (session.IsBeingAcknowledged) return;
        session.IsBeingAcknowledged = true;
        Concluded(session);
    }

    private void Retry(SessionEvents session, TimeSpan? retryAfter, DateTimeOffset now)
    {
        var due = now + schedule.Pause(session.Attempts, retryAfter);
        if (due < session.Head.OccurredAt + options.MaxAge)
        {
            session.Sink.Postpone(session, due);
            return;
        }
        GiveUp(session);
        if (session.HasMore) session.Sink.Enqueue(session);
    }

    private void GiveUp(SessionEvents session) => Conclude(session, $"not delivered within {options.MaxAge}: {session.Trouble ?? "the sink does not answer"}");

    private void StartReady(SinkQueue sink, DateTimeOffset now)
    {
        while (Take(sink, now) is { } session) Start(session);
        SetTimer(sink, now);
    }

    private SessionEvents? Take(SinkQueue sink, DateTimeOffset now)
    {
        while (!closed && sink.Pick(now) is { } session)
        {
            // Each event gets at least one attempt, however old it is, unless its sink's circuit is open.
            var hopeless = session.Attempts > 0 || sink.IsCircuitOpen;
            if (!hopeless || now < session.Head.OccurredAt + options.MaxAge)
            {
                sink.Active++;
                session.UnderWay = session.Head;
                return session;
            }
            GiveUp(session);
            if (session.HasMore) sink.Enqueue(session);
        }
        return null;
    }

    private void SetTimer(SinkQueue sink, DateTimeOffset now)
    {
        var wake = sink.NextWake(now);
        if (closed || wake == sink.TimerDue) return;

        sink.TimerDue = wake;
        if (wake is null)
        {
            sink.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        // Timers count whole milliseconds and would fire too early, again and again.
        var pause = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((wake.Value - now).TotalMilliseconds)));
        sink.Timer ??= time.CreateTimer(_ => Wake(sink), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        sink.Timer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    private void Wake(SinkQueue sink)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            sink.TimerDue = null;
            StartReady(sink, now);
            EvictIfIdle(sink, now);
        }
    }

    private SinkQueue? SinkOf(QosStatusChanged change)
    {
        var key = SinkKey.Of(change);
        if (sinks.TryGetValue(key, out var sink)) return sink;
        if (sinks.Count >= options.SinksInMemory) return null;

        sinks.Add(key, sink = new SinkQueue(key, elsewhere.Copy(), options, schedule) { ThrottledUntil = throttles.GetValueOrDefault(key) });
        return sink;
    }

    private void EvictIfIdle(SinkQueue sink, DateTimeOffset now)
    {
        if (!sink.IsIdle(now))
        {
            // It has no events, but its circuit is open. It is kept until the circuit's pause is over, so that the next event finds it open.
            if (sink.Count == 0) SetTimer(sink, now);
            return;
        }
        if (!sinks.TryGetValue(sink.Key, out var current) || current != sink) return;

        sinks.Remove(sink.Key);
        elsewhere.Add(sink.Backlog);
        sink.Timer?.Dispose();
    }
}

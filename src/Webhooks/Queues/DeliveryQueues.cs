using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks.Queues;

/// <summary>Which event goes next, and which stays in the outbox. All decisions and no I/O: under one lock, and short.</summary>
/// <remarks>
/// <para><b>Order.</b> An event is taken into memory only if all older ones of its session are in memory before it, or done. The first event of
/// a session has none. A later one of a session that memory does not know is taken if its sink has no backlog in the outbox, or if the running
/// scan has passed the session; else it stays in the outbox, and a scan over it will find it. So memory never overtakes the outbox.</para>
/// <para><b>Room.</b> A sink may hold as many events as are still free for all others, and at least half as many as the largest sink, which then gives
/// some of its own up: they are in the outbox too. So however many sinks are dead, the one that works has room.</para>
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
    // Beside the queues, which come and go: a sink that has asked for a pause may have nothing to get just now.
    private readonly Dictionary<SinkKey, DateTimeOffset> throttles = [];
    private readonly RecentSet<Guid> concludedLately = new(ConcludedRemembered);
    private readonly RecentSet<SessionId> stopped = new(StoppedRemembered);
    private readonly OutboxScan scan = new();
    private readonly WebhookOptions options;
    private readonly RetrySchedule schedule;
    private readonly TimeProvider time;

    // The sinks that have no queue. After a start, it is unknown what the outbox holds of any.
    private readonly Backlog elsewhere = new() { Behind = true };
    // The sink with the most events, or one that had them lately.
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

    /// <summary>Whether the events of this session are told from here. Called under the lock: must only look.</summary>
    public Func<SessionId, bool> IsOurs { get; init; } = static _ => true;

    /// <summary>Starts a worker for the session. Called under the lock: must only hand over.</summary>
    public required Action<SessionEvents> Start { get; init; }

    /// <summary>The session has a conclusion that the outbox does not know of. Called under the lock: must only hand over.</summary>
    public required Action<SessionEvents> Concluded { get; init; }

    /// <summary>Something was left in the outbox. Called under the lock: must only hand over.</summary>
    public required Action FellBehind { get; init; }

    /// <summary>A sink has asked for a pause, and no other process knows. Called under the lock: must only hand over.</summary>
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
    /// <returns>What the worker shall do next, if anything.</returns>
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
            // Where what was left of it is another's by now, nothing else would notice.
            EvictIfIdle(sink, now);
            return next;
        }
    }

    /// <summary>The next thing to tell the outbox of this session; null when it knows all.</summary>
    public Conclusion? NextConclusion(SessionEvents session)
    {
        lock (gate)
        {
            if (session.HasConclusions) return session.FirstConclusion;
            session.IsBeingAcknowledged = false;
            return null;
        }
    }

    /// <summary>The outbox knows, or will not be told: memory can let go.</summary>
    public void Forget(SessionEvents session)
    {
        lock (gate)
        {
            var change = session.Forget().Change;
            held--;
            session.Sink.Count--;
            // A page that was read before the outbox knew, or an engine that has not come round to its dispatch, may still bring it.
            if (scan.IsReading || session.CameFromOutbox) concludedLately.Add(change.EventId);
            if (session.HasMore || session.HasConclusions) return;

            sessions.Remove(session.Id);
            EvictIfIdle(session.Sink, time.GetUtcNow());
        }
    }

    /// <summary>Whether a scan of the outbox would bring anything: some sink is behind, and has room.</summary>
    /// <param name="isOverdue">Any room will do. Else half must be free: a scan reads everything, so it should be worth it.</param>
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

    /// <summary>The outbox may hold anything: events were committed that were not dispatched here, or sessions have become ours. A scan is needed, and
    /// until it is through, memory overtakes nothing.</summary>
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

    /// <summary>Lets go of what is not ours any more. What is under way is finished; the silo that delivers them now may send that one once more.</summary>
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

    /// <summary>Nothing starts any more. What is in memory is in the outbox too.</summary>
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

    /// <summary>Gives up half of what waits at a sink: nothing is lost, a later scan brings it back.</summary>
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
        // The outbox gives a session's oldest first; only what this scan left out can lie before.
        ? scan.LeftOut != change.SessionId
        : change.Sequence == 1 || !sink.Backlog.Behind || (scan.HasPassed(change.SessionId) && !sink.Backlog.Missed);

    private void LeaveInOutbox(QosStatusChanged change, Backlog backlog, bool fromOutbox)
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

    /// <returns>Whether that was news.</returns>
    private bool Throttle(SinkKey key, DateTimeOffset until)
    {
        if (throttles.GetValueOrDefault(key) >= until) return false;
        if (throttles.Count >= ThrottlesRemembered) ForgetThrottles();
        throttles[key] = until;
        if (sinks.TryGetValue(key, out var sink)) sink.ThrottledUntil = until;
        return true;
    }

    /// <summary>Those that are over; and if there are as many that are not, those of sinks that have no queue.</summary>
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
            // Each event gets at least one attempt, however old, unless its sink is known to be dead.
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
            // Its circuit is open and it has nothing to do: kept until it closes, so that the next event finds it open.
            if (sink.Count == 0) SetTimer(sink, now);
            return;
        }
        if (!sinks.TryGetValue(sink.Key, out var current) || current != sink) return;

        sinks.Remove(sink.Key);
        elsewhere.Add(sink.Backlog);
        sink.Timer?.Dispose();
    }
}

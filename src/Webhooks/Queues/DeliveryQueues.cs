using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks.Queues;

/// <summary>Which event goes next, and which stays in the outbox. All decisions and no I/O: under one lock, and short.</summary>
/// <remarks>
/// <para><b>Order.</b> An event is taken into memory only if all older ones of its session are in memory before it, or done. The first event of
/// a session has none. A later one of a session that memory does not know is taken if its sink has no backlog in the outbox, or if the running
/// pass has passed the session; else it stays in the outbox, and a pass over it will find it. So memory never overtakes the outbox.</para>
/// <para><b>Room.</b> A sink may hold as many events as are still free for all others, and at least half as many as the greediest sink, which then gives
/// some of its own up: they are in the outbox too. So however many sinks are dead, the one that works has room.</para>
/// <para><b>Once.</b> An event that is in memory, or was concluded while a page was read, is not taken again from that page.</para>
/// </remarks>
internal sealed class DeliveryQueues : IDisposable
{
    private const int ConcludedRemembered = 65_536;
    private const int StoppedRemembered = 100_000;
    private const int RestsRemembered = 100_000;
    private const string StoppedBefore = "the sink answered 410 to an earlier event of this session";

    private readonly Lock gate = new();
    private readonly Dictionary<SessionId, SessionLine> lines = [];
    private readonly Dictionary<LaneKey, Lane> lanes = [];
    // Beside the lanes, which come and go: a sink that has asked for rest may have nothing to get just now.
    private readonly Dictionary<LaneKey, DateTimeOffset> rests = [];
    private readonly RecentSet<Guid> concludedLately = new(ConcludedRemembered);
    private readonly RecentSet<SessionId> stopped = new(StoppedRemembered);
    private readonly OutboxPass pass = new();
    private readonly WebhookOptions options;
    private readonly RetrySchedule schedule;
    private readonly TimeProvider time;

    // The sinks without a lane. After a start, nobody knows what the outbox holds of anyone.
    private readonly Backlog elsewhere = new() { Behind = true };
    // The sink with the most events, or one that had them lately.
    private Lane? greediest;
    private int held;
    private bool passWanted;
    private bool closed;

    public DeliveryQueues(WebhookOptions options, TimeProvider time, Random chance)
    {
        this.options = options;
        this.time = time;
        schedule = new RetrySchedule(options, chance);
    }

    /// <summary>Whether the events of this session are told from here. Called under the lock: must only look.</summary>
    public Func<SessionId, bool> IsOurs { get; init; } = static _ => true;

    /// <summary>Starts a worker for the session. Called under the lock: must only hand over.</summary>
    public required Action<SessionLine> Start { get; init; }

    /// <summary>The session has a conclusion that the outbox does not know of. Called under the lock: must only hand over.</summary>
    public required Action<SessionLine> Concluded { get; init; }

    /// <summary>Something was left in the outbox. Called under the lock: must only hand over.</summary>
    public required Action FellBehind { get; init; }

    /// <summary>A sink has asked for rest, and nobody else knows. Called under the lock: must only hand over.</summary>
    public Action<SinkRest> Rested { get; init; } = static _ => { };

    /// <summary>Events in memory.</summary>
    public int Held
    {
        get { lock (gate) return held; }
    }

    public int Lanes
    {
        get { lock (gate) return lanes.Count; }
    }

    /// <summary>Takes a change that has just been committed, or leaves it in the outbox.</summary>
    public void Offer(QosStatusChanged change)
    {
        lock (gate)
        {
            if (!closed) Place(change, fromOutbox: false);
        }
    }

    /// <summary>The attempt at <see cref="SessionLine.UnderWay"/> is over.</summary>
    /// <returns>What the worker shall do next, if anything.</returns>
    public SessionLine? Settle(SessionLine line, SinkAnswer answer, DateTimeOffset startedAt)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var lane = line.Lane;
            lane.Active--;
            if (closed && answer.Verdict == SinkVerdict.Interrupted) return null;

            switch (answer.Verdict)
            {
                case SinkVerdict.Delivered:
                    lane.Succeed();
                    Conclude(line, deadLetterReason: null);
                    break;
                case SinkVerdict.Refused:
                    if (answer.Blames) lane.Succeed();
                    Conclude(line, answer.Reason);
                    break;
                case SinkVerdict.Stop:
                    lane.Succeed();
                    stopped.Add(line.Id);
                    Conclude(line, answer.Reason);
                    while (line.HasMore) Conclude(line, StoppedBefore);
                    break;
                default:
                    if (answer.Blames) lane.Fail(startedAt, now);
                    line.Fail(answer.Reason);
                    if (schedule.Asked(answer.RetryAfter) is { } rest && Hold(lane.Key, now + rest)) Rested(lane.Key.RestUntil(now + rest));
                    break;
            }

            if (line.HasMore && !IsOurs(line.Id)) Drop(line);
            else if (line.Attempts > 0) Retry(line, answer.RetryAfter, now);
            else if (line.HasMore) lane.Enqueue(line);

            var next = Take(lane, now);
            StartReady(lane, now);
            // Where what was left of it is another's by now, nothing else would notice.
            EvictIfIdle(lane, now);
            return next;
        }
    }

    /// <summary>The next thing to tell the outbox of this session; null when it knows all.</summary>
    public Conclusion? NextConclusion(SessionLine line)
    {
        lock (gate)
        {
            if (line.HasConclusions) return line.FirstConclusion;
            line.IsBeingMarked = false;
            return null;
        }
    }

    /// <summary>The outbox knows, or will not be told: memory can let go.</summary>
    public void Forget(SessionLine line)
    {
        lock (gate)
        {
            var change = line.Forget().Change;
            held--;
            line.Lane.Count--;
            // A page that was read before the outbox knew, or an engine that has not come round to its dispatch, may still bring it.
            if (pass.IsReading || line.CameFromOutbox) concludedLately.Add(change.EventId);
            if (line.HasMore || line.HasConclusions) return;

            lines.Remove(line.Id);
            EvictIfIdle(line.Lane, time.GetUtcNow());
        }
    }

    /// <summary>Whether a pass over the outbox would bring anything: someone is behind, and has room.</summary>
    /// <param name="isOverdue">Any room will do. Else half must be free: a pass reads everything, so it should be worth it.</param>
    public bool WantsPass(bool isOverdue)
    {
        lock (gate)
        {
            greediest = lanes.Values.MaxBy(lane => lane.Count);
            var allowance = Allowance;
            var share = isOverdue ? 1L : 2L;
            if (passWanted) return true;
            if (elsewhere.Behind && lanes.Count < options.SinksInMemory && allowance > 0) return true;
            return lanes.Values.Any(lane => lane.Backlog.Behind && lane.Count * share < allowance);
        }
    }

    public bool IsBehind
    {
        get { lock (gate) return passWanted || elsewhere.Behind || lanes.Values.Any(lane => lane.Backlog.Behind); }
    }

    /// <summary>The outbox may hold anything: events were committed that nobody dispatched here, or sessions have become ours. A pass is needed, and
    /// until it is through, memory overtakes nothing.</summary>
    public void FallBehind()
    {
        lock (gate)
        {
            elsewhere.Behind = elsewhere.Missed = true;
            foreach (var lane in lanes.Values) lane.Backlog.Behind = lane.Backlog.Missed = true;
            if (!closed) FellBehind();
        }
    }

    /// <summary>The outbox may hold something that nobody dispatched here; that would be rare, so nobody waits for the pass that looks.</summary>
    public void LookAgain()
    {
        lock (gate)
        {
            passWanted = true;
            if (!closed) FellBehind();
        }
    }

    /// <summary>A sink has asked somebody else for rest.</summary>
    public void Rest(SinkRest rest)
    {
        lock (gate)
        {
            if (!closed) Hold(LaneKey.Of(rest), rest.Until);
        }
    }

    /// <summary>Lets go of what is not ours any more. What is under way is finished; whoever tells them now may tell that one once more.</summary>
    public void DropForeign()
    {
        lock (gate)
        {
            foreach (var lane in lanes.Values.ToArray())
            {
                foreach (var line in lane.Take(line => !IsOurs(line.Id))) Drop(line);
                EvictIfIdle(lane, time.GetUtcNow());
            }
        }
    }

    public void BeginPass()
    {
        lock (gate)
        {
            pass.Begin();
            passWanted = false;
            elsewhere.Missed = false;
            foreach (var lane in lanes.Values) lane.Backlog.Missed = false;
        }
    }

    public void BeginRead()
    {
        lock (gate) pass.BeginRead();
    }

    public void FailRead()
    {
        lock (gate) pass.FailRead();
    }

    public void EndRead(IReadOnlyList<QosStatusChanged> page, bool isLast)
    {
        lock (gate)
        {
            if (closed) return;
            foreach (var change in page) Place(change, fromOutbox: true);
            foreach (var change in pass.EndRead(page.Count > 0 ? page[^1].SessionId : null, isLast)) Place(change, fromOutbox: false);
        }
    }

    public void EndPass()
    {
        lock (gate)
        {
            pass.End();
            elsewhere.Behind = elsewhere.Missed;
            foreach (var lane in lanes.Values) lane.Backlog.Behind = lane.Backlog.Missed;
        }
    }

    /// <summary>Nothing starts any more. What is in memory is in the outbox too.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var lane in lanes.Values) lane.Timer?.Dispose();
        }
    }

    public void Dispose() => Close();

    private void Place(QosStatusChanged change, bool fromOutbox)
    {
        if (concludedLately.Contains(change.EventId) || !IsOurs(change.SessionId)) return;

        if (lines.TryGetValue(change.SessionId, out var line))
        {
            if (line.Holds(change.Sequence)) return;
            if (change.Sequence == line.Last + 1 && TryMakeRoom(line.Lane)) Append(line, change, fromOutbox);
            else LeaveInOutbox(change, line.Lane.Backlog, fromOutbox);
            return;
        }

        var lane = LaneOf(change);
        if (lane is null)
        {
            LeaveInOutbox(change, elsewhere, fromOutbox);
        }
        else if (HasNothingOlder(change, lane, fromOutbox) && TryMakeRoom(lane))
        {
            lines.Add(change.SessionId, line = new SessionLine(change.SessionId, lane));
            Append(line, change, fromOutbox);
        }
        else
        {
            LeaveInOutbox(change, lane.Backlog, fromOutbox);
            EvictIfIdle(lane, time.GetUtcNow());
        }
    }

    private int Free => options.MemoryCapacity - held;

    /// <summary>How many events a sink may hold now.</summary>
    private int Allowance => Math.Max(Free, (greediest?.Count ?? 0) / 2);

    private bool TryMakeRoom(Lane lane)
    {
        if (lane.Count < Free) return true;
        if (lane.Count >= Allowance) return false;
        if (Free == 0) Shed(greediest!);
        return Free > 0;
    }

    /// <summary>Gives up half of what waits at a sink: nothing is lost, a later pass brings it back.</summary>
    private void Shed(Lane lane)
    {
        foreach (var line in lane.Shed()) Drop(line);
        lane.Backlog.Behind = lane.Backlog.Missed = true;
        FellBehind();
        EvictIfIdle(lane, time.GetUtcNow());
        greediest = lanes.Values.MaxBy(other => other.Count);
    }

    private void Drop(SessionLine line)
    {
        var dropped = line.Drop();
        held -= dropped;
        line.Lane.Count -= dropped;
        if (!line.HasConclusions) lines.Remove(line.Id);
    }

    private bool HasNothingOlder(QosStatusChanged change, Lane lane, bool fromOutbox) => fromOutbox
        // The outbox gives a session's oldest first; only what this pass left out can lie before.
        ? pass.LeftOut != change.SessionId
        : change.Sequence == 1 || !lane.Backlog.Behind || (pass.HasPassed(change.SessionId) && !lane.Backlog.Missed);

    private void LeaveInOutbox(QosStatusChanged change, Backlog backlog, bool fromOutbox)
    {
        backlog.Behind = true;
        if (fromOutbox) pass.LeftOut = change.SessionId;
        if (fromOutbox || !pass.WillMeet(change)) backlog.Missed = true;
        FellBehind();
    }

    private void Append(SessionLine line, QosStatusChanged change, bool fromOutbox)
    {
        held++;
        line.Lane.Count++;
        if (greediest is null || line.Lane.Count > greediest.Count) greediest = line.Lane;
        line.CameFromOutbox |= fromOutbox;
        var isNext = line.Append(change);
        if (stopped.Contains(line.Id))
        {
            Conclude(line, StoppedBefore);
        }
        else if (isNext)
        {
            line.Lane.Enqueue(line);
            StartReady(line.Lane, time.GetUtcNow());
        }
    }

    /// <returns>Whether that was news.</returns>
    private bool Hold(LaneKey key, DateTimeOffset until)
    {
        if (rests.GetValueOrDefault(key) >= until) return false;
        if (rests.Count >= RestsRemembered) ForgetRests();
        rests[key] = until;
        if (lanes.TryGetValue(key, out var lane)) lane.HeldUntil = until;
        return true;
    }

    /// <summary>Those that are over; and if there are as many that are not, those that no lane has.</summary>
    private void ForgetRests()
    {
        var now = time.GetUtcNow();
        foreach (var (key, until) in rests)
            if (until <= now) rests.Remove(key);
        if (rests.Count >= RestsRemembered) rests.Clear();
    }

    private void Conclude(SessionLine line, string? deadLetterReason)
    {
        line.Conclude(deadLetterReason);
        if (line.IsBeingMarked) return;
        line.IsBeingMarked = true;
        Concluded(line);
    }

    private void Retry(SessionLine line, TimeSpan? retryAfter, DateTimeOffset now)
    {
        var due = now + schedule.Pause(line.Attempts, retryAfter);
        if (due < line.Head.OccurredAt + options.MaxAge)
        {
            line.Lane.Postpone(line, due);
            return;
        }
        GiveUp(line);
        if (line.HasMore) line.Lane.Enqueue(line);
    }

    private void GiveUp(SessionLine line) => Conclude(line, $"not delivered within {options.MaxAge}: {line.Trouble ?? "the sink does not answer"}");

    private void StartReady(Lane lane, DateTimeOffset now)
    {
        while (Take(lane, now) is { } line) Start(line);
        SetTimer(lane, now);
    }

    private SessionLine? Take(Lane lane, DateTimeOffset now)
    {
        while (!closed && lane.Pick(now) is { } line)
        {
            // Each event gets at least one attempt, however old, unless its sink is known to be dead.
            var hopeless = line.Attempts > 0 || lane.Resting;
            if (!hopeless || now < line.Head.OccurredAt + options.MaxAge)
            {
                lane.Active++;
                line.UnderWay = line.Head;
                return line;
            }
            GiveUp(line);
            if (line.HasMore) lane.Enqueue(line);
        }
        return null;
    }

    private void SetTimer(Lane lane, DateTimeOffset now)
    {
        var wake = lane.NextWake(now);
        if (closed || wake == lane.TimerDue) return;

        lane.TimerDue = wake;
        if (wake is null)
        {
            lane.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        // Timers count whole milliseconds and would fire too early, again and again.
        var pause = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((wake.Value - now).TotalMilliseconds)));
        lane.Timer ??= time.CreateTimer(_ => Wake(lane), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lane.Timer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    private void Wake(Lane lane)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            lane.TimerDue = null;
            StartReady(lane, now);
            EvictIfIdle(lane, now);
        }
    }

    private Lane? LaneOf(QosStatusChanged change)
    {
        var key = LaneKey.Of(change);
        if (lanes.TryGetValue(key, out var lane)) return lane;
        if (lanes.Count >= options.SinksInMemory) return null;

        lanes.Add(key, lane = new Lane(key, elsewhere.Copy(), options, schedule) { HeldUntil = rests.GetValueOrDefault(key) });
        return lane;
    }

    private void EvictIfIdle(Lane lane, DateTimeOffset now)
    {
        if (!lane.IsIdle(now))
        {
            // It rests with nothing to do: kept until then, so that the next event finds it resting.
            if (lane.Count == 0) SetTimer(lane, now);
            return;
        }
        if (!lanes.TryGetValue(lane.Key, out var current) || current != lane) return;

        lanes.Remove(lane.Key);
        elsewhere.Add(lane.Backlog);
        lane.Timer?.Dispose();
    }
}

namespace QodOrleans.TestSupport;

/// <summary>A clock that moves only when a test says so. Timers fire, in order of their due time, inside <see cref="Advance"/>.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private readonly List<(DateTimeOffset DueAt, TaskCompletionSource Set)> expected = [];
    private DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock, stopping at each timer on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (TakeDue(until) is { } timer) timer.Fire();
        lock (gate) now = until;
    }

    /// <summary>When the next timer is due; null when none waits.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (gate) return timers.Count == 0 ? null : timers.Min(timer => timer.DueAt);
        }
    }

    /// <summary>Completes once a timer waits that is due at <paramref name="fromNow"/>: the code under test has come that far.</summary>
    public Task TimerSetAsync(TimeSpan fromNow)
    {
        lock (gate)
        {
            var dueAt = now + fromNow;
            if (timers.Any(timer => timer.DueAt == dueAt)) return Task.CompletedTask;
            var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            expected.Add((dueAt, set));
            return set.Task.WaitAsync(TimeSpan.FromSeconds(20), System);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(DateTimeOffset until)
    {
        lock (gate)
        {
            var next = timers.Where(timer => timer.DueAt <= until).MinBy(timer => timer.DueAt);
            if (next is null) return null;
            if (next.DueAt > now) now = next.DueAt;
            if (next.Period > TimeSpan.Zero) next.DueAt += next.Period;
            else timers.Remove(next);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                // A real timer that is due already does not wait for the clock to move on.
                if (dueTime == TimeSpan.Zero && period == Timeout.InfiniteTimeSpan) return ThreadPool.QueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
                DueAt = clock.now + dueTime;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                clock.timers.Add(this);
                foreach (var (_, set) in clock.expected.FindAll(one => one.DueAt == DueAt)) set.TrySetResult();
                clock.expected.RemoveAll(one => one.DueAt == DueAt);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

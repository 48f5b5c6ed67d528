namespace QodOrleans.Simulation;

/// <summary>A process. What it awaits comes back to it as a step of the scheduler, as an activation's turns do in a silo; once it is dead, nothing does: so
/// it can die
/// at every await.</summary>
internal class Node : SynchronizationContext
{
    public Node(World world, string name)
    {
        (World, Name) = (world, name);
        Clock = new Clock(world, this);
    }

    public string Name { get; }

    public bool IsDead { get; private set; }

    public bool IsFrozen { get; private set; }

    /// <summary>What was chosen while it was frozen.</summary>
    public List<Step> Waiting { get; } = [];

    public Clock Clock { get; }

    protected World World { get; }

    public override void Post(SendOrPostCallback d, object? state) => World.Scheduler.Soon(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing waits for a thread in here.");

    public override SynchronizationContext CreateCopy() => this;

    public virtual void Die()
    {
        IsDead = true;
        World.Scheduler.Forget(this);
        Waiting.Clear();
    }

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        foreach (var step in Waiting) World.Scheduler.Soon(this, step.Call, step.State);
        Waiting.Clear();
    }

    public override string ToString() => Name;
}

/// <summary>The clock of a process: it may stand wrong, and be set right. Pauses are not touched by that, as they are not in the real world.</summary>
internal sealed class Clock(World world, Node node) : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public TimeSpan Offset { get; set; }

    /// <summary>The latest time that it has ever shown.</summary>
    public DateTimeOffset Latest { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        var now = Start + world.Scheduler.Now + Offset;
        if (now > Latest) Latest = now;
        return now;
    }

    public override long GetTimestamp() => world.Scheduler.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(world, node, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(World world, Node node, TimerCallback callback, object? state) : ITimer
    {
        private Setting? set;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            set = null;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            Set(new Setting(this, period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period), dueTime);
            return true;
        }

        public void Dispose() => set = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(Setting setting, TimeSpan dueTime)
        {
            set = setting;
            world.Scheduler.After(dueTime, node, static setting => ((Setting)setting!).Strike(), setting);
        }

        private sealed class Setting(Timer timer, TimeSpan period)
        {
            public void Strike()
            {
                if (timer.set != this) return;
                if (period > TimeSpan.Zero) timer.Set(this, period);
                else timer.set = null;
                timer.Fire();
            }
        }

        private void Fire() => callback(state);
    }
}

namespace QodOrleans.Simulation;

/// <summary>The one thread of a world, its time, and the choice of what runs next. Nothing waits for anything but this.</summary>
internal sealed class Scheduler(Chance chance, Trace trace)
{
    /// <summary>How long what could run may wait while time goes by: a process that is busy, not one that is frozen.</summary>
    private static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(500);

    private readonly List<Step> ready = [];
    private readonly PriorityQueue<Step, (long At, long Order)> later = new();
    private int thread = Environment.CurrentManagedThreadId;
    private long lastOrder;

    /// <summary>Since the world began. No clock of the world shows it.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Steps run so far: what came first, where time stood still.</summary>
    public long Steps { get; private set; }

    /// <summary>Steps for which there was something else to choose.</summary>
    public long Choices { get; private set; }

    /// <summary>Runs on the node when it is chosen; never once the node is dead.</summary>
    public void Soon(Node? node, SendOrPostCallback call, object? state)
    {
        if (Environment.CurrentManagedThreadId != thread) throw new InvalidOperationException("Something has left the one thread of the simulation.");
        if (node is not { IsDead: true }) ready.Add(new Step(node, call, state, Now));
    }

    public void Soon(Node? node, Action call) => Soon(node, Call, call);

    /// <param name="node">Null for the world around the processes.</param>
    public void After(TimeSpan delay, Node? node, Action call) => After(delay, node, Call, call);

    public void After(TimeSpan delay, Node? node, SendOrPostCallback call, object? state)
    {
        if (delay <= TimeSpan.Zero) Soon(node, call, state);
        else later.Enqueue(new Step(node, call, state, Now), ((Now + delay).Ticks, lastOrder++));
    }

    /// <summary>What waits for the node goes with it.</summary>
    public void Forget(Node node) => ready.RemoveAll(step => step.Node == node);

    /// <summary>The caller's thread is the one from now on.</summary>
    public void MoveHere() => thread = Environment.CurrentManagedThreadId;

    /// <summary>Nothing is left to do at this time.</summary>
    public bool IsQuiet => ready.Count == 0;

    /// <returns>False: nothing is left at all.</returns>
    public bool Run()
    {
        if (ready.Count == 0 || (chance.Next(48) == 0 && MayWait())) return PassTime();

        var chosen = ready.Count == 1 ? 0 : chance.Next(ready.Count);
        if (ready.Count > 1) Choices++;
        var step = ready[chosen];
        ready[chosen] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        Run(step);
        return true;
    }

    private void Run(Step step)
    {
        if (step.Node is { IsFrozen: true } frozen)
        {
            frozen.Waiting.Add(step);
            return;
        }
        Steps++;
        if (trace.IsOn) trace.Step(Now, step);
        SynchronizationContext.SetSynchronizationContext(step.Node);
        try
        {
            step.Call(step.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private bool MayWait()
    {
        if (!later.TryPeek(out _, out var next)) return false;
        foreach (var step in ready)
            if (next.At - step.Since.Ticks > MostWait.Ticks) return false;
        return true;
    }

    private bool PassTime()
    {
        if (!later.TryDequeue(out var step, out var due)) return false;
        Now = TimeSpan.FromTicks(due.At);
        if (step.Node is not { IsDead: true }) ready.Add(step with { Since = Now });
        return true;
    }

    private static readonly SendOrPostCallback Call = static call => ((Action)call!)();
}

/// <param name="Since">When it could first run.</param>
internal readonly record struct Step(Node? Node, SendOrPostCallback Call, object? State, TimeSpan Since);

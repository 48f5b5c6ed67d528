namespace QodOrleans.Core;

/// <summary>Counts what a process works on, so that a stop can wait for it.</summary>
public sealed class InFlight
{
    private readonly Lock gate = new();
    private int count;
    private TaskCompletionSource? none;

    public int Count
    {
        get { lock (gate) return count; }
    }

    public void Begin()
    {
        lock (gate) count++;
    }

    public void End()
    {
        lock (gate)
        {
            if (--count > 0) return;
            none?.SetResult();
            none = null;
        }
    }

    /// <summary>Completes at the next moment in which nothing is in flight.</summary>
    public Task DrainAsync()
    {
        lock (gate) return count == 0 ? Task.CompletedTask : (none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }
}

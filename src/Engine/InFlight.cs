namespace QodOrleans.Engine;

/// <summary>Counts what a process works on, clients' calls and what goes on behind their answers alike, so that a stop can wait for it. What is lost all the
/// same is taken up again when the session is due.</summary>
public sealed class InFlight
{
    private readonly TaskCompletionSource none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // One for the process itself, until it stops.
    private int count = 1;

    public int Count => Volatile.Read(ref count) - 1;

    public void Begin() => Interlocked.Increment(ref count);

    public void End()
    {
        if (Interlocked.Decrement(ref count) == 0) none.TrySetResult();
    }

    /// <summary>Waits for a moment in which nothing is in flight. To be called once.</summary>
    public Task DrainAsync(CancellationToken cancellation)
    {
        End();
        return none.Task.WaitAsync(cancellation);
    }
}

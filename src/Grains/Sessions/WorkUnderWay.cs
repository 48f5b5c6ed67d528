namespace QodOrleans.Grains.Sessions;

/// <summary>Counts what goes on in a silo behind answers that were given already, so that a stop can wait for it. What is lost all the same is
/// taken up again when the session is due.</summary>
internal sealed class WorkUnderWay
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // One for the silo itself, until it stops.
    private int count = 1;

    public int Count => count - 1;

    public void Begin() => Interlocked.Increment(ref count);

    public void End()
    {
        if (Interlocked.Decrement(ref count) == 0) done.TrySetResult();
    }

    /// <summary>Waits until nothing is under way. To be called once.</summary>
    public Task DrainAsync(CancellationToken cancellation)
    {
        End();
        return done.Task.WaitAsync(cancellation);
    }
}

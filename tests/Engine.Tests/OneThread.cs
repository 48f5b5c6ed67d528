namespace QodOrleans.Engine.Tests;

/// <summary>This thread runs what is posted to it, one after the other: what an activation is in a silo, and the whole world in a simulation. What would
/// go on elsewhere, if only for a moment, has not ended when there is nothing left to run.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Call, object? State)> posted = new();
    private readonly int thread = Environment.CurrentManagedThreadId;

    private OneThread() { }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Assert.True(thread == Environment.CurrentManagedThreadId, "It was posted from elsewhere.");
        posted.Enqueue((d, state));
    }

    /// <summary>Runs the work, and all that follows from it.</summary>
    public static void Run(Func<Task> work)
    {
        var before = Current;
        var here = new OneThread();
        SetSynchronizationContext(here);
        try
        {
            var all = work();
            while (here.posted.TryDequeue(out var next)) next.Call(next.State);
            Assert.True(all.IsCompleted, "It goes on elsewhere.");
            all.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}

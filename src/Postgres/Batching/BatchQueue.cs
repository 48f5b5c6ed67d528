namespace QodOrleans.Postgres.Batching;

/// <summary>The operations that wait for a batch loop, first in, first out. Its length is limited: a full queue refuses an operation at once.</summary>
/// <remarks>A <c>Channel</c> would not do: here a loop takes a whole batch under one lock, and operations that have waited too long are removed.</remarks>
internal sealed class BatchQueue<TOp>(int limit)
    where TOp : BatchOp
{
    private readonly Lock gate = new();
    private readonly Queue<TOp> waiting = new();
    private readonly Stack<TaskCompletionSource> idleLoops = new();
    private bool closed;

    public int Count
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <returns>False: full or closed; the operation was not taken.</returns>
    public bool TryAdd(TOp op)
    {
        TaskCompletionSource? idle;
        lock (gate)
        {
            if (closed || waiting.Count >= limit) return false;
            waiting.Enqueue(op);
            idleLoops.TryPop(out idle);
        }
        idle?.SetResult();
        return true;
    }

    /// <summary>Ends when there may be something to take.</summary>
    /// <returns>False: there is nothing, and will not be.</returns>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            TaskCompletionSource arrival;
            lock (gate)
            {
                if (waiting.Count > 0) return true;
                if (closed) return false;
                // Until the loop runs again, more operations arrive. So batches grow without an added pause.
                arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                idleLoops.Push(arrival);
            }
            await arrival.Task;
        }
    }

    /// <summary>Moves the oldest operations over, until <paramref name="batch"/> holds <paramref name="most"/>.</summary>
    public void Take(List<TOp> batch, int most)
    {
        lock (gate)
            while (batch.Count < most && waiting.TryDequeue(out var op)) batch.Add(op);
    }

    /// <summary>Takes out the operations that came before <paramref name="timestamp"/>.</summary>
    public List<TOp> TakeOlderThan(long timestamp)
    {
        var old = new List<TOp>();
        lock (gate)
            while (waiting.TryPeek(out var op) && op.EnqueuedAt < timestamp) old.Add(waiting.Dequeue());
        return old;
    }

    /// <summary>Accepts no more operations. Those in the queue are still done.</summary>
    public void Close()
    {
        TaskCompletionSource[] idle;
        lock (gate)
        {
            closed = true;
            idle = [.. idleLoops];
            idleLoops.Clear();
        }
        foreach (var loop in idle) loop.SetResult();
    }
}

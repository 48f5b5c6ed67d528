namespace QodOrleans.Webhooks.Outbox;

/// <summary>Counts what is under way, so that a stop can wait for it. What waits for a clock does not count.</summary>
internal sealed class InFlight
{
    private readonly Lock gate = new();
    private int count;
    private TaskCompletionSource? none;

    public void Enter()
    {
        lock (gate) count++;
    }

    public void Exit()
    {
        lock (gate)
        {
            if (--count > 0) return;
            none?.SetResult();
            none = null;
        }
    }

    public Task WhenNoneAsync()
    {
        lock (gate) return count == 0 ? Task.CompletedTask : (none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }
}

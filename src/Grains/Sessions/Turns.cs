namespace QodOrleans.Grains.Sessions;

/// <summary>One command at a time in a grain whose calls interleave, in the order of arrival. Used by one activation, on its scheduler only.</summary>
/// <param name="capacity">How many may wait; whoever comes later is refused at once.</param>
internal sealed class Turns(int capacity)
{
    private Queue<TaskCompletionSource>? waiting;
    private bool taken;

    /// <returns>False: too many wait already. True: the caller has the turn until <see cref="Leave"/>.</returns>
    public ValueTask<bool> EnterAsync()
    {
        if (!taken)
        {
            taken = true;
            return new ValueTask<bool>(true);
        }
        waiting ??= new Queue<TaskCompletionSource>();
        if (waiting.Count >= capacity) return new ValueTask<bool>(false);

        // Runs on asynchronously: the one that leaves must not run the next one's code inside its own.
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Enqueue(turn);
        return WaitAsync(turn);

        static async ValueTask<bool> WaitAsync(TaskCompletionSource turn)
        {
            await turn.Task;
            return true;
        }
    }

    public void Leave()
    {
        if (waiting?.TryDequeue(out var next) is true) next!.SetResult();
        else taken = false;
    }
}

namespace QodOrleans.Engine;

/// <summary>One command at a time, in the order of arrival. Used on one scheduler only: by one activation, or by the simulation.</summary>
/// <param name="capacity">How many may wait; one more is refused at once.</param>
public sealed class CommandQueue(int capacity)
{
    private Queue<TaskCompletionSource>? waiting;

    /// <summary>Whether no command is running.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <returns>False: too many wait already. True: the caller has the turn until <see cref="Leave"/>.</returns>
    public ValueTask<bool> EnterAsync()
    {
        if (IsIdle)
        {
            IsIdle = false;
            return new ValueTask<bool>(true);
        }
        waiting ??= new Queue<TaskCompletionSource>();
        if (waiting.Count >= capacity) return new ValueTask<bool>(false);

        // The next holder's code must not run inside this call: it continues on the scheduler on which it awaits.
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
        else IsIdle = true;
    }
}

namespace QodOrleans.Postgres.Batching;

/// <summary>One caller's part of a batch: what it asks for, and the task that it waits for.</summary>
internal abstract class BatchOp
{
    /// <summary>By <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long EnqueuedAt { get; init; }

    /// <summary>True after a statement with this operation was sent and got no answer. It may have been done, so it must not be reported as failed.</summary>
    public bool InDoubt { get; set; }

    public abstract bool IsAnswered { get; }

    public abstract void Fail(Exception why);
}

/// <inheritdoc />
internal abstract class BatchOp<TAnswer> : BatchOp
{
    // The code of callers must not run inside the batch loop.
    private readonly TaskCompletionSource<TAnswer> source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TAnswer> Task => source.Task;

    public override bool IsAnswered => source.Task.IsCompleted;

    public void Answer(TAnswer answer) => source.TrySetResult(answer);

    public override void Fail(Exception why) => source.TrySetException(why);
}

namespace QodOrleans.Postgres.Batching;

/// <summary>One caller's part of a batch: what is wanted, and the promise of an answer.</summary>
internal abstract class BatchOp
{
    /// <summary>By <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long EnqueuedAt { get; init; }

    /// <summary>True once a statement with it was sent and never answered: it may have happened, so it can no longer be called failed.</summary>
    public bool InDoubt { get; set; }

    public abstract bool IsAnswered { get; }

    public abstract void Fail(Exception why);
}

/// <inheritdoc />
internal abstract class BatchOp<TAnswer> : BatchOp
{
    // Callers go on elsewhere: the batch loop must not run their code.
    private readonly TaskCompletionSource<TAnswer> source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TAnswer> Task => source.Task;

    public override bool IsAnswered => source.Task.IsCompleted;

    public void Answer(TAnswer answer) => source.TrySetResult(answer);

    public override void Fail(Exception why) => source.TrySetException(why);
}

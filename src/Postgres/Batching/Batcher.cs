using Microsoft.Extensions.Logging;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Batching;

/// <summary>A queue and the loops that serve it.</summary>
internal sealed class Batcher<TOp> : IAsyncDisposable
    where TOp : BatchOp
{
    private static readonly TimeSpan OverdueCheck = TimeSpan.FromMilliseconds(500);

    private readonly BatchContext context;
    private readonly BatchQueue<TOp> queue;
    private readonly CancellationTokenSource abandon;
    private readonly IDisposable depth;
    private readonly ITimer overdue;
    private readonly Task loops;
    private Task? stopping;

    public Batcher(BatchContext context, int loopCount, Func<BatchQueue<TOp>, BatchContext, BatchLoop<TOp>> makeLoop)
    {
        this.context = context;
        queue = new BatchQueue<TOp>(context.Options.QueueLimit);
        abandon = new CancellationTokenSource(Timeout.InfiniteTimeSpan, context.Time);
        depth = context.Metrics.ObserveDepth(context.Kind, () => queue.Count);
        // A loop may sit in a statement that hangs: what waits behind it is refused from here.
        overdue = context.Time.CreateTimer(_ => RefuseOverdue(), null, OverdueCheck, OverdueCheck);
        loops = Task.WhenAll(Enumerable.Range(0, loopCount).Select(_ => Task.Run(() => RunAsync(makeLoop(queue, context)))));
    }

    /// <summary>Takes an operation in, or fails it at once when there is no room.</summary>
    public void Add(TOp op)
    {
        if (queue.TryAdd(op)) return;
        context.Metrics.Outcome(context.Kind, "no_room");
        op.Fail(new StoreUnavailableException($"More than {context.Options.QueueLimit} operations wait for the database, or the store has been stopped."));
    }

    /// <summary>Serves what waits, then stops; gives up after <see cref="PostgresOptions.CommitDeadline"/>.</summary>
    /// <remarks>A container that knows its owner by two names disposes it twice.</remarks>
    public ValueTask DisposeAsync() => new(stopping ??= StopAsync());

    private async Task StopAsync()
    {
        queue.Close();
        abandon.CancelAfter(context.Options.CommitDeadline);
        await loops;
        await overdue.DisposeAsync();
        depth.Dispose();
        abandon.Dispose();
    }

    private async Task RunAsync(BatchLoop<TOp> loop)
    {
        try
        {
            await loop.RunAsync(abandon.Token);
        }
        catch (Exception e)
        {
            // A bug. Callers must not wait for a loop that is gone.
            Log.LoopFailed(context.Log, context.Kind, e);
            queue.Close();
            foreach (var op in queue.TakeOlderThan(long.MaxValue)) op.Fail(e);
            throw;
        }
    }

    private void RefuseOverdue()
    {
        var oldest = context.Time.GetTimestamp() - (long)(context.Options.CommitDeadline.TotalSeconds * context.Time.TimestampFrequency);
        foreach (var op in queue.TakeOlderThan(oldest)) op.Fail(context.NoAnswer());
    }
}

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
        // A loop may be waiting for a statement that hangs. So the operations in the queue are refused from here.
        overdue = context.Time.CreateTimer(_ => RefuseOverdue(), null, OverdueCheck, OverdueCheck);
        loops = Task.WhenAll(Enumerable.Range(0, loopCount).Select(_ => Task.Run(() => RunAsync(makeLoop(queue, context)))));
    }

    /// <summary>Adds an operation to the queue, or fails it at once if the queue is full.</summary>
    public void Add(TOp op)
    {
        if (queue.TryAdd(op)) return;
        context.Metrics.Outcome(context.Kind, "no_room");
        op.Fail(new StoreUnavailableException($"More than {context.Options.QueueLimit} operations wait for the database, or the store has been stopped."));
    }

    /// <summary>Works off the queue, then stops; gives up after <see cref="PostgresOptions.CommitDeadline"/>.</summary>
    /// <remarks>May be called twice: a container disposes a service once for each interface under which it is registered.</remarks>
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
            // A bug. The loop has ended, so nobody must wait for it.
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

using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Batching;

/// <summary>Takes what waits in a queue, sends it to Postgres as one statement on a connection of its own, and does so again. While one
/// statement runs, the next batch gathers: the busier it is, the larger the batches, and without load nothing waits.</summary>
/// <remarks>Each operation is answered exactly once. A failure is sorted (<see cref="Failure"/>): a batch with a poisoned operation is halved
/// until that one stands alone; what was rolled back is sent again; what is in doubt is sent again until the database tells, which is safe
/// because the statements are fenced or idempotent.</remarks>
internal abstract class BatchLoop<TOp>(BatchQueue<TOp> queue, BatchContext context)
    where TOp : BatchOp
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private NpgsqlConnection? connection;
    private NpgsqlCommand? command;

    /// <summary>Whether an operation that was sent and never answered must learn its outcome, however long that takes. Where it may simply
    /// be repeated by its caller, it is refused at its deadline like one that was never sent.</summary>
    protected virtual bool OutcomeMatters => false;

    /// <summary>How long a batch gathers before it is sent: none where a caller waits for the answer.</summary>
    protected virtual TimeSpan Linger => TimeSpan.Zero;

    /// <summary>The statement for a fresh connection, with its parameters, not prepared yet.</summary>
    protected abstract NpgsqlCommand CreateCommand();

    /// <summary>Whether the operation goes into the batch that is being gathered; if not, it waits for the next.</summary>
    protected abstract bool TryJoin(TOp op);

    /// <summary>Called before a batch is gathered.</summary>
    protected abstract void StartBatch();

    /// <summary>Sends the operations and answers each of them.</summary>
    protected abstract Task SendAsync(IReadOnlyList<TOp> batch, NpgsqlCommand command);

    /// <summary>Answers an operation that the database refused when it was alone.</summary>
    protected virtual Task RefuseAsync(TOp op, Exception why, NpgsqlConnection connection)
    {
        op.Fail(new CommitRejectedException("The database refuses what is to be stored.", why));
        return Task.CompletedTask;
    }

    /// <summary>Runs until the queue is closed and empty.</summary>
    /// <param name="abandon">Stops even what is in doubt.</param>
    public async Task RunAsync(CancellationToken abandon)
    {
        var taken = new List<TOp>(context.BatchLimit);
        var batch = new List<TOp>(context.BatchLimit);
        var deferred = new List<TOp>();
        while (deferred.Count > 0 || await queue.WaitAsync())
        {
            if (Linger > TimeSpan.Zero && queue.Count < context.BatchLimit)
                await Task.Delay(Linger, context.Time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            taken.Clear();
            batch.Clear();
            StartBatch();
            taken.AddRange(deferred);
            deferred.Clear();
            queue.Take(taken, context.BatchLimit);
            foreach (var op in taken) (TryJoin(op) ? batch : deferred).Add(op);
            if (batch.Count == 0) continue;

            context.BatchSize(batch.Count);
            try
            {
                await SettleAsync(batch, abandon);
            }
            catch (Exception bug)
            {
                foreach (var op in taken) op.Fail(bug);
                throw;
            }
        }
        await DropConnectionAsync();
    }

    /// <summary>Ends when every operation of the batch is answered.</summary>
    private async Task SettleAsync(List<TOp> batch, CancellationToken abandon)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var why = await TryAsync(batch, abandon);
            batch.RemoveAll(op => op.IsAnswered);
            if (batch.Count == 0) return;

            if (why is Failure.Poisoned)
            {
                var half = batch.Count / 2;
                await SettleAsync(batch[..half], abandon);
                await SettleAsync(batch[half..], abandon);
                return;
            }
            RefuseOverdue(batch);
            if (batch.Count == 0) return;
            if (abandon.IsCancellationRequested)
            {
                foreach (var op in batch) op.Fail(new OperationCanceledException("The store was stopped before the outcome of this operation was known."));
                return;
            }
            await Task.Delay(pause, context.Time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Null if the statement went through; every operation that is left unanswered shares the failure.</returns>
    private async Task<Failure?> TryAsync(List<TOp> batch, CancellationToken abandon)
    {
        try
        {
            await ConnectAsync(abandon);
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or OperationCanceledException)
        {
            Log.CannotConnect(context.Log, Log.CodeOf(e));
            await DropConnectionAsync();
            return Failure.RolledBack;
        }

        try
        {
            await SendAsync(batch, command!);
            return null;
        }
        catch (Exception e)
        {
            var failure = e.Sort();
            if (failure is Failure.Unknown)
            {
                foreach (var op in batch) op.InDoubt = OutcomeMatters;
                Log.OutcomeUnknown(context.Log, batch.Count, Log.CodeOf(e));
                // Pooled connections to the same server are most likely as dead as this one.
                context.Source.Clear();
            }
            else
            {
                Log.BatchFailed(context.Log, batch.Count, Log.CodeOf(e), failure);
            }
            if (failure is Failure.Poisoned && batch.Count == 1) return await TryRefuseAsync(batch[0], e);
            if (e is not PostgresException || failure is Failure.Unknown) await DropConnectionAsync();
            return failure;
        }
    }

    private async Task<Failure?> TryRefuseAsync(TOp op, Exception why)
    {
        try
        {
            await RefuseAsync(op, why, connection!);
            return null;
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            await DropConnectionAsync();
            return Failure.RolledBack;
        }
    }

    private void RefuseOverdue(List<TOp> batch)
    {
        foreach (var op in batch)
            if (!op.InDoubt && context.IsOverdue(op)) op.Fail(context.NoAnswer());
        batch.RemoveAll(op => op.IsAnswered);
    }

    private async Task ConnectAsync(CancellationToken abandon)
    {
        if (command is not null) return;
        connection = await context.Source.OpenConnectionAsync(abandon);
        var fresh = CreateCommand();
        fresh.Connection = connection;
        await fresh.PrepareAsync(abandon);
        command = fresh;
    }

    private async Task DropConnectionAsync()
    {
        command?.Dispose();
        command = null;
        if (connection is { } old) await old.DisposeAsync();
        connection = null;
    }
}

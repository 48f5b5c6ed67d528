using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Batching;

/// <summary>Takes all operations that wait in a queue, sends them to Postgres as one statement on its own connection, and repeats this. While a statement
/// runs, the next batch is collected. So batches grow with the load, and without load no operation waits.</summary>
/// <remarks>Each operation is answered exactly once. What happens after a failure depends on its kind (<see cref="Failure"/>): a batch with an operation that
/// cannot be stored is halved until that operation is alone; what was rolled back is sent again; what is in doubt is sent again until the database shows what
/// happened. This is safe because the statements are fenced or idempotent.</remarks>
internal abstract class BatchLoop<TOp>(BatchQueue<TOp> queue, BatchContext context)
    where TOp : BatchOp
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private NpgsqlConnection? connection;
    private NpgsqlCommand? command;

    /// <summary>True: an operation that was sent and got no answer waits until its outcome is known, however long that takes. False: it is refused at its
    /// deadline, because its caller may repeat it.</summary>
    protected virtual bool OutcomeMatters => false;

    /// <summary>How long a batch is collected before it is sent. Zero where a caller waits for the answer.</summary>
    protected virtual TimeSpan Linger => TimeSpan.Zero;

    /// <summary>The statement for a fresh connection, with its parameters, not prepared yet.</summary>
    protected abstract NpgsqlCommand CreateCommand();

    /// <summary>Whether the operation can go into the batch that is being collected. If not, it waits for the next one.</summary>
    protected abstract bool TryJoin(TOp op);

    /// <summary>Called before a batch is collected.</summary>
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
    /// <param name="abandon">Cancelled: operations in doubt are given up too.</param>
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

    /// <returns>Null if the statement succeeded. Else the failure of all operations that have no answer yet.</returns>
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
                // The pooled connections to the same server are probably broken too.
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

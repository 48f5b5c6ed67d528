using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

/// <summary>Writes sessions in batches, and finds out whether a write whose answer was lost has been done.</summary>
/// <remarks>To find out, the write is sent again. The lost statement may still be running, or even start later. But because of the fences and unique keys only
/// one of the two can take effect, and the later one waits for the row locks of the earlier one. If the repetition succeeds, the lost statement did nothing.
/// If it does not, the write id in the row shows whose write is stored.</remarks>
internal sealed class CommitLoop(BatchQueue<CommitOp> queue, BatchContext context) : BatchLoop<CommitOp>(queue, context)
{
    private const string ReadBackSql = "select id, write_id from qod.sessions where id = any(@ids)";
    private const string SessionsKey = "sessions_pkey";

    private readonly BatchContext context = context;
    private readonly CommitStatement statement = new();
    private readonly HashSet<Guid> sessions = [];
    private readonly HashSet<Guid> devices = [];
    private readonly HashSet<Guid> passed = [];

    protected override bool OutcomeMatters => true;

    protected override NpgsqlCommand CreateCommand() => statement.CreateCommand(context.Options.StatementTimeout);

    protected override void StartBatch()
    {
        sessions.Clear();
        devices.Clear();
    }

    // If one statement changed a row twice, Postgres would do only one of the changes, and not say which.
    protected override bool TryJoin(CommitOp op)
    {
        if (op.Commit.Admission is { } admission)
        {
            if (sessions.Contains(op.Session.Id.Value) || !devices.Add(admission.DeviceKey.Value)) return false;
        }
        return sessions.Add(op.Session.Id.Value);
    }

    protected override async Task SendAsync(IReadOnlyList<CommitOp> batch, NpgsqlCommand command)
    {
        statement.Fill(batch);
        passed.Clear();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) passed.Add(reader.GetGuid(0));
            // The rows come before the commit. Only when the reader has ended is the change durable.
            await reader.NextResultAsync();
        }

        List<CommitOp>? doubtful = null;
        foreach (var op in batch)
        {
            if (passed.Contains(op.Session.Id.Value)) Answer(op, op.Committed);
            else if (op.InDoubt) (doubtful ??= []).Add(op);
            else Answer(op, Stale(op));
        }
        if (doubtful is not null) await ReadBackAsync(doubtful, command.Connection!);
    }

    /// <summary>The session id is in the table already. If the row is our own, from a write in doubt, the commit has succeeded; else it is refused.</summary>
    protected override async Task RefuseAsync(CommitOp op, Exception why, NpgsqlConnection connection)
    {
        if (why is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: SessionsKey })
        {
            if (op.InDoubt) await ReadBackAsync([op], connection);
            else Answer(op, new CommitResult(CommitStatus.StaleSession));
            return;
        }
        context.Metrics.Outcome(context.Kind, "rejected");
        await base.RefuseAsync(op, why, connection);
    }

    private async Task ReadBackAsync(List<CommitOp> doubtful, NpgsqlConnection connection)
    {
        var writers = new Dictionary<Guid, long>();
        await using (var command = new NpgsqlCommand(ReadBackSql, connection) { CommandTimeout = (int)context.Options.StatementTimeout.TotalSeconds })
        {
            command.Parameters.AddWithValue("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid, doubtful.Select(op => op.Session.Id.Value).ToArray());
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) writers.Add(reader.GetGuid(0), reader.GetInt64(1));
        }

        foreach (var op in doubtful)
        {
            var exists = writers.TryGetValue(op.Session.Id.Value, out var writer);
            var ours = op.Deletes ? !exists : exists && writer == op.WriteId;
            Answer(op, ours ? op.Committed : exists ? new CommitResult(CommitStatus.StaleSession) : Stale(op));
        }
    }

    /// <summary>If an insert wrote nothing, its admission was refused. Everything else that can go wrong with it is an exception.</summary>
    private static CommitResult Stale(CommitOp op) => new(op.Inserts ? CommitStatus.StaleDevice : CommitStatus.StaleSession);

    private void Answer(CommitOp op, CommitResult result)
    {
        op.Answer(result);
        context.Metrics.Committed(context.Time.GetElapsedTime(op.EnqueuedAt));
        context.Metrics.Outcome(context.Kind, result.Status switch
        {
            CommitStatus.Committed => "committed",
            CommitStatus.StaleSession => "stale_session",
            _ => "stale_device",
        });
    }
}

using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

/// <summary>Writes sessions in batches, and finds out what became of a write whose answer was lost.</summary>
/// <remarks>Why sending again settles the doubt: the lost statement may still be running, or even start later, but fences and unique keys
/// let only one of the two take effect, and the later one waits for the earlier one's row locks. So when the repetition passes, it was the
/// one; when it does not, the row says who was, by its write id.</remarks>
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

    // Two changes of one row in one statement: Postgres would make an arbitrary one.
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
            // The rows come before the commit: only the end of the conversation says that it is durable.
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

    /// <summary>A session id that exists already refuses the insert: unless the row is our own from a write in doubt.</summary>
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

    /// <summary>An insert can only fail by its admission: everything else about it raises an error.</summary>
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

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

/// <summary>Stores the sessions in Postgres, with group commit: the commits of many callers become one statement, with one flush of the log.</summary>
/// <remarks>When it is disposed, it first does the operations that wait. If the database is down then, a commit in doubt ends with
/// <see cref="OperationCanceledException"/>: its outcome is unknown.</remarks>
public sealed class SessionStore : ISessionStore, IAsyncDisposable
{
    private const string DueSql =
        """
        select id, due_at from qod.sessions
        where (due_at, id) > (@after_due, @after_id) and due_at <= @until
        order by due_at, id limit @limit
        """;

    // Phases 0 and 1 are Requested and Active, as in the predicates of the indexes that these queries use.
    private const string ClientSql =
        $"""
        select {SessionRow.Columns} from qod.sessions s
        where s.client_id = @client and s.phase <= 1
        order by s.id desc limit @limit
        """;

    // The user's own sessions, and those on the user's line that were made without a user. Each part uses its own index.
    private const string UserSql =
        $"""
        select {SessionRow.Columns} from (
            (select * from qod.sessions where client_id = @client and subject = @subject and phase <= 1 order by id desc limit @limit)
            union all
            (select * from qod.sessions where device_key = @line and client_id = @client and subject is null and phase <= 1)
        ) s
        order by s.id desc limit @limit
        """;

    // Status information 2 is DeleteRequested: the client no longer sees that session.
    private const string DeviceSql =
        $"""
        select {SessionRow.Columns} from qod.sessions s
        where s.device_key = @device and s.client_id = @client and s.status_info is distinct from 2
            and (@subject::text is null or s.subject = @subject or (s.subject is null and s.device_key = @line))
        order by s.id desc limit @limit
        """;

    private const string PurgeSql =
        """
        delete from qod.devices d
        where d.admitted_at < now() - @idle and not exists (select from qod.sessions s where s.device_key = d.key and s.holds_flow)
        """;

    private static readonly TimeSpan PurgeTimeout = TimeSpan.FromMinutes(5);

    private readonly NpgsqlDataSource source;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Batcher<CommitOp> commits;
    private readonly Batcher<SessionReadOp> reads;
    private readonly Batcher<DeviceReadOp> deviceReads;

    public SessionStore(NpgsqlDataSource source, IOptions<PostgresOptions> options, PostgresMetrics metrics, TimeProvider time, ILogger<SessionStore> log)
    {
        (this.source, this.time, this.log) = (source, time, log);
        var context = new BatchContext("commit", source, options.Value, metrics, time, log);
        commits = new Batcher<CommitOp>(context, options.Value.Writers, (queue, shared) => new CommitLoop(queue, shared));
        reads = new Batcher<SessionReadOp>(context with { Kind = "session" }, 1, (queue, shared) => new SessionReadLoop(queue, shared));
        deviceReads = new Batcher<DeviceReadOp>(context with { Kind = "device" }, 1, (queue, shared) => new DeviceReadLoop(queue, shared));
    }

    /// <inheritdoc />
    public ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        var op = new CommitOp(commit, Random.Shared.NextInt64(1, long.MaxValue)) { EnqueuedAt = time.GetTimestamp() };
        commits.Add(op);
        return new ValueTask<CommitResult>(op.Task);
    }

    /// <inheritdoc />
    public ValueTask<QosSession?> ReadAsync(SessionId id)
    {
        var op = new SessionReadOp(id) { EnqueuedAt = time.GetTimestamp() };
        reads.Add(op);
        return new ValueTask<QosSession?>(op.Task);
    }

    /// <inheritdoc />
    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device)
    {
        var op = new DeviceReadOp(device) { EnqueuedAt = time.GetTimestamp() };
        deviceReads.Add(op);
        return new ValueTask<DeviceFlows>(op.Task);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation)
    {
        var page = new PageQuery(DueSql, limit)
            .With("after_due", NpgsqlDbType.TimestampTz, after?.DueAt.UtcDateTime ?? DateTime.UnixEpoch)
            .With("after_id", NpgsqlDbType.Uuid, after?.Id.Value ?? Guid.Empty)
            .With("until", NpgsqlDbType.TimestampTz, until.UtcDateTime);
        return page.ReadAsync(source, row => new DueSession(new SessionId(row.GetGuid(0)), new DateTimeOffset(row.GetDateTime(1))), cancellation);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation)
    {
        var page = new PageQuery(user is null ? ClientSql : UserSql, limit).With("client", NpgsqlDbType.Text, clientId);
        return (user is null ? page : WithUser(page, user)).ReadAsync(source, SessionRow.Read, cancellation);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(
        DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation)
    {
        var page = new PageQuery(DeviceSql, limit).With("device", NpgsqlDbType.Uuid, device.Value).With("client", NpgsqlDbType.Text, clientId);
        return WithUser(page, user).ReadAsync(source, SessionRow.Read, cancellation);
    }

    private static PageQuery WithUser(PageQuery page, SessionUser? user) => page
        .With("subject", NpgsqlDbType.Text, (object?)user?.Subject ?? DBNull.Value)
        .With("line", NpgsqlDbType.Uuid, (object?)user?.Line?.Value ?? DBNull.Value);

    /// <summary>Deletes the fences of devices that had no admission for some time and have no sessions. To be called about once an hour.</summary>
    /// <param name="idleFor">At least as long as an owner may remember a fence without asking; 2 days are plenty.</param>
    /// <returns>How many were deleted.</returns>
    /// <remarks>If an admission comes at the same time, the fence stays: the delete checks <c>admitted_at</c> again under the row's lock.</remarks>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<int> PurgeDevicesAsync(TimeSpan idleFor, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(PurgeSql);
        command.CommandTimeout = (int)PurgeTimeout.TotalSeconds;
        command.Parameters.AddWithValue("idle", NpgsqlDbType.Interval, idleFor);
        var count = await command.ExecuteNonQueryAsync(cancellation);
        if (count > 0) Log.DevicesPurged(log, count);
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await commits.DisposeAsync();
        await reads.DisposeAsync();
        await deviceReads.DisposeAsync();
    }
}

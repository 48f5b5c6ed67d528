using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Postgres.Events;

/// <summary>The outbox in Postgres. Events come in with the commits of <see cref="SessionStore"/>.</summary>
public sealed class EventOutbox : IEventOutbox, IAsyncDisposable
{
    private const string PendingSql =
        """
        select id, session_id, sequence, surface, status, status_info, occurred_at, sink, sink_token, sink_token_expires_at,
            sink_token_parameter, correlator, source, client_id
        from qod.events
        where dead_reason is null and (session_id, sequence) > (@after_session, @after_sequence)
        order by session_id, sequence limit @limit
        """;

    // Each new pause also deletes the pauses that are over.
    private const string RestSql =
        """
        with over as (delete from qod.sink_rests where until < @now and (client_id, server) <> (@client, @server))
        insert into qod.sink_rests as r (client_id, server, until) values (@client, @server, @until)
        on conflict (client_id, server) do update set until = greatest(r.until, excluded.until)
        """;

    private const string RestsSql = "select client_id, server, until from qod.sink_rests where until > @now limit @limit";

    private const int MostRests = 10_000;

    private readonly NpgsqlDataSource source;
    private readonly TimeProvider time;
    private readonly Batcher<EventOp> operations;

    public EventOutbox(NpgsqlDataSource source, IOptions<PostgresOptions> options, PostgresMetrics metrics, TimeProvider time, ILogger<EventOutbox> log)
    {
        (this.source, this.time) = (source, time);
        operations = new Batcher<EventOp>(
            new BatchContext("event", source, options.Value, metrics, time, log), 1, (queue, context) => new EventLoop(queue, context));
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation)
    {
        var page = new PageQuery(PendingSql, limit)
            .With("after_session", NpgsqlDbType.Uuid, after?.SessionId.Value ?? Guid.Empty)
            .With("after_sequence", NpgsqlDbType.Integer, after?.Sequence ?? 0);
        return page.ReadAsync(source, Read, cancellation);
    }

    /// <inheritdoc />
    public ValueTask CompleteAsync(Guid eventId) => AddAsync(eventId, deadReason: null);

    /// <inheritdoc />
    // The reason may hold text from a sink. Postgres cannot store NUL characters, and UTF-8 cannot encode half of a surrogate pair.
    public ValueTask DeadLetterAsync(Guid eventId, string reason) =>
        AddAsync(eventId, string.Concat(reason.Replace('\0', '\uFFFD').EnumerateRunes().Select(rune => rune.ToString())));

    /// <inheritdoc />
    public async ValueTask ThrottleAsync(SinkThrottle throttle)
    {
        await using var command = source.CreateCommand(RestSql);
        command.Parameters.AddWithValue("client", NpgsqlDbType.Text, throttle.ClientId);
        command.Parameters.AddWithValue("server", NpgsqlDbType.Text, throttle.Server);
        command.Parameters.AddWithValue("until", NpgsqlDbType.TimestampTz, throttle.Until.UtcDateTime);
        command.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, time.GetUtcNow().UtcDateTime);
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException e)
        {
            throw new StoreUnavailableException("The database does not answer.", e);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation) => new PageQuery(RestsSql, MostRests)
        .With("now", NpgsqlDbType.TimestampTz, now.UtcDateTime)
        .ReadAsync(source, row => new SinkThrottle(row.GetString(0), row.GetString(1), new DateTimeOffset(row.GetDateTime(2))), cancellation);

    public ValueTask DisposeAsync() => operations.DisposeAsync();

    private ValueTask AddAsync(Guid eventId, string? deadReason)
    {
        var op = new EventOp(eventId, deadReason) { EnqueuedAt = time.GetTimestamp() };
        operations.Add(op);
        return new ValueTask(op.Task);
    }

    private static QosStatusChanged Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        new SessionId(row.GetGuid(1)),
        row.GetInt32(2),
        row.GetString(3),
        (QosStatus)row.GetInt16(4),
        row.IsDBNull(5) ? null : (StatusInfo)row.GetInt16(5),
        new DateTimeOffset(row.GetDateTime(6)),
        new Sink(
            new Uri(row.GetString(7)),
            row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8),
            row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
            SessionRow.Text(row, 10)),
        SessionRow.Text(row, 11),
        SessionRow.Text(row, 12),
        SessionRow.Text(row, 13));
}

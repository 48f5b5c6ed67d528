using Npgsql;
using NpgsqlTypes;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Events;

/// <param name="deadReason">Null: the event was delivered.</param>
internal sealed class EventOp(Guid eventId, string? deadReason) : BatchOp<bool>
{
    public Guid EventId => eventId;

    public string? DeadReason => deadReason;
}

/// <summary>Removes events from the outbox in batches. Both statements may be repeated.</summary>
internal sealed class EventLoop(BatchQueue<EventOp> queue, BatchContext context) : BatchLoop<EventOp>(queue, context)
{
    private const string Sql =
        """
        with told as (delete from qod.events where id = any(@told))
        update qod.events e set dead_reason = d.reason, dead_at = now()
        from unnest(@dead_id, @dead_reason) as d (id, reason)
        where e.id = d.id and e.dead_reason is null
        """;

    private readonly BatchContext context = context;
    private readonly ArrayParameters parameters = new();
    private readonly HashSet<Guid> events = [];
    private List<Guid>? told, dead;
    private List<string>? deadReasons;

    // No caller waits for this. Larger batches are better, because each batch costs a flush of the log, for which the sessions' commits have to wait.
    protected override TimeSpan Linger { get; } = TimeSpan.FromMilliseconds(20);

    protected override NpgsqlCommand CreateCommand()
    {
        told ??= parameters.Add<Guid>("told", NpgsqlDbType.Uuid);
        dead ??= parameters.Add<Guid>("dead_id", NpgsqlDbType.Uuid);
        deadReasons ??= parameters.Add<string>("dead_reason", NpgsqlDbType.Text);
        return parameters.CreateCommand(Sql, context.Options.StatementTimeout);
    }

    protected override void StartBatch() => events.Clear();

    protected override bool TryJoin(EventOp op) => events.Add(op.EventId);

    protected override async Task SendAsync(IReadOnlyList<EventOp> batch, NpgsqlCommand command)
    {
        parameters.Clear();
        foreach (var op in batch)
        {
            if (op.DeadReason is not { } reason)
            {
                told!.Add(op.EventId);
                continue;
            }
            dead!.Add(op.EventId);
            deadReasons!.Add(reason);
        }
        await command.ExecuteNonQueryAsync();
        foreach (var op in batch) op.Answer(true);
        context.Metrics.Outcome(context.Kind, "told", told!.Count);
        context.Metrics.Outcome(context.Kind, "dead", dead!.Count);
    }
}

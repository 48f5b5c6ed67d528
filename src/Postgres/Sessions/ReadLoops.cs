using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

internal sealed class SessionReadOp(SessionId id) : BatchOp<QosSession?>
{
    public SessionId Id => id;
}

/// <summary>Reads sessions in batches.</summary>
internal sealed class SessionReadLoop(BatchQueue<SessionReadOp> queue, BatchContext context) : BatchLoop<SessionReadOp>(queue, context)
{
    private const string Sql = $"select {SessionRow.Columns} from qod.sessions s where s.id = any(@ids)";

    private readonly BatchContext context = context;
    private readonly ArrayParameters parameters = new();
    private List<Guid>? ids;

    protected override NpgsqlCommand CreateCommand()
    {
        ids ??= parameters.Add<Guid>("ids", NpgsqlDbType.Uuid);
        return parameters.CreateCommand(Sql, context.Options.StatementTimeout);
    }

    protected override void StartBatch() { }

    protected override bool TryJoin(SessionReadOp op) => true;

    protected override async Task SendAsync(IReadOnlyList<SessionReadOp> batch, NpgsqlCommand command)
    {
        ids!.Clear();
        foreach (var op in batch) ids.Add(op.Id.Value);
        var found = new Dictionary<SessionId, QosSession>(batch.Count);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var session = SessionRow.Read(reader);
                found[session.Id] = session;
            }
        }
        foreach (var op in batch) op.Answer(found.GetValueOrDefault(op.Id));
    }
}

internal sealed class DeviceReadOp(DeviceKey key) : BatchOp<DeviceFlows>
{
    public DeviceKey Key => key;
}

/// <summary>Reads fences and held flows in batches: one statement, so both are from one snapshot.</summary>
internal sealed class DeviceReadLoop(BatchQueue<DeviceReadOp> queue, BatchContext context) : BatchLoop<DeviceReadOp>(queue, context)
{
    private const string Sql =
        $"""
        select {SessionRow.Columns}, k.key, d.fence
        from unnest(@keys) as k (key)
        left join qod.devices d on d.key = k.key
        left join qod.sessions s on s.device_key = k.key and s.holds_flow
        """;

    private const int KeyColumn = 17;
    private const int FenceColumn = 18;

    private readonly BatchContext context = context;
    private readonly ArrayParameters parameters = new();
    private readonly HashSet<Guid> keys = [];
    private List<Guid>? keyParameter;

    protected override NpgsqlCommand CreateCommand()
    {
        keyParameter ??= parameters.Add<Guid>("keys", NpgsqlDbType.Uuid);
        return parameters.CreateCommand(Sql, context.Options.StatementTimeout);
    }

    protected override void StartBatch() { }

    protected override bool TryJoin(DeviceReadOp op) => true;

    protected override async Task SendAsync(IReadOnlyList<DeviceReadOp> batch, NpgsqlCommand command)
    {
        keys.Clear();
        foreach (var op in batch) keys.Add(op.Key.Value);
        keyParameter!.Clear();
        keyParameter.AddRange(keys);
        var found = new Dictionary<DeviceKey, (long Fence, Dictionary<SessionId, Flow> Held)>(keys.Count);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var key = new DeviceKey(reader.GetGuid(KeyColumn));
                if (!found.TryGetValue(key, out var device))
                    found[key] = device = (reader.IsDBNull(FenceColumn) ? 0 : reader.GetInt64(FenceColumn), []);
                if (reader.IsDBNull(0)) continue;
                var session = SessionRow.Read(reader);
                device.Held.Add(session.Id, session.Flow);
            }
        }
        foreach (var op in batch)
        {
            var (fence, held) = found[op.Key];
            op.Answer(new DeviceFlows(fence, held));
        }
    }
}

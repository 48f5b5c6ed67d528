using System.Diagnostics;
using Npgsql;
using QodOrleans.Bench.Database;

namespace QodOrleans.Bench.Baselines;

/// <summary>What expiry costs when it is only SQL: the same rows change in the same way, 512 at a time, on one connection and without a
/// program that decides anything.</summary>
internal static class PlainExpiry
{
    private const int BatchSize = 512;

    // Phases and reasons are the store's numbers: 1 Active, 2 Releasing, 3 Retained; status 2 UNAVAILABLE; reason 0 DURATION_EXPIRED.
    private const string End = """
        with ended as (
            update bench.sessions
               set phase = 2, status_info = 0, holds_flow = false, event_sequence = event_sequence + 1, version = version + 1,
                   write_id = write_id + 1, ended_at = now(), due_at = now() + interval '2 s'
             where id = any($1) returning id, event_sequence, ended_at)
        """;

    private const string Tell = """
        insert into bench.events (id, session_id, sequence, surface, status, status_info, occurred_at, sink)
        select gen_random_uuid(), id, event_sequence, 'camara-0.10', 2, 0, ended_at, $2 from ended
        """;

    private const string Release = """
        update bench.sessions set phase = 3, version = version + 1, write_id = write_id + 1, due_at = ended_at + interval '360 s' where id = any($1)
        """;

    /// <summary>Copies the store's tables, as they are now.</summary>
    public static async Task CopyAsync(ScratchDatabase database, CancellationToken cancellation)
    {
        await database.ExecuteAsync(
            """
            drop table if exists bench.sessions, bench.events;
            create table bench.sessions (like qod.sessions including all);
            create table bench.events (like qod.events including all);
            insert into bench.sessions select * from qod.sessions;
            """,
            cancellation);
        await database.ExecuteAsync("vacuum analyze bench.sessions", cancellation);
        await database.ExecuteAsync("checkpoint", cancellation);
    }

    /// <param name="sink">Where each end is told; null to tell nobody.</param>
    /// <returns>The time until all had ended, and the time until all were released as well.</returns>
    public static async Task<(TimeSpan Ended, TimeSpan Released)> RunAsync(ScratchDatabase database, Uri? sink, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        var started = Stopwatch.GetTimestamp();
        var batches = (await database.ListAsync("select id::text from bench.sessions order by due_at, id", cancellation)).Select(Guid.Parse).Chunk(BatchSize).ToArray();

        var ended = $"{End} {(sink is null ? "select 1" : Tell)}";
        await ChangeAsync(connection, ended, batches, sink?.ToString(), cancellation);
        var afterEnd = Stopwatch.GetElapsedTime(started);
        await ChangeAsync(connection, Release, batches, sink: null, cancellation);
        return (afterEnd, Stopwatch.GetElapsedTime(started));
    }

    private static async Task ChangeAsync(NpgsqlConnection connection, string sql, IEnumerable<Guid[]> batches, string? sink, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        var ids = new NpgsqlParameter<Guid[]>();
        command.Parameters.Add(ids);
        if (sink is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sink });
        foreach (var batch in batches)
        {
            ids.TypedValue = batch;
            if (!command.IsPrepared) await command.PrepareAsync(cancellation);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

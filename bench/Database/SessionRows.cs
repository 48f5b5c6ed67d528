using System.Text;
using Npgsql;

namespace QodOrleans.Bench.Database;

/// <summary>Writes the store's rows without the API: copies of a session that the host itself made, so that a new column of the store needs
/// no change here. The host must not be using the rows meanwhile.</summary>
internal sealed class SessionRows
{
    // The copies' ids count up behind a prefix, like the time-ordered ids of the host.
    private const string CloneId = "('019b0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid";

    private readonly ScratchDatabase database;
    private readonly string template;

    private SessionRows(ScratchDatabase database, string template)
    {
        this.database = database;
        this.template = template;
    }

    /// <param name="active">A session that is Active now; its row is kept aside, and taken out of the store's table.</param>
    /// <param name="name">Tells several templates apart.</param>
    public static async Task<SessionRows> TakeAsync(ScratchDatabase database, Guid active, string name, CancellationToken cancellation)
    {
        var template = $"bench.template_{name}";
        await database.ExecuteAsync(
            $"create schema if not exists bench; create table {template} as select * from qod.sessions where id = '{active}' and phase = 1", cancellation);
        if (await database.ScalarAsync<long>($"select count(*) from {template}", cancellation) != 1) throw new InvalidOperationException($"Session {active} is not Active in the store.");
        await database.ExecuteAsync($"delete from qod.sessions where id = '{active}'", cancellation);
        return new SessionRows(database, template);
    }

    /// <summary>The id of the copy with that number.</summary>
    public static Guid IdOf(int number) => Guid.ParseExact($"019b0000-0000-7000-8000-{number:x12}", "D");

    public Task ClearAsync(CancellationToken cancellation) => database.ExecuteAsync("truncate qod.sessions, qod.devices, qod.events", cancellation);

    /// <summary>Adds Active sessions of as many devices, whose ends are spread evenly over a time.</summary>
    /// <param name="first">Number of the first copy; numbers tell the ids.</param>
    public async Task AddAsync(int first, int count, DateTimeOffset firstEnd, TimeSpan spread, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(
            $"""
            insert into qod.sessions
            select copy.*
              from {template} template
             cross join generate_series($1, $1 + $2 - 1) i
             cross join lateral (select date_trunc('milliseconds', $3::timestamptz + $4::interval * ((i - $1)::float8 / $2)) as ends) at
             cross join lateral jsonb_populate_record(template, jsonb_build_object(
                 'id', {CloneId},
                 'device_key', md5(i::text)::uuid,
                 'started_at', at.ends - make_interval(secs => template.duration_s),
                 'due_at', at.ends)) copy
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = firstEnd });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = spread });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What is there when a store has served for a while: a fence per device, and statistics.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        await database.ExecuteAsync("insert into qod.devices (key, fence, admitted_at) select device_key, write_id, started_at from qod.sessions on conflict do nothing", cancellation);
        await database.ExecuteAsync("vacuum analyze qod.sessions", cancellation);
        await database.ExecuteAsync("vacuum analyze qod.devices", cancellation);
        await database.ExecuteAsync("checkpoint", cancellation);
    }

    /// <summary>A copy of the store's empty table, and a pgbench script that inserts one row of real size into it.</summary>
    public async Task<string> InsertScriptAsync(CancellationToken cancellation)
    {
        await database.ExecuteAsync("create table bench.sessions (like qod.sessions including all); create sequence bench.ids cache 1000", cancellation);
        var columns = await database.ListAsync(
            "select attname::text from pg_attribute where attrelid = 'qod.sessions'::regclass and attnum > 0 and not attisdropped order by attnum", cancellation);
        var values = new List<string>();
        foreach (var column in columns) values.Add(await ValueOfAsync(column, cancellation));
        return $"insert into bench.sessions ({string.Join(", ", columns)}) values ({string.Join(", ", values)});\n";
    }

    private async Task<string> ValueOfAsync(string column, CancellationToken cancellation) => column switch
    {
        "id" => "lpad(to_hex(nextval('bench.ids')), 32, '0')::uuid",
        "device_key" => "gen_random_uuid()",
        _ => Literal(await database.ListAsync($"select {column}::text from {template} where {column} is not null", cancellation)),
    };

    // Escapes, because pgbench takes a colon before a letter for a variable, even within quotes.
    private static string Literal(IReadOnlyList<string> value) => value is not [var text]
        ? "null"
        : new StringBuilder("E'").Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal).Replace(":", "\\x3A", StringComparison.Ordinal))
            .Append('\'').ToString();
}

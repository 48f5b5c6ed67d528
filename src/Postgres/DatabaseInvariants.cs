using Npgsql;

namespace QodOrleans.Postgres;

/// <summary>Values that must be the same in all programs on one database. The first program sets them, and they never change.</summary>
public sealed class DatabaseInvariants(NpgsqlDataSource source)
{
    // The update changes nothing. It is there so that "returning" gives the existing row, even one that another program has just committed.
    private const string Sql =
        "insert into qod.pins (name, value) values ($1, $2) on conflict (name) do update set value = pins.value returning value";

    /// <returns>The value that the database holds: <paramref name="value"/> if there was none before.</returns>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<string> PinAsync(string name, string value)
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        return (string)(await command.ExecuteScalarAsync())!;
    }
}

using Npgsql;

namespace QodOrleans.Postgres.Tests;

/// <summary>What tests of this room share: a database, or a reason to be skipped.</summary>
public abstract class PostgresTest : IClassFixture<PostgresStore>
{
    protected PostgresTest(PostgresStore database)
    {
        Assert.SkipWhen(database.WhyNone is not null, database.WhyNone ?? "");
        Database = database;
    }

    protected PostgresStore Database { get; }

    /// <summary>A lock that holds up every statement on sessions until it is disposed.</summary>
    protected async Task<IAsyncDisposable> HoldUpSessionsAsync()
    {
        var connection = await Database.ConnectAsync();
        await using var command = new NpgsqlCommand("begin; lock table qod.sessions in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}

using Npgsql;

namespace QodOrleans.TestSupport;

/// <summary>The server that a test assembly shares: the one named by <c>QOD_TEST_POSTGRES</c> (a superuser's connection string), or a private
/// one. An assembly fixture.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PrivatePostgres? own;
    private string? connectionString;

    /// <summary>Why there is none; tests that need it are skipped. On a build server there must be one.</summary>
    public string? WhyNone { get; private set; }

    public async ValueTask InitializeAsync()
    {
        connectionString = Environment.GetEnvironmentVariable("QOD_TEST_POSTGRES");
        if (!string.IsNullOrEmpty(connectionString)) return;

        WhyNone = PrivatePostgres.WhyNone;
        if (WhyNone is not null && Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException(WhyNone);
        if (WhyNone is not null) return;
        own = await PrivatePostgres.StartAsync(flushes: false);
        connectionString = own.ConnectionString;
    }

    /// <summary>An empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"qod_test_{Guid.NewGuid():N}";
        await ExecuteAsync(connectionString!, $"create database {name}");
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString;
    }

    public async Task DropDatabaseAsync(string database) =>
        await ExecuteAsync(connectionString!, $"drop database {new NpgsqlConnectionStringBuilder(database).Database} with (force)");

    public async ValueTask DisposeAsync()
    {
        if (own is not null) await own.DisposeAsync();
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

using Npgsql;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A database for one test, on the server of the test run where <c>./qod test</c> gives one, else on a server of its own.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly string? maintenance;
    private readonly OwnServer? own;

    private Database(string connectionString, string? maintenance, OwnServer? own)
    {
        ConnectionString = connectionString;
        this.maintenance = maintenance;
        this.own = own;
    }

    public string ConnectionString { get; }

    public static async Task<Database> CreateAsync()
    {
        var maintenance = Environment.GetEnvironmentVariable("QOD_TEST_POSTGRES");
        if (string.IsNullOrEmpty(maintenance))
        {
            var server = await OwnServer.StartAsync();
            return new Database(server.ConnectionString, null, server);
        }

        var name = $"e2e_{Guid.NewGuid():N}";
        await ExecuteAsync(maintenance, $"create database {name}");
        return new Database(new NpgsqlConnectionStringBuilder(maintenance) { Database = name }.ConnectionString, maintenance, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (own is not null) await own.DisposeAsync();
        else await ExecuteAsync(maintenance!, $"drop database {new NpgsqlConnectionStringBuilder(ConnectionString).Database} with (force)");
    }

    private static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database server that a test may stop and crash.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private OwnServer()
    {
    }

    public string ConnectionString { get; private set; } = "";

    public static async Task<OwnServer> StartAsync()
    {
        var server = new OwnServer();
        await server.RestartAsync();
        return server;
    }

    public async Task RestartAsync() =>
        ConnectionString = (await RunAsync("start")).Split('\n').Last(line => line.StartsWith("Host=", StringComparison.Ordinal));

    /// <summary><c>pg_ctl stop -m immediate</c>: no checkpoint, no farewell to the clients.</summary>
    public Task CrashAsync() => RunAsync("crash");

    public async ValueTask DisposeAsync()
    {
        await RunAsync("crash");
        folder.Dispose();
    }

    private Task<string> RunAsync(string verb) => ChildProcess.RunAsync(Repository.Script, ["postgres", verb, "--data", folder.Path]);
}

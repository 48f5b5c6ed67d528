using Npgsql;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.ClusterEndToEnd.Tests.Support;

/// <summary>Silos and gateways as processes, over a Postgres server of their own.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder data = new();
    private readonly string database;

    private RealCluster(PrivatePostgres server)
    {
        Server = server;
        database = server.ConnectionString;
    }

    public PrivatePostgres Server { get; }

    public List<Silo> Silos { get; } = [];

    public List<ChildProcess> Gateways { get; } = [];

    /// <summary>One for each gateway.</summary>
    public List<QodClient> Clients { get; } = [];

    public static async Task<RealCluster> StartAsync(int silos, int gateways)
    {
        Assert.SkipWhen(PrivatePostgres.WhyNone is not null, PrivatePostgres.WhyNone ?? "");
        var cluster = new RealCluster(await PrivatePostgres.StartAsync());
        try
        {
            await ChildProcess.RunAsync("dotnet", [Repository.HostDll, "migrate", "--data", cluster.data.Path], cluster.Environment);
            for (var i = 1; i <= silos; i++) cluster.Silos.Add(new Silo(cluster, $"silo-{i}"));
            await Task.WhenAll(cluster.Silos.Select(silo => silo.StartAsync()));
            await Task.WhenAll(Enumerable.Range(0, gateways).Select(_ => cluster.AddGatewayAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a query says; null for no row.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(reader.GetValue(0).ToString()!);
        return list;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients) client.Dispose();
        await Task.WhenAll(Gateways.Select(gateway => gateway.DisposeAsync().AsTask()));
        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));
        await Server.DisposeAsync();
        data.Dispose();
    }

    private Dictionary<string, string> Environment => new() { ["QOD_POSTGRES"] = database };

    private async Task AddGatewayAsync()
    {
        var port = ChildProcess.FreePort();
        var gateway = ChildProcess.Start("dotnet", [Repository.GatewayDll, "--port", $"{port}", "--data", data.Path], Environment);
        Gateways.Add(gateway);
        await gateway.LineAsync("ready ", StartsWithin);
        var client = await QodClient.AuthorizeAsync(new Uri($"http://127.0.0.1:{port}"), "my-app-id", "my-app-secret");
        lock (Clients) Clients.Add(client);
    }

    /// <summary>One silo, which may die and come back at the same address.</summary>
    internal sealed class Silo(RealCluster cluster, string name) : IAsyncDisposable
    {
        private readonly int port = ChildProcess.FreePort();
        private readonly int siloPort = ChildProcess.FreePort();
        private readonly int gatewayPort = ChildProcess.FreePort();

        public ChildProcess Process { get; private set; } = null!;

        /// <summary>As membership has it.</summary>
        public int Port => siloPort;

        public async Task StartAsync()
        {
            if (Process is not null) await Process.DisposeAsync();
            Process = ChildProcess.Start(
                "dotnet",
                [Repository.SiloDll, "--port", $"{port}", "--silo-port", $"{siloPort}", "--gateway-port", $"{gatewayPort}", "--name", name, "--data", cluster.data.Path],
                cluster.Environment);
            await Process.LineAsync("ready ", StartsWithin);
        }

        public async ValueTask DisposeAsync()
        {
            if (Process is not null) await Process.DisposeAsync();
        }
    }
}

using System.Collections.Concurrent;
using Npgsql;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.ClusterEndToEnd.Tests.Support;

/// <summary>Silos and two gateways as processes, over a Postgres server of their own. Tests share it, because a process of .NET starts slowly on a
/// busy machine; each says first how many silos it needs.</summary>
public sealed class RealCluster : IAsyncLifetime
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90);
    private const int GatewayCount = 2;

    private readonly TemporaryFolder data = new();
    private readonly List<Silo> silos = [];
    private readonly List<ChildProcess> gateways = [];
    private PrivatePostgres? server;

    internal PrivatePostgres Server => server!;

    /// <summary>Those that run, or did when the test asked for them.</summary>
    internal IReadOnlyList<Silo> Silos => silos;

    /// <summary>One for each gateway.</summary>
    internal List<QodClient> Clients { get; } = [];

    /// <summary>Sessions that some client was told of, in any test.</summary>
    internal ConcurrentDictionary<string, bool> Known { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes it so many silos: dead ones come back, or go; too many are stopped.</summary>
    internal async Task HaveSilosAsync(int count)
    {
        Assert.SkipWhen(PrivatePostgres.WhyNone is not null, PrivatePostgres.WhyNone ?? "");
        if (server is null)
        {
            server = await PrivatePostgres.StartAsync();
            await ChildProcess.RunAsync("dotnet", [Repository.HostDll, "migrate", "--data", data.Path], Environment);
        }
        while (silos.Count < count) silos.Add(new Silo(this, $"silo-{silos.Count + 1}"));
        await Task.WhenAll(silos.Take(count).Where(silo => !silo.IsRunning).Select(silo => silo.StartAsync()));
        foreach (var silo in silos.Skip(count)) await silo.StopAsync();
        silos.RemoveRange(count, silos.Count - count);
        if (gateways.Count == 0) await Task.WhenAll(Enumerable.Range(0, GatewayCount).Select(_ => AddGatewayAsync()));
    }

    /// <summary>What a query says; null for no row.</summary>
    internal async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Unpooled);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    internal async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Unpooled);
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
        await Task.WhenAll(gateways.Select(gateway => gateway.DisposeAsync().AsTask()));
        await Task.WhenAll(silos.Select(silo => silo.StopAsync()));
        if (server is not null) await server.DisposeAsync();
        data.Dispose();
    }

    // The server is stopped in between, and what a pool keeps is dead then.
    private string Unpooled => $"{Server.ConnectionString};Pooling=false";

    private Dictionary<string, string> Environment => new() { ["QOD_POSTGRES"] = Server.ConnectionString };

    private async Task AddGatewayAsync()
    {
        var port = ChildProcess.FreePort();
        var gateway = ChildProcess.Start("dotnet", [Repository.GatewayDll, "--port", $"{port}", "--data", data.Path], Environment);
        lock (gateways) gateways.Add(gateway);
        await gateway.LineAsync("ready ", StartsWithin);
        var client = await QodClient.AuthorizeAsync(new Uri($"http://127.0.0.1:{port}"), "my-app-id", "my-app-secret");
        lock (Clients) Clients.Add(client);
    }

    /// <summary>One silo, which may die and come back at the same address.</summary>
    internal sealed class Silo(RealCluster cluster, string name)
    {
        private readonly int port = ChildProcess.FreePort();
        private readonly int siloPort = ChildProcess.FreePort();
        private readonly int gatewayPort = ChildProcess.FreePort();
        private ChildProcess? process;

        public ChildProcess Process => process!;

        public bool IsRunning => process is { IsRunning: true };

        public async Task StartAsync()
        {
            await StopAsync();
            process = ChildProcess.Start(
                "dotnet",
                [Repository.SiloDll, "--port", $"{port}", "--silo-port", $"{siloPort}", "--gateway-port", $"{gatewayPort}", "--name", name, "--data", cluster.data.Path],
                cluster.Environment);
            await process.LineAsync("ready ", StartsWithin);
        }

        public async Task StopAsync()
        {
            if (process is not null) await process.DisposeAsync();
            process = null;
        }
    }
}

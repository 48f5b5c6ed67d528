using System.Collections.Concurrent;
using Npgsql;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>Silos and gateways as processes, over a Postgres server of their own. Tests share it, because a process of .NET starts slowly on a
/// busy machine; each says first how many silos it needs.</summary>
public class RealCluster : IAsyncLifetime
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder data = new();
    private readonly List<Member> silos = [];
    private readonly List<Member> gateways = [];
    private PrivatePostgres? server;

    internal PrivatePostgres Server => server!;

    /// <summary>Those that run, or did when the test asked for them.</summary>
    internal IReadOnlyList<Member> Silos => silos;

    internal IReadOnlyList<Member> Gateways => gateways;

    /// <summary>Configuration of every process, as the environment has it.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>With it, they talk to each other encrypted, and this is who makes them members. The same certificate for all.</summary>
    internal TestAuthority? Authority { get; init; }

    internal ClusterTlsFiles TlsFiles => new(Path.Combine(data.Path, "tls"));

    /// <summary>How many gateways there are.</summary>
    internal int GatewayCount { get; init; } = 2;

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
            if (Authority is not null)
            {
                TlsFiles.Write(Authority);
                TlsFiles.Write(Authority.Issue());
            }
            await ChildProcess.RunAsync("dotnet", [Repository.SiloDll, "migrate", "--data", data.Path], Environment);
        }
        while (silos.Count < count) silos.Add(Member.Silo(this, $"silo-{silos.Count + 1}"));
        await Task.WhenAll(silos.Take(count).Where(silo => !silo.IsRunning).Select(silo => silo.StartAsync()));
        foreach (var silo in silos.Skip(count)) await silo.StopAsync();
        silos.RemoveRange(count, silos.Count - count);
        if (gateways.Count == 0) await Task.WhenAll(Enumerable.Range(0, GatewayCount).Select(_ => AddGatewayAsync()));
    }

    /// <summary>A process of the same database and keys, but with settings of its own. Nobody waits until it is ready. Killed, where it still runs, by
    /// <see cref="Member.KillAsync"/>.</summary>
    internal Member StartStranger(bool isSilo, IReadOnlyDictionary<string, string> settings)
    {
        var stranger = isSilo ? Member.Silo(this, "stranger") : Member.Gateway(this);
        stranger.Launch(settings);
        return stranger;
    }

    /// <summary>The settings of a process that has these files.</summary>
    internal static Dictionary<string, string> TlsSettings(ClusterTlsFiles files) => new()
    {
        ["Qod__Cluster__Tls__CertificateFile"] = files.CertificateFile,
        ["Qod__Cluster__Tls__KeyFile"] = files.KeyFile,
        ["Qod__Cluster__Tls__AuthoritiesFile"] = files.AuthoritiesFile,
    };

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
        GC.SuppressFinalize(this);
        foreach (var client in Clients) client.Dispose();
        await Task.WhenAll(gateways.Select(gateway => gateway.StopAsync()));
        await Task.WhenAll(silos.Select(silo => silo.StopAsync()));
        if (server is not null) await server.DisposeAsync();
        data.Dispose();
    }

    // The server is stopped in between, and what a pool keeps is dead then.
    private string Unpooled => $"{Server.ConnectionString};Pooling=false";

    private Dictionary<string, string> Environment =>
        new(Authority is null ? Settings : Settings.Concat(TlsSettings(TlsFiles))) { ["QOD_POSTGRES"] = Server.ConnectionString };

    private async Task AddGatewayAsync()
    {
        var gateway = Member.Gateway(this);
        lock (gateways) gateways.Add(gateway);
        await gateway.StartAsync();
        var client = await QodClient.AuthorizeAsync(gateway.Address, "my-app-id", "my-app-secret");
        lock (Clients) Clients.Add(client);
    }

    /// <summary>One silo or gateway, which may die and come back at the same address.</summary>
    internal sealed class Member
    {
        private readonly RealCluster cluster;
        private readonly string[] command;
        private ChildProcess? process;

        private Member(RealCluster cluster, string dll, int[] ports, params string[] arguments)
        {
            this.cluster = cluster;
            Ports = ports;
            var port = LoopbackPort.Free();
            Address = new Uri($"http://127.0.0.1:{port}");
            command = [dll, "--port", $"{port}", "--data", cluster.data.Path, .. arguments];
        }

        public Uri Address { get; }

        /// <summary>Those for the rest of the cluster: for silos, and for gateways.</summary>
        public IReadOnlyList<int> Ports { get; }

        public ChildProcess Process => process!;

        public bool IsRunning => process is { IsRunning: true };

        public static Member Silo(RealCluster cluster, string name)
        {
            int[] ports = [LoopbackPort.Free(), LoopbackPort.Free()];
            return new(cluster, Repository.SiloDll, ports, "--silo-port", $"{ports[0]}", "--gateway-port", $"{ports[1]}", "--name", name);
        }

        public static Member Gateway(RealCluster cluster) => new(cluster, Repository.GatewayDll, []);

        public async Task StartAsync()
        {
            await StopAsync();
            Launch(new Dictionary<string, string>());
            await Process.LineAsync("ready ", StartsWithin);
        }

        public void Launch(IReadOnlyDictionary<string, string> settings)
        {
            // A home of its own: what members share must be in the database or configured, not where one user's programs keep things.
            var home = Directory.CreateDirectory(Path.Combine(cluster.data.Path, $"{Address.Port}")).FullName;
            var environment = new Dictionary<string, string>(cluster.Environment) { ["HOME"] = home };
            foreach (var (key, value) in settings) environment[key] = value;
            process = ChildProcess.Start("dotnet", command, environment);
        }

        public async Task StopAsync()
        {
            if (process is not null) await process.DisposeAsync();
            process = null;
        }

        public async Task KillAsync()
        {
            if (!IsRunning) return;
            Process.Kill();
            await Process.ExitAsync(TimeSpan.FromSeconds(10));
        }
    }
}

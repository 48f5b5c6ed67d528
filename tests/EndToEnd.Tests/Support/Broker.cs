using System.Net;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A silo that serves the API, as <c>./qod up</c> runs it, with a port, a data folder and a database of its own.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder data;
    private readonly PostgresServer? server;
    private readonly string database;
    private readonly Dictionary<string, string> settings;
    private ChildProcess host;
    private int launches;

    private Broker(PostgresServer? server, string database, Dictionary<string, string> settings, TemporaryFolder? data = null)
    {
        this.data = data ?? new TemporaryFolder();
        this.server = server;
        this.database = database;
        this.settings = settings;
        Port = LoopbackPort.Free();
        host = Launch();
        Address = new Uri($"http://127.0.0.1:{Port}");
    }

    public int Port { get; }

    public Uri Address { get; }

    public string Output => host.Output;

    /// <summary>On an empty database that goes with it.</summary>
    /// <param name="settings">Configuration, for example <c>Qod:Sessions:CreateWait</c>.</param>
    public static async Task<Broker> StartAsync(PostgresServer server, params (string Key, string Value)[] settings)
    {
        Assert.SkipWhen(server.WhyNone is not null, server.WhyNone ?? "");
        return await StartAsync(new Broker(server, await server.CreateDatabaseAsync(), ToEnvironment(settings)));
    }

    /// <summary>On what is found there.</summary>
    /// <param name="prepare">Fills the empty database and the empty data folder.</param>
    public static async Task<Broker> StartAsync(PostgresServer server, Func<string, string, Task> prepare, params (string Key, string Value)[] settings)
    {
        Assert.SkipWhen(server.WhyNone is not null, server.WhyNone ?? "");
        var (database, data) = (await server.CreateDatabaseAsync(), new TemporaryFolder());
        await prepare(database, data.Path);
        return await StartAsync(new Broker(server, database, ToEnvironment(settings), data));
    }

    /// <summary>On a server that the test stops and starts itself.</summary>
    public static Task<Broker> StartAsync(PrivatePostgres server, params (string Key, string Value)[] settings) =>
        StartAsync(new Broker(server: null, server.ConnectionString, ToEnvironment(settings)));

    /// <summary>A client with a token of the first sandbox client.</summary>
    public Task<QodClient> ClientAsync(string clientId = "my-app-id", string clientSecret = "my-app-secret") =>
        QodClient.AuthorizeAsync(Address, clientId, clientSecret);

    public void Kill() => host.Kill();

    public void Terminate() => host.Terminate();

    public Task<int> ExitAsync() => host.ExitAsync(TimeSpan.FromSeconds(40));

    /// <summary>Starts a new process on the same port, data folder and database, and waits for it to be ready.</summary>
    public async Task RestartAsync()
    {
        await host.DisposeAsync();
        host = Launch();
        await ReadyAsync();
    }

    /// <summary>The health endpoint says that the host can serve.</summary>
    public async Task HealthyAsync(TimeSpan within)
    {
        using var http = new HttpClient { BaseAddress = Address };
        await Poll.UntilAsync(
            async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode, status => status == HttpStatusCode.OK, within, "/health/ready");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        if (server is not null) await server.DropDatabaseAsync(database);
        data.Dispose();
    }

    private static async Task<Broker> StartAsync(Broker broker)
    {
        await broker.ReadyAsync();
        return broker;
    }

    private static Dictionary<string, string> ToEnvironment((string Key, string Value)[] settings) =>
        settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);

    private ChildProcess Launch() => ChildProcess.Start(
        "dotnet",
        [Repository.SiloDll, "--api", "--port", $"{Port}", "--mode", "sandbox", "--store", "postgres", "--data", data.Path],
        // A home of its own each time: what it finds again must be in its database or its data folder.
        new Dictionary<string, string>(settings)
        {
            ["QOD_POSTGRES"] = database, ["HOME"] = Directory.CreateDirectory(Path.Combine(data.Path, $"home-{++launches}")).FullName,
        });

    private async Task ReadyAsync()
    {
        var line = await host.LineAsync("ready ", StartsWithin);
        Assert.Equal($"ready http://127.0.0.1:{Port}", line);
    }
}

/// <summary>A broker, a client and a sink for the tests of one class that leave them as they were.</summary>
public sealed class RunningBroker(PostgresServer server) : IAsyncLifetime
{
    internal Broker Broker { get; private set; } = null!;

    internal QodClient Client { get; private set; } = null!;

    internal EventSink Sink { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sink = await EventSink.StartAsync();
        Broker = await Broker.StartAsync(server);
        Client = await Broker.ClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Broker.DisposeAsync();
        await Sink.DisposeAsync();
    }
}

using System.Globalization;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Plain;

namespace QodOrleans.Bench.Processes;

/// <summary>What outlives a host: its database and its data folder. Hosts are started in it one after the other.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly BenchOptions options;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("qod-bench-");

    private Installation(BenchOptions options, ScratchDatabase database)
    {
        this.options = options;
        Database = database;
    }

    public ScratchDatabase Database { get; }

    public static async Task<Installation> CreateAsync(BenchOptions options, CancellationToken cancellation) =>
        new(options, await ScratchDatabase.CreateAsync(options.Postgres, cancellation));

    /// <summary>The standalone host, as it is shipped.</summary>
    public Task<ChildProcess> StartHostAsync(CancellationToken cancellation) => StartAsync(
        [options.HostDll, "--port", FreePort(), "--mode", "sandbox", "--store", "postgres", "--data", data.FullName], cancellation);

    /// <summary>A member of a cluster.</summary>
    public Task<ChildProcess> StartSiloAsync(int number, CancellationToken cancellation) => StartAsync(
        [options.SiloDll, "--port", FreePort(), "--silo-port", FreePort(), "--gateway-port", FreePort(), "--name", $"silo-{number}", "--data", data.FullName], cancellation);

    public Task<ChildProcess> StartGatewayAsync(CancellationToken cancellation) => StartAsync(
        [options.GatewayDll, "--port", FreePort(), "--data", data.FullName], cancellation);

    /// <summary>The service to compare with; its table is in the same database.</summary>
    public Task<ChildProcess> StartPlainAsync(CancellationToken cancellation) => StartAsync(
        [typeof(PlainService).Assembly.Location, PlainService.Name, "--port", FreePort()], cancellation);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        data.Delete(recursive: true);
    }

    private Task<ChildProcess> StartAsync(IEnumerable<string> arguments, CancellationToken cancellation) => ChildProcess.StartAsync(
        arguments, new Dictionary<string, string> { [PlainService.PostgresVariable] = Database.Connection.ConnectionString }, cancellation);

    private static string FreePort() => ChildProcess.FreePort().ToString(CultureInfo.InvariantCulture);
}

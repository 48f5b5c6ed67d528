using System.Globalization;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Plain;

namespace QodOrleans.Bench.Processes;

/// <summary>What outlives a host: its database and its data folder. Hosts are started in it one after the other.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly Programs programs;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("qod-bench-");

    private Installation(Programs programs, ScratchDatabase database)
    {
        this.programs = programs;
        Database = database;
    }

    public ScratchDatabase Database { get; }

    public static Task<Installation> CreateAsync(BenchOptions options, CancellationToken cancellation) => CreateAsync(options, options.Programs, cancellation);

    /// <param name="programs">Those of this checkout, or of the one that it is compared with.</param>
    public static async Task<Installation> CreateAsync(BenchOptions options, Programs programs, CancellationToken cancellation) =>
        new(programs, await ScratchDatabase.CreateAsync(options.Postgres, cancellation));

    /// <summary>The program of <c>./qod up</c>, which applies the schema too.</summary>
    public Task<ChildProcess> StartHostAsync(CancellationToken cancellation) => StartAsync(
        [.. programs.Up, "--port", FreePort(), "--mode", "sandbox", "--store", "postgres", "--data", data.FullName], cancellation);

    /// <summary>A member of a cluster.</summary>
    public Task<ChildProcess> StartSiloAsync(int number, CancellationToken cancellation) => StartAsync(
        [programs.Silo, "--port", FreePort(), "--silo-port", FreePort(), "--gateway-port", FreePort(), "--name", $"silo-{number}", "--data", data.FullName], cancellation);

    public Task<ChildProcess> StartGatewayAsync(CancellationToken cancellation) => StartAsync(
        [programs.Gateway, "--port", FreePort(), "--data", data.FullName], cancellation);

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

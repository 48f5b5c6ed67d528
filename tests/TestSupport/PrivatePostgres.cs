using System.Diagnostics;
using Npgsql;

namespace QodOrleans.TestSupport;

/// <summary>A Postgres server of one's own, in a folder that goes with it.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly string? Binaries = FindBinaries();

    private readonly string folder = Directory.CreateTempSubdirectory("qod-postgres-").FullName;
    private readonly int port = LoopbackPort.Free();

    private readonly bool flushes;

    private PrivatePostgres(bool flushes) => this.flushes = flushes;

    /// <summary>Null where a server can be started here, else the reason.</summary>
    public static string? WhyNone => Binaries is null ? "No Postgres server binaries (initdb, pg_ctl) were found on this machine." : null;

    /// <summary>Of a superuser, to the maintenance database.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";

    /// <param name="flushes">As a real one does. Without, it survives everything but the end of the machine, and makes and drops databases several times as
    /// fast.</param>
    public static async Task<PrivatePostgres> StartAsync(bool flushes = true)
    {
        var server = new PrivatePostgres(flushes);
        try
        {
            if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", server.folder);
            await RunAsServerAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C");
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As if the machine lost its power, but for its disk.</summary>
    public Task StopImmediateAsync() => RunAsServerAsync("pg_ctl", "stop", "-w", "-m", "immediate", "-D", Data);

    public Task RestartAsync() => RunAsServerAsync(
        "pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(folder, "log"), "-o",
        $"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c max_connections=200 -c fsync={(flushes ? "on" : "off")}");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) await StopImmediateAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    // The server refuses to run as root.
    private static Task RunAsServerAsync(string tool, params string[] arguments)
    {
        var path = Path.Combine(Binaries!, tool);
        return Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string file, params string[] arguments)
    {
        // Output is not redirected to us: a started server would inherit the pipe and keep it open for ever.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", file, .. arguments]) { WorkingDirectory = Path.GetTempPath() };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static string? FindBinaries()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var packaged = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => version + "/bin") : [];
        return path.Concat(packaged).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }
}

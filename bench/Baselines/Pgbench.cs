using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace QodOrleans.Bench.Baselines;

/// <summary>Postgres's own load generator: what the server does when nobody thinks between two statements.</summary>
internal static partial class Pgbench
{
    public const int Clients = 16;

    private const string Threads = "2";

    /// <param name="script">One transaction. A colon before a letter is a variable of pgbench.</param>
    /// <returns>Transactions per second, connecting excluded, and their mean latency.</returns>
    public static async Task<(double PerSecond, TimeSpan MeanLatency)> RunAsync(
        NpgsqlConnectionStringBuilder database, string script, TimeSpan duration, CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script, cancellation);
            var output = await RunAsync(
                database,
                [
                    "--no-vacuum", "--protocol=prepared", $"--client={Clients}", $"--jobs={Threads}",
                    string.Create(CultureInfo.InvariantCulture, $"--time={Math.Max(1, (int)duration.TotalSeconds)}"), $"--file={file}",
                ],
                cancellation);
            return (Number(Tps(), output), TimeSpan.FromMilliseconds(Number(LatencyAverage(), output)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> RunAsync(NpgsqlConnectionStringBuilder database, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(FindProgram(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGHOST"] = database.Host;
        start.Environment["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = database.Username;
        start.Environment["PGPASSWORD"] = database.Password;
        start.Environment["PGDATABASE"] = database.Database;

        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"pgbench failed: {await errors}");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // Debian keeps the server's programs out of the path, one folder per version.
    private static string FindProgram()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
        return path.Concat(versions).Select(folder => Path.Combine(folder, "pgbench")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("There is no pgbench on the PATH or under /usr/lib/postgresql; it comes with the Postgres server.");
    }

    private static double Number(Regex pattern, string output) => pattern.Match(output) is { Success: true } found
        ? double.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"pgbench said nothing that fits '{pattern}': {output}");

    [GeneratedRegex(@"^tps = ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Tps();

    [GeneratedRegex(@"^latency average = ([0-9.]+) ms", RegexOptions.Multiline)]
    private static partial Regex LatencyAverage();
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Measuring;

/// <summary>Where and how a result came about: without it, a number says nothing.</summary>
internal sealed record Surroundings(IReadOnlyList<(string Name, string Value)> Facts)
{
    public static async Task<Surroundings> ReadAsync(BenchOptions options, CancellationToken cancellation)
    {
        await using var database = await ScratchDatabase.CreateAsync(options.Postgres, cancellation);
        var settings = new List<string>();
        foreach (var name in (string[])["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"])
            settings.Add($"{name} {await database.ScalarAsync<string>($"show {name}", cancellation)}");

        return new Surroundings(
        [
            ("machine", $"{Environment.ProcessorCount} cores, {Find("/proc/cpuinfo", "model name")}, {Memory()}; driver, host and Postgres share them"),
            ("system", $"{Find("/etc/os-release", "PRETTY_NAME").Trim('"')}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}"),
            ("Postgres", string.Join(", ", settings)),
            ("commit", await CommitAsync(options.Programs.Checkout, cancellation)),
            .. options.Against is { } that ? [("against", await CommitAsync(that.Checkout, cancellation))] : Array.Empty<(string, string)>(),
            ("command", $"./qod bench {options.CommandLine}".TrimEnd()),
            ("rounds", $"{options.Rounds} of {options.Duration.TotalSeconds:0} s, in turns with the baselines, after a warm-up of {options.WarmUp.TotalSeconds:0} s; values are medians"),
            .. options.Quick ? [("quick", "a tenth of the sessions and short turns; the goals are about full ones")] : Array.Empty<(string, string)>(),
        ]);
    }

    private static string Memory() => long.TryParse(Find("/proc/meminfo", "MemTotal").Split(' ')[0], out var kilobytes) ? $"{Text.Of(kilobytes / 1048576.0)} GiB" : "";

    private static string Find(string file, string name)
    {
        if (!File.Exists(file)) return "unknown";
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOfAny([':', '=']) + 1)..].Trim();
    }

    private static async Task<string> CommitAsync(string checkout, CancellationToken cancellation)
    {
        var commit = await GitAsync(checkout, "rev-parse --short=12 HEAD", cancellation);
        if (commit.Length == 0) return "unknown";
        return await GitAsync(checkout, "status --porcelain --untracked-files=no", cancellation) is { Length: > 0 } ? $"{commit}, with uncommitted changes" : commit;
    }

    /// <returns>Empty where there is no git, or no repository.</returns>
    private static async Task<string> GitAsync(string checkout, string arguments, CancellationToken cancellation)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = checkout,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = await git.StandardOutput.ReadToEndAsync(cancellation);
            await git.WaitForExitAsync(cancellation);
            return git.ExitCode == 0 ? output.Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QodOrleans.Bench.Processes;

/// <summary>A service as a process of its own. It says <c>ready http://…</c> when it serves, and SIGTERM stops it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int RememberedLines = 40;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly Queue<string> lastLines = new();
    private readonly TaskCompletionSource<Uri> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessStartInfo start)
    {
        StartedAt = Stopwatch.GetTimestamp();
        process = Process.Start(start) ?? throw new InvalidOperationException($"'{start.FileName}' did not start.");
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("The process ended before it was ready."));
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>Timestamp at which it was started.</summary>
    public long StartedAt { get; }

    /// <summary>From its start to its <c>ready</c>.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.None, 0);

    /// <param name="arguments">Of <c>dotnet</c>: a dll and its arguments.</param>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message holds its last lines.</exception>
    public static async Task<ChildProcess> StartAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;

        var child = new ChildProcess(start);
        try
        {
            var url = await child.ready.Task.WaitAsync(LongestStart, cancellation);
            child.ReadyAfter = Stopwatch.GetElapsedTime(child.StartedAt);
            child.Endpoint = new IPEndPoint(IPAddress.Loopback, url.Port);
            return child;
        }
        catch (Exception e)
        {
            await child.DisposeAsync();
            throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)}: {e.Message}\n{child.LastLines}", e);
        }
    }

    /// <summary>A port that nobody uses now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>On all cores, since its start.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes. Source: proc(5), VmRSS.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmRSS:".Length, line.Length - "VmRSS:".Length - " kB".Length), System.Globalization.NumberStyles.AllowLeadingWhite) * 1024;
    }

    /// <summary>Asks it to stop, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) Posix.AskToStop(Id);
        using var limit = new CancellationTokenSource(LongestStop);
        try
        {
            // Also for one that has ended already: what it said last is read by then.
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private string LastLines
    {
        get
        {
            lock (lastLines) return string.Join('\n', lastLines);
        }
    }

    private void Read(string? line)
    {
        if (line is null) return;
        lock (lastLines)
        {
            if (lastLines.Count == RememberedLines) lastLines.Dequeue();
            lastLines.Enqueue(line);
        }
        if (line.StartsWith("ready ", StringComparison.Ordinal) && Uri.TryCreate(line["ready ".Length..].Trim(), UriKind.Absolute, out var url)) ready.TrySetResult(url);
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A program that a test started: its output by the line, signals, and its end. Killed when the test leaves it running.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>For lines that are still in the pipe when the process ends.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> output = [];
    private readonly Lock gate = new();

    private ChildProcess(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, string? folder)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => exited.TrySetResult();
        process.OutputDataReceived += (_, line) => Take(line.Data, standardOutput: true);
        process.ErrorDataReceived += (_, line) => Take(line.Data, standardOutput: false);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool IsRunning => !process.HasExited;

    /// <summary>Both streams, as they came.</summary>
    public string Output
    {
        get
        {
            lock (gate) return string.Join('\n', output);
        }
    }

    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null) =>
        new(file, arguments, environment, folder);

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <returns>Its output, both streams.</returns>
    public static async Task<string> RunAsync(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        await using var program = Start(file, arguments, environment, folder);
        var status = await program.ExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(status == 0, $"{file} ended with {status}:\n{program.Output}");
        return program.Output;
    }

    /// <summary>Whether a program is on this machine and ends well with these arguments.</summary>
    public static async Task<bool> CanRunAsync(string file, params string[] arguments)
    {
        try
        {
            await using var program = Start(file, arguments);
            return await program.ExitAsync(TimeSpan.FromSeconds(30)) == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>The next line of standard output that begins so.</summary>
    public async Task<string> LineAsync(string beginning, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(deadline.Token))
                if (line.StartsWith(beginning, StringComparison.Ordinal)) return line;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no line '{beginning}…' within {within}; there was:\n{Output}");
        }
        throw new InvalidOperationException($"the program ended without a line '{beginning}…'; there was:\n{Output}");
    }

    public void Terminate() => Signal(Id, Posix.Terminate);

    /// <summary>kill -9: the program learns nothing of it.</summary>
    public void Kill() => Signal(Id, Posix.Kill);

    public static void Kill(int id) => Signal(id, Posix.Kill);

    /// <summary>Stops the program's time until <see cref="Thaw"/>: it does nothing, and does not know.</summary>
    public void Freeze() => Signal(Id, Posix.Stop);

    public void Thaw() => Signal(Id, Posix.Continue);

    /// <summary>Waits for the end of the process itself: what it started may live on and hold its output open.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        try
        {
            await exited.Task.WaitAsync(within, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"process {Id} still runs after {within}; its output:\n{Output}");
        }
        await Task.WhenAny(Task.WhenAll(outputEnded.Task, errorEnded.Task), Task.Delay(LastWords, TimeProvider.System));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Terminate();
            try
            {
                await ExitAsync(TimeSpan.FromSeconds(40));
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }

    private void Take(string? line, bool standardOutput)
    {
        if (line is not null)
            lock (gate) output.Add(line);
        if (line is null) (standardOutput ? outputEnded : errorEnded).TrySetResult();
        if (!standardOutput) return;
        if (line is null) lines.Writer.TryComplete();
        else lines.Writer.TryWrite(line);
    }

    private static void Signal(int id, int signal)
    {
        if (Posix.Send(id, signal) != 0) throw new InvalidOperationException($"cannot signal process {id}: errno {Marshal.GetLastPInvokeError()}");
    }

    private static class Posix
    {
        public const int Kill = 9;
        public const int Terminate = 15;
        public const int Continue = 18;
        public const int Stop = 19;

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Send(int id, int signal);
    }
}

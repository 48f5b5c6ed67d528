using System.Globalization;
using System.Net;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A running <c>./qod up</c>.</summary>
internal sealed class UpScript : IAsyncDisposable
{
    /// <summary>Includes a first build for release.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(4);

    private readonly ChildProcess script;
    private bool killed;

    private UpScript(ChildProcess script, int port, string data)
    {
        this.script = script;
        Port = port;
        Data = data;
    }

    public int Port { get; }

    public string Data { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public string Output => script.Output;

    public int HostId => ReadId(Path.Combine(Data, "run", "host.pid"));

    /// <summary>The private server's main process; null when there is none.</summary>
    public int? ServerId => Path.Combine(Data, "postgres", "data", "postmaster.pid") is var file && File.Exists(file) ? ReadId(file) : null;

    public static async Task<UpScript> StartAsync(string data, int? port = null, params string[] more)
    {
        var script = Launch(data, port ?? LoopbackPort.Free(), more);
        Assert.Equal($"ready http://127.0.0.1:{script.Port}", await script.script.LineAsync("ready ", StartsWithin));
        return script;
    }

    /// <summary>Starts without waiting to be ready.</summary>
    public static UpScript Launch(string data, int port, params string[] more) => new(
        ChildProcess.Start(
            Repository.Script,
            ["up", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data, .. more],
            // The private server is what is tested, whatever the environment says.
            new Dictionary<string, string> { ["QOD_POSTGRES"] = "" }),
        port,
        data);

    /// <summary>Asks for a session, always of the same flow.</summary>
    public async Task CreateAsync(HttpStatusCode expected)
    {
        using var client = new QodClient(Address, "mock_sandbox_access_token");
        Assert.Equal(expected, (await client.CreateAsync("+34611000000")).Status);
    }

    public void Terminate() => script.Terminate();

    /// <summary>What it started lives on.</summary>
    public void Kill()
    {
        script.Kill();
        killed = true;
    }

    public Task<int> ExitAsync() => script.ExitAsync(TimeSpan.FromMinutes(2));

    public async ValueTask DisposeAsync()
    {
        await script.DisposeAsync();
        if (killed) await ChildProcess.RunAsync(Repository.Script, ["down", "--data", Data]);
    }

    /// <summary>A zombie, which waits for a parent to ask for its status, has ended.</summary>
    public static bool Runs(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int ReadId(string file) => int.Parse(File.ReadAllText(file).Split(' ', '\n')[0], CultureInfo.InvariantCulture);
}

using System.Net;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>Samples as developers copy them from the API's publisher, run by their own languages.</summary>
public sealed class PublishedSampleTests(PostgresServer postgres)
{
    private const string Announcement = "Session created with id: ";

    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "Samples");

    [Fact]
    public Task The_JavaScript_sample_creates_a_session() => CreatesASessionAsync("node", "create_session.mjs", token => [token, "203.0.113.25", "8080"]);

    [Fact]
    public Task The_Python_sample_creates_a_session() => CreatesASessionAsync("python3", "create_session.py", token => [token, "203.0.113.25", "8080"]);

    [Fact]
    public Task The_JavaScript_backend_flow_logs_in_and_creates_a_session() => CreatesASessionAsync("node", "backend_flow.mjs", _ => ["203.0.113.25:8080"]);

    [Fact]
    public Task The_Python_backend_flow_logs_in_and_creates_a_session() => CreatesASessionAsync("python3", "backend_flow.py", _ => ["203.0.113.25:8080"]);

    /// <summary>The sample's callback is at a host that does not exist; this one is registered for the same client.</summary>
    [Fact]
    public async Task The_JavaScript_frontend_flow_follows_the_redirect_to_its_backend_and_creates_a_session()
    {
        var callback = $"http://127.0.0.1:{ChildProcess.FreePort()}/qod-auth-callback";
        var hash = (await ChildProcess.RunAsync("bash", ["-c", $"echo my-app-secret | dotnet {Repository.HostDll} hash-secret"])).Trim();
        await CreatesASessionAsync(
            "node", "frontend_flow.mjs", _ => [callback],
            ("Qod:Clients:0:Id", "my-app-id"), ("Qod:Clients:0:SecretHash", hash), ("Qod:Clients:0:RedirectUris:0", callback));
    }

    private async Task CreatesASessionAsync(string language, string sample, Func<string, string[]> arguments, params (string, string)[] settings)
    {
        Assert.SkipUnless(await ChildProcess.CanRunAsync(language, "--version"), $"{language} is not on this machine");
        var environment = new Dictionary<string, string>();
        if (language == "python3" && !await ChildProcess.CanRunAsync("python3", "-c", "import requests")) environment["PYTHONPATH"] = Path.Combine(Samples, "shim");
        await using var broker = await Broker.StartAsync(postgres, settings);
        using var client = await broker.ClientAsync();

        var output = await ChildProcess.RunAsync(
            language, [Path.Combine(Samples, sample), broker.Address.GetLeftPart(UriPartial.Authority), .. arguments(client.Token)], environment);

        Assert.StartsWith(Announcement, output, StringComparison.Ordinal);
        var read = await client.GetAsync(output.Trim()[Announcement.Length..]);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(300, read.Number("duration"));
    }
}

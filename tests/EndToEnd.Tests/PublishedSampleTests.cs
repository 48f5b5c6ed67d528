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
    public Task The_JavaScript_sample_creates_a_session() => CreatesASessionAsync("node", "create_session.mjs", []);

    [Fact]
    public async Task The_Python_sample_creates_a_session()
    {
        Assert.SkipUnless(await ChildProcess.CanRunAsync("python3", "-c", "pass"), "python3 is not on this machine");
        var environment = new Dictionary<string, string>();
        if (!await ChildProcess.CanRunAsync("python3", "-c", "import requests")) environment["PYTHONPATH"] = Path.Combine(Samples, "shim");
        await CreatesASessionAsync("python3", "create_session.py", environment);
    }

    private async Task CreatesASessionAsync(string language, string sample, Dictionary<string, string> environment)
    {
        Assert.SkipUnless(await ChildProcess.CanRunAsync(language, "--version"), $"{language} is not on this machine");
        await using var broker = await Broker.StartAsync(postgres);
        using var client = await broker.ClientAsync();

        var output = await ChildProcess.RunAsync(
            language, [Path.Combine(Samples, sample), broker.Address.GetLeftPart(UriPartial.Authority), client.Token, "203.0.113.25", "8080"], environment);

        Assert.StartsWith(Announcement, output, StringComparison.Ordinal);
        var read = await client.GetAsync(output.Trim()[Announcement.Length..]);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(300, read.Number("duration"));
    }
}

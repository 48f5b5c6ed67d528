using System.Net;
using System.Text.RegularExpressions;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>The samples as an application developer makes programs of them, with the SDKs and without, in four languages, against the host.</summary>
public sealed partial class ApplicationSampleTests(SampleHost host) : IClassFixture<SampleHost>
{
    private const string Announcement = "Session created with id: ";
    private const string Device = "203.0.113.25:8080";

    /// <summary>For a JVM that compiles its program first, on a busy machine.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_backend_flow_with_the_SDK_creates_a_session(Language language)
    {
        await using var sample = await host.StartAsync("backend_sdk", language, Device);
        await CreatesASessionAsync(sample);
    }

    /// <summary>JavaScript and Python: <see cref="PublishedSampleTests"/>.</summary>
    [Theory]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_backend_flow_over_HTTP_creates_a_session(Language language)
    {
        await using var sample = await host.StartAsync("backend_flow", language, host.Host, Device);
        await CreatesASessionAsync(sample);
    }

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_frontend_flow_with_the_SDK_creates_a_session_for_the_device_that_came_by(Language language)
    {
        await using var sample = await host.StartAsync("frontend_sdk", language, $"{host.CallbackPort}");
        await ComeByAsync(sample);
        await CreatesASessionAsync(sample);
    }

    /// <summary>The one in JavaScript has its frontend in it: <see cref="PublishedSampleTests"/>.</summary>
    [Theory]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_frontend_flow_over_HTTP_creates_a_session_for_the_device_that_came_by(Language language)
    {
        await using var sample = await host.StartAsync("frontend_flow", language, host.Host, host.Callback, $"{host.CallbackPort}");
        await ComeByAsync(sample);
        await CreatesASessionAsync(sample);
    }

    /// <summary>It prints the whole answer, in the first generation's shape. Its sink is at a host that nobody knows, which keeps no session from being.</summary>
    [Fact]
    public async Task The_frontend_flow_with_the_sandbox_SDK_creates_a_session_for_the_number_in_its_state()
    {
        await using var sample = await host.StartAsync("frontend_sandbox_sdk", Language.JavaScript, $"{host.CallbackPort}");
        await ComeByAsync(sample, "&state=%2B34600000000");
        var line = await sample.LineAsync("  id: ", StartsWithin);
        var session = await TakeAsync(Uuid().Match(line).Value);
        Assert.Equal("+34600000000", session.Body!["ueId"]!["msisdn"]!.ToString());
    }

    [Theory]
    [InlineData(Language.JavaScript, "fail 0")]
    [InlineData(Language.Python, "OK")]
    [InlineData(Language.Java, "10 passed")]
    public async Task An_SDK_passes_its_own_tests(Language language, string verdict) =>
        Assert.Contains(verdict, await host.RunOwnTestsAsync(language), StringComparison.Ordinal);

    [Fact]
    public async Task The_examples_of_the_SDK_page_are_samples_that_run()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "sdk.md"));
        string[] files = [.. Directory.GetFiles(SampleHost.Samples, "*_sdk.*"), .. Directory.GetFiles(Path.Combine(SampleHost.Samples, "csharp"), "*Sdk.cs")];
        var samples = await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file)));
        var examples = Example().Matches(page);
        Assert.Equal(["csharp", "java", "js", "python"], examples.Select(example => example.Groups[1].Value).Distinct().Order());
        Assert.All(examples, example => Assert.Contains(samples, sample => sample.EndsWith(example.Groups[2].Value, StringComparison.Ordinal)));
    }

    /// <summary>What the device's browser does with the sample's form, its button included: it follows wherever it is sent.</summary>
    private async Task ComeByAsync(ChildProcess sample, string more = "")
    {
        await Poll.UntilAsync(
            async () => await IsListeningAsync() || !sample.IsRunning, listening => listening, StartsWithin, "the sample's callback");
        var form = $"client_id=my-app-id&response_type=code&scope=dpv%3ARequestedServiceProvision%23qod&redirect_uri={Uri.EscapeDataString(host.Callback)}&create=";
        using var browser = new HttpClient();
        try
        {
            var answer = await browser.GetAsync(new Uri($"{host.Host}/authorize?{form}{more}"));
            Assert.Equal(host.CallbackPort, answer.RequestMessage!.RequestUri!.Port);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"the sample said:\n{sample.Output}", failure);
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        using var socket = new System.Net.Sockets.TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, host.CallbackPort);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task CreatesASessionAsync(ChildProcess sample)
    {
        var line = await sample.LineAsync(Announcement, StartsWithin);
        await TakeAsync(line[Announcement.Length..]);
    }

    /// <summary>Reads the session as another program of the same client, and ends it: the next sample wants the same device.</summary>
    private async Task<Answer> TakeAsync(string sessionId)
    {
        var session = await host.Client.GetAsync(sessionId);
        Assert.Equal(HttpStatusCode.OK, session.Status);
        Assert.Equal(300, session.Number("duration"));
        Assert.Equal(HttpStatusCode.NoContent, (await host.Client.DeleteAsync(sessionId)).Status);
        return session;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^```(js|python|java|csharp)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}

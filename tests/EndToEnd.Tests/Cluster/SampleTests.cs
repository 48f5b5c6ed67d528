using System.Net;
using System.Text.RegularExpressions;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>The published samples, as developers copy them and as they make programs of them: with the SDKs and without, in four languages.</summary>
[Collection<ThroughTheCluster>]
public sealed partial class SampleTests(ClusterService service, SampleTools tools)
{
    private const string Announcement = "Session created with id: ";
    private const string Device = "203.0.113.25:8080";

    /// <summary>For a JVM that compiles its program first, on a busy machine.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    private string Host => service.Address.GetLeftPart(UriPartial.Authority);

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    public async Task A_token_and_the_published_request_create_a_session(Language language)
    {
        using var client = await service.ClientAsync();
        await using var sample = await tools.StartAsync(service, "create_session", language, [Host, client.Token, .. Device.Split(':')]);
        await CreatesASessionAsync(sample);
    }

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_backend_flow_with_the_SDK_creates_a_session(Language language)
    {
        await using var sample = await tools.StartAsync(service, "backend_sdk", language, Device);
        await CreatesASessionAsync(sample);
    }

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_backend_flow_over_HTTP_creates_a_session(Language language)
    {
        await using var sample = await tools.StartAsync(service, "backend_flow", language, Host, Device);
        await CreatesASessionAsync(sample);
    }

    [Theory]
    [InlineData(Language.JavaScript)]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_frontend_flow_with_the_SDK_creates_a_session_for_the_device_that_came_by(Language language)
    {
        await using var sample = await tools.StartAsync(service, "frontend_sdk", language, $"{service.CallbackPort}");
        await ComeByAsync(sample);
        await CreatesASessionAsync(sample);
    }

    [Theory]
    [InlineData(Language.Python)]
    [InlineData(Language.Java)]
    [InlineData(Language.CSharp)]
    public async Task The_frontend_flow_over_HTTP_creates_a_session_for_the_device_that_came_by(Language language)
    {
        await using var sample = await tools.StartAsync(service, "frontend_flow", language, Host, service.Callback, $"{service.CallbackPort}");
        await ComeByAsync(sample);
        await CreatesASessionAsync(sample);
    }

    /// <summary>The device is in the sample, too: it follows the redirect to its own backend.</summary>
    [Fact]
    public async Task The_frontend_flow_over_HTTP_in_JavaScript_creates_a_session()
    {
        await using var sample = await tools.StartAsync(service, "frontend_flow", Language.JavaScript, Host, service.Callback);
        await CreatesASessionAsync(sample);
    }

    /// <summary>It prints the whole answer, in the first generation's shape. Its sink is at a host that nobody knows, which keeps no session from
    /// being.</summary>
    [Fact]
    public async Task The_frontend_flow_with_the_sandbox_SDK_creates_a_session_for_the_number_in_its_state()
    {
        await using var sample = await tools.StartAsync(service, "frontend_sandbox_sdk", Language.JavaScript, $"{service.CallbackPort}");
        await ComeByAsync(sample, "&state=%2B34600000000");
        var line = await sample.LineAsync("  id: ", StartsWithin);
        var session = await TakeAsync(Uuid().Match(line).Value);
        Assert.Equal("+34600000000", session.Body!["ueId"]!["msisdn"]!.ToString());
    }

    /// <summary>What the device's browser does with the sample's form, its button included: it follows wherever it is sent. It need not have come in where the
    /// application's backend will.</summary>
    private async Task ComeByAsync(ChildProcess sample, string more = "")
    {
        await Poll.UntilAsync(
            async () => await IsListeningAsync() || !sample.IsRunning, listening => listening, StartsWithin, "the sample's callback");
        var form = $"client_id=my-app-id&response_type=code&scope=dpv%3ARequestedServiceProvision%23qod&redirect_uri={Uri.EscapeDataString(service.Callback)}&create=";
        using var browser = new HttpClient();
        try
        {
            var answer = await browser.GetAsync(new Uri(service.OtherAddress, $"/authorize?{form}{more}"));
            Assert.Equal(service.CallbackPort, answer.RequestMessage!.RequestUri!.Port);
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
            await socket.ConnectAsync(IPAddress.Loopback, service.CallbackPort);
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

    /// <summary>Reads the session as another program of the same client, elsewhere, and ends it: the next sample wants the same device.</summary>
    private async Task<Answer> TakeAsync(string sessionId)
    {
        using var here = await service.ClientAsync();
        using var client = new QodClient(service.OtherAddress, here.Token);
        var session = await client.GetAsync(sessionId);
        Assert.Equal(HttpStatusCode.OK, session.Status);
        Assert.Equal(300, session.Number("duration"));
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(sessionId)).Status);
        return session;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}

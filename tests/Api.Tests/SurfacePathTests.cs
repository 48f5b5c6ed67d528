using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Api.Tests;

/// <summary>Where the surfaces are is the configuration's to say (docs/conformance.md, D28), and so is what stands before all of them (D46).</summary>
public sealed class SurfacePathTests(SurfacePathTests.MovedGateway gateway) : IClassFixture<SurfacePathTests.MovedGateway>
{
    private const string Prefix = "/apigateway";

    private const string LegacyBody = """{"ueId":{"msisdn":"PHONE"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E"}""";
    private const string Body = """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""";

    /// <summary>Surface, its document, where its sessions are here, and where its own document has them.</summary>
    public static TheoryData<string, string, string, string, string> Moved => new()
    {
        { "qod-0.8", "qod-0.8", "/apis/qod-old", "/qod/v0", LegacyBody },
        { "qod-0.10", "qod-0.10", "/apis/qod-old", "/qod/v0", Body },
        { "telefonica-qod", "telefonica-qod", "/tef/qod", "/v1/qod", Body },
        { "orange-qod-0.10", "orange-qod-0.10", "/camara/qod/v0", "/camara/quality-on-demand/orange-lab/qod/v0", Body },
        { "quality-on-demand-1.1", "quality-on-demand-1.1", "/v1", "/quality-on-demand/v1", Body },
    };

    [Theory]
    [MemberData(nameof(Moved))]
    public async Task D28_a_surface_is_where_the_configuration_has_it_and_nowhere_else(string surface, string document, string root, string former, string body)
    {
        var created = await gateway.SendAsync("POST", root + "/sessions", body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal));
        Assert.Equal(201, created.Status);
        var id = (string)(created.Json["sessionId"] ?? created.Json["id"])!;
        Assert.Equal($"{Prefix}{root}/sessions/{id}", created.Header("Location"));
        Assert.Equal(200, (await gateway.SendAsync("GET", created.Header("Location")!)).Status);
        Assert.Equal(404, (await gateway.SendAsync("GET", $"{former}/sessions/{id}")).Status);
        Assert.Equal(surface == "orange-qod-0.10" ? "60" : "NOT_FOUND", (await gateway.SendAsync("GET", root + "/nothing")).Json["code"]!.ToString());

        var described = (await gateway.SendAsync("GET", $"/openapi/{document}.json", token: null)).Json;
        var path = root[..^(surface == "telefonica-qod" ? "/qod".Length : 0)];
        Assert.Equal([Prefix + path, MovedGateway.Url + path], described["servers"]!.AsArray().Select(server => (string)server!["url"]!));
        Assert.Contains($"curl -X POST '{MovedGateway.Url}{root}/sessions'", described.ToJsonString(Docs.OpenApiCompletion.Readable), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qod-0.8", "/apis/qod-old", LegacyBody)]
    [InlineData("qod-0.10", "/apis/qod-old", Body)]
    [InlineData("telefonica-qod", "/tef/qod", Body)]
    [InlineData("orange-qod-0.10", "/camara/qod/v0", Body)]
    [InlineData("quality-on-demand-1.1", "/v1", Body)]
    public async Task D28_the_source_of_an_event_is_pinned_as_where_its_session_is(string surface, string root, string body)
    {
        Assert.Equal(201, (await gateway.SendAsync("POST", root + "/sessions", body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal))).Status);
        Assert.Equal((surface, $"{MovedGateway.Url}{root}/sessions/"), (gateway.Engine.LastCreate!.Surface, gateway.Engine.LastCreate.SessionsUrl));
    }

    [Fact]
    public void Every_surface_that_makes_sessions_has_a_format_for_their_events() => Assert.All(
        ApiExtensions.Surfaces.Where(surface => surface.WriteSession is not null), surface => Assert.NotNull(EventFormats.Of(surface.Name)));

    [Theory]
    [InlineData(Prefix, 200)]
    [InlineData("", 200)]
    [InlineData("/ApiGateway", 404)]
    [InlineData("/gateway", 404)]
    public async Task D46_the_prefix_may_have_been_taken_off_a_request_and_may_not(string prefix, int status)
    {
        var created = await gateway.SendAsync("POST", "/tef/qod/sessions", Body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal));
        Assert.Equal(status, (await gateway.SendAsync("GET", $"{prefix}/tef/qod/sessions/{(string)created.Json["sessionId"]!}")).Status);
    }

    [Fact]
    public async Task D46_a_prefix_that_a_surface_s_own_path_begins_with_does_not_hide_it()
    {
        await using var gateway = new ConfiguredGateway([new("Qod:PublicUrl", Gateway.PublicUrl + "/qod")]);
        await gateway.InitializeAsync();

        var created = await gateway.CreateAsync(Gateway.Body());
        var path = $"/qod/v0/sessions/{(string)created.Json["sessionId"]!}";
        Assert.Equal("/qod" + path, created.Header("Location"));
        foreach (var place in new[] { path, "/qod" + path, path.Replace("/qod/v0", "/qod/v1/qod", StringComparison.Ordinal), path.Replace("/qod/v0", "/v1/qod", StringComparison.Ordinal) })
            Assert.Equal((place, 200), (place, (await gateway.SendAsync("GET", place)).Status));
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/qod")]
    [InlineData("/quality-on-demand")]
    [InlineData("/consent")]
    [InlineData("/health")]
    [InlineData("/docs")]
    public async Task D46_whatever_the_prefix_is_all_that_is_advertised_can_be_reached_and_so_can_it_without(string prefix)
    {
        await using var gateway = new ConfiguredGateway([new("Qod:PublicUrl", Gateway.PublicUrl + prefix)]);
        await gateway.InitializeAsync();
        var id = (string)(await gateway.CreateAsync(Gateway.Body())).Json["sessionId"]!;

        string[] sessions = ["/qod/v0", "/v1/qod", "/camara/quality-on-demand/orange-lab/qod/v0", "/quality-on-demand/v1"];
        foreach (var path in sessions.Select(root => $"{root}/sessions/{id}").Concat(["/.well-known/openid-configuration", "/jwks", "/consent", "/health/live", "/docs/index.html", "/openapi/qod-0.10.json"]))
            foreach (var place in new[] { prefix + path, path })
                Assert.Equal((place, 200), (place, (await gateway.SendAsync("GET", place)).Status));
        foreach (var place in new[] { prefix + "/token", "/token" })
            Assert.Equal((place, 401), (place, (await gateway.SendAsync("POST", place, "grant_type=client_credentials", token: null, "application/x-www-form-urlencoded")).Status));
    }

    [Fact]
    public async Task D46_logins_and_the_reference_are_behind_the_prefix_too()
    {
        var metadata = (await gateway.SendAsync("GET", Prefix + "/.well-known/openid-configuration", token: null)).Json;
        Assert.Equal(MovedGateway.Url + "/token", (string)metadata["token_endpoint"]!);
        Assert.Equal(200, (await gateway.SendAsync("POST", Prefix + "/token", "grant_type=client_credentials", token: null, "application/x-www-form-urlencoded", ("Authorization", Gateway.Basic("my-app-id", "my-app-secret")))).Status);

        var script = (await gateway.SendAsync("GET", Prefix + "/docs/index.js", token: null)).Text;
        Assert.Contains("\"../openapi/orange-qod-0.10.json\"", script, StringComparison.Ordinal);
        var document = (await gateway.SendAsync("GET", Prefix + "/openapi/quality-on-demand-1.1.json", token: null)).Json;
        var schemes = document["components"]!["securitySchemes"]!.ToJsonString(Docs.OpenApiCompletion.Readable);
        Assert.Contains($"\"tokenUrl\":\"{Prefix}/token\"", schemes, StringComparison.Ordinal);
        Assert.Contains($"\"openIdConnectUrl\":\"{Prefix}/.well-known/openid-configuration\"", schemes, StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.SendAsync("GET", "/health/live", token: null)).Status);
    }

    [Theory]
    [InlineData("orange-qod-0.10", "camara/qod/v0", "Path is 'camara/qod/v0'; it must be segments")]
    [InlineData("orange-qod-0.10", "/camara/qod/v0/", "it must be segments")]
    [InlineData("orange-qod-0.10", "/camara/qod?v=0", "it must be segments")]
    [InlineData("orange-qod-0.10", "/camara//v0", "it must be segments")]
    [InlineData("orange-qod-0.10", "/camara/../v0", "it must be segments")]
    [InlineData("orange-qod-0.10", "/camara/{v}", "it must be segments")]
    [InlineData("orange-qod-0.10", "/camara/v0\n", "it must be segments")]
    [InlineData("orange-qod-0.10", "/", "it must be segments")]
    [InlineData("orange-qod-0.10", "", "it must be segments")]
    [InlineData("orange-qod-0.10", "/qod/v0", "leaves 'qod-0.10' at /qod/v0 and 'orange-qod-0.10' at /qod/v0; no path may be another's")]
    [InlineData("orange-qod-0.10", "/QOD/v0", "no path may be another's")]
    [InlineData("orange-qod-0.10", "/qod/v0/orange", "or begin with it")]
    [InlineData("orange-qod-0.10", "/v1", "or begin with it")]
    [InlineData("qos-profiles-1.1", "/token", "no path may be another's")]
    [InlineData("qos-profiles-1.1", "/docs", "the host itself")]
    [InlineData("orange", "/camara/qod/v0", "Name is 'orange', which none has; it must be one of: qod-0.10, telefonica-qod, orange-qod-0.10, quality-on-demand-1.1, qos-profiles-1.1.")]
    [InlineData("oauth-token", "/oauth", "which none has")]
    [InlineData("qod-0.8", "/old", "Name is 'qod-0.8', which shares the path of qod-0.10: that is the one to move.")]
    public void D28_a_path_that_cannot_be_stops_the_host(string surface, string path, string complaint)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => new ConfiguredGateway(new("Qod:Surfaces:0:Name", surface), new("Qod:Surfaces:0:Path", path)));
        Assert.Contains("Qod:Surfaces", failure.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void D28_a_surface_has_one_path()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => new ConfiguredGateway(
            new("Qod:Surfaces:0:Name", "telefonica-qod"), new("Qod:Surfaces:0:Path", "/a"), new("Qod:Surfaces:1:Name", "telefonica-qod"), new("Qod:Surfaces:1:Path", "/b")));
        Assert.Contains("Qod:Surfaces:1:Name is 'telefonica-qod', as before", failure.Message, StringComparison.Ordinal);
    }

    private sealed class ConfiguredGateway(params KeyValuePair<string, string?>[] settings) : Gateway(settings);

    public sealed class MovedGateway() : Gateway(
        new("Qod:PublicUrl", Url + "/"),
        new("Qod:Surfaces:0:Name", "orange-qod-0.10"),
        new("Qod:Surfaces:0:Path", "/camara/qod/v0"),
        new("Qod:Surfaces:1:Name", "qod-0.10"),
        new("Qod:Surfaces:1:Path", "/apis/qod-old"),
        new("Qod:Surfaces:2:Name", "telefonica-qod"),
        new("Qod:Surfaces:2:Path", "/tef"),
        // The other ones have left it.
        new("Qod:Surfaces:3:Name", "quality-on-demand-1.1"),
        new("Qod:Surfaces:3:Path", "/v1"))
    {
        public const string Url = PublicUrl + Prefix;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace QodOrleans.Api.Tests;

/// <summary>The surface on the real host: grains, simulated operators and memory store as <c>--api --store memory</c> wires them.</summary>
public sealed class SiloHostTests(SiloHostTests.Host host) : IClassFixture<SiloHostTests.Host>
{
    [Fact]
    public async Task A_session_lives_and_ends_with_a_token_of_the_sandbox_client()
    {
        using var http = host.CreateClient();
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "dpv:RequestedServiceProvision#qod")]);
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = form };
        ask.Headers.Authorization = AuthenticationHeaderValue.Parse(Gateway.Basic("my-app-id", "my-app-secret"));
        using var token = await http.SendAsync(ask);
        var accessToken = (string)JsonNode.Parse(await token.Content.ReadAsStringAsync())!["access_token"]!;

        var (status, created) = await SendAsync(http, HttpMethod.Post, "/qod/v0/sessions", Gateway.Body().ToJsonString(), accessToken);
        Assert.Equal((HttpStatusCode.Created, "AVAILABLE"), (status, (string?)created!["qosStatus"]));
        var path = $"/qod/v0/sessions/{created["sessionId"]}";

        (status, var extended) = await SendAsync(http, HttpMethod.Post, path + "/extend", """{"requestedAdditionalDuration":60}""", accessToken);
        Assert.Equal((HttpStatusCode.OK, 360), (status, (int)extended!["duration"]!));
        (_, var read) = await SendAsync(http, HttpMethod.Get, path, null, accessToken);
        Assert.Equal(extended.ToJsonString(), read!.ToJsonString());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(http, HttpMethod.Get, path, null, Gateway.Mock)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(http, HttpMethod.Delete, path, null, accessToken)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(http, HttpMethod.Get, path, null, accessToken)).Status);
    }

    [Theory]
    [InlineData("9001", 201, "REQUESTED")]
    [InlineData("9005", 503, "UNAVAILABLE")]
    [InlineData("9006", 400, "INVALID_ARGUMENT")]
    public async Task A_create_answers_what_the_simulated_operator_does(string digits, int status, string word)
    {
        using var http = host.CreateClient();
        var body = Gateway.Body(b => b["device"]!["phoneNumber"] = "+34" + Gateway.Phone()[^5..] + digits);
        var answer = await SendAsync(http, HttpMethod.Post, "/qod/v0/sessions", body.ToJsonString(), Gateway.Mock);
        Assert.Equal((status, word), ((int)answer.Status, (string?)(answer.Json!["qosStatus"] ?? answer.Json["code"])));
    }

    [Fact]
    public async Task A27_the_published_sample_makes_a_session()
    {
        using var http = host.CreateClient();
        const string Sample = """{"device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","duration":300}}""";
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(http, HttpMethod.Post, "/qod/v0/sessions", Sample, Gateway.Mock)).Status);
    }

    [Fact]
    public async Task B08_the_contracts_profiles_are_on_offer_and_the_host_is_ready()
    {
        using var http = host.CreateClient();
        var (_, profiles) = await SendAsync(http, HttpMethod.Get, "/qod/v0/qos-profiles", null, Gateway.Mock);
        Assert.Equal(["QOS_E", "QOS_L", "QOS_M", "QOS_S"], profiles!.AsArray().Select(profile => (string)profile!["name"]!).Order());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, HttpMethod.Get, "/health/ready", null, Gateway.Mock)).Status);
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Json)> SendAsync(HttpClient http, HttpMethod method, string path, string? body, string token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public sealed class Host : WebApplicationFactory<Program>
    {
        private readonly string data = Directory.CreateTempSubdirectory("qod-api-").FullName;

        // A silo that is late to stop ends its process, which here has other tests to run: it gets all the time that there is.
        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
            .UseSetting("Qod:Api", "true").UseSetting("Qod:Store", "memory").UseSetting("Qod:Data", data).UseSetting("Qod:Cluster:DrainTimeout", "00:10:00");

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing && Directory.Exists(data)) Directory.Delete(data, recursive: true);
        }
    }
}

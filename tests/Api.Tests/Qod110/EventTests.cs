using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QodOrleans.Api.Surfaces.Qod110;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>Events as they arrive: as a silo that serves the API delivers them.</summary>
public sealed class EventTests(SiloHostTests.Host host, EventTests.Listener listener) : IClassFixture<SiloHostTests.Host>, IClassFixture<EventTests.Listener>
{
    private const string SinkToken = "c8974e592c2fa383d4a3960714";

    [Theory]
    [InlineData("quality_on_demand_createSession_02_2_event_received", "0000", "AVAILABLE", null)]
    [InlineData("quality_on_demand_createSession_02_2_event_received", "9002", "UNAVAILABLE", "NETWORK_TERMINATED")]
    public async Task An_event_tells_how_the_creation_ended(string scenario, string digits, string qosStatus, string? statusInfo)
    {
        using var http = host.CreateClient();
        var id = await CreateAsync(scenario, http, digits);
        await AssertArrivesAsync(scenario, http, id, qosStatus, statusInfo);
    }

    [Theory]
    [InlineData("quality_on_demand_deleteSession_02_event_notification")]
    public async Task An_event_tells_that_an_available_session_was_deleted(string scenario)
    {
        using var http = host.CreateClient();
        var id = await CreateAsync(scenario, http, "0000");
        var created = await AssertArrivesAsync(scenario, http, id, "AVAILABLE", null);
        using var request = Request(HttpMethod.Delete, $"/quality-on-demand/v1/sessions/{id}");
        using var deleted = await http.SendAsync(request);

        Assert.Equal(204, (int)deleted.StatusCode);
        Assert.NotEqual(created, await AssertArrivesAsync(scenario, http, id, "UNAVAILABLE", "DELETE_REQUESTED"));
    }

    /// <returns>The event's id.</returns>
    private async Task<string> AssertArrivesAsync(string scenario, HttpClient http, string session, string qosStatus, string? statusInfo)
    {
        var arrival = await listener.NextAsync(session);
        var document = new OpenApiDocument(JsonNode.Parse(await http.GetStringAsync($"/openapi/{Qod110Surface.Name}.json"))!);

        Assert.Equal([], document.Complaints(document.Schema("EventQosStatusChanged"), arrival.Body));
        Assert.Equal(($"Bearer {SinkToken}", "application/cloudevents+json", scenario), (arrival.Authorization, arrival.ContentType, arrival.Correlator));
        Assert.Equal("org.camaraproject.quality-on-demand.v1.qos-status-changed", (string)arrival.Body["type"]!);
        Assert.Equal((session, qosStatus, statusInfo), ((string)arrival.Body["data"]!["sessionId"]!, (string)arrival.Body["data"]!["qosStatus"]!, (string?)arrival.Body["data"]!["statusInfo"]));
        return (string)arrival.Body["id"]!;
    }

    private async Task<string> CreateAsync(string correlator, HttpClient http, string digits)
    {
        var body = Gateway.Body(b =>
        {
            b["device"]!["phoneNumber"] = "+34" + Gateway.Phone()[^5..] + digits;
            b["sink"] = listener.Url;
            b["sinkCredential"] = JsonNode.Parse(
                $$"""{"credentialType":"ACCESSTOKEN","accessToken":"{{SinkToken}}","accessTokenExpiresUtc":"2023-07-03T12:27:08.312Z","accessTokenType":"bearer"}""");
        });
        using var request = Request(HttpMethod.Post, "/quality-on-demand/v1/sessions");
        request.Headers.Add("x-correlator", correlator);
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 201, text);
        return (string)JsonNode.Parse(text)!["sessionId"]!;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Gateway.Mock);
        return request;
    }

    public sealed record Arrival(string? Authorization, string? ContentType, string? Correlator, JsonNode Body);

    /// <summary>An application's notification endpoint.</summary>
    public sealed class Listener : IAsyncLifetime
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

        private readonly WebApplication app;
        private readonly ConcurrentDictionary<string, Channel<Arrival>> arrivals = [];

        public Listener()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.MapPost("/notifications", async (HttpRequest request) =>
            {
                var body = (await JsonNode.ParseAsync(request.Body))!;
                var arrival = new Arrival(request.Headers.Authorization, request.ContentType, request.Headers["x-correlator"], body);
                await Of((string)body["data"]!["sessionId"]!).Writer.WriteAsync(arrival);
                return Results.NoContent();
            });
        }

        public string Url => app.Urls.First() + "/notifications";

        public async ValueTask InitializeAsync() => await app.StartAsync();

        public ValueTask DisposeAsync() => app.DisposeAsync();

        /// <summary>Waits for the session's next event.</summary>
        public Task<Arrival> NextAsync(string session) => Of(session).Reader.ReadAsync().AsTask().WaitAsync(Longest);

        private Channel<Arrival> Of(string session) => arrivals.GetOrAdd(session, _ => Channel.CreateUnbounded<Arrival>());
    }
}

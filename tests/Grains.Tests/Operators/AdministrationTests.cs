using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Grains.Administration;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Operators;

/// <summary>What those who run the broker send to a silo. Each test leaves the operator as it was.</summary>
public sealed class AdministrationTests(AdministeredCluster cluster) : IClassFixture<AdministeredCluster>
{
    private const string Movistar = "movistar-es";

    private readonly HttpClient http = cluster.Http;

    [Fact]
    public async Task An_operator_is_drained_and_put_back_into_service()
    {
        Assert.Equal("""{"id":"movistar-es","mode":"enabled","concurrentCalls":null,"callsPerSecond":null}""", await http.GetStringAsync($"/admin/operators/{Movistar}"));

        using var drained = await PutAsync("""{"mode":"draining","callsPerSecond":70}""");
        Assert.Equal(
            """{"id":"movistar-es","mode":"draining","concurrentCalls":null,"callsPerSecond":70}""", await drained.Content.ReadAsStringAsync());
        Assert.Contains("\"draining\"", await http.GetStringAsync("/admin/operators"));
        await Eventually.IsTrueAsync(async () => (await cluster.CreateAsync("+34")).Error?.Code == SessionErrorCode.OperatorUnavailable);
        Assert.Null((await cluster.CreateAsync("+49")).Error);

        using var enabled = await PutAsync("""{"mode":"enabled"}""");
        await Eventually.IsTrueAsync(async () => (await cluster.CreateAsync("+34")).Error is null);
    }

    [Fact]
    public async Task An_operator_that_is_switched_off_is_not_called_until_it_is_switched_on_again()
    {
        using var killed = await PutAsync("""{"mode":"killed"}""");
        await Eventually.IsTrueAsync(async () => (await cluster.CreateAsync("+34")).Error?.Code == SessionErrorCode.OperatorUnavailable);
        Assert.Null((await cluster.CreateAsync("+49")).Error);

        using var enabled = await PutAsync("""{"mode":"enabled"}""");
        await Eventually.IsTrueAsync(async () => (await cluster.CreateAsync("+34")).Error is null);
    }

    [Theory]
    [InlineData("""{"mode":"asleep"}""")]
    [InlineData("""{"mode":1}""")]
    [InlineData("""{"concurrentCalls":5}""")]
    [InlineData("""{"mode":"killed","concurrentCalls":0}""")]
    [InlineData("""{"mode":"killed","callsPerSecond":-1}""")]
    [InlineData("""{"concurrentCalls":2147483647,"mode":"enabled"}""")]
    [InlineData("""{"mode":"killed","limit":1}""")]
    [InlineData("""{"mode":"enabled","mode":"killed"}""")]
    [InlineData("")]
    [InlineData("null")]
    public async Task What_is_not_a_decision_is_refused_and_changes_nothing(string body)
    {
        using var refused = await PutAsync(body);

        await AssertProblemAsync(HttpStatusCode.BadRequest, refused);
        Assert.Contains("\"enabled\"", await http.GetStringAsync($"/admin/operators/{Movistar}"));
    }

    [Fact]
    public async Task An_operator_that_is_not_configured_is_not_found()
    {
        using var found = await http.GetAsync("/admin/operators/acme");
        await AssertProblemAsync(HttpStatusCode.NotFound, found);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer a-token-of-more-than-32-character")]
    [InlineData("Basic YS10b2tlbi1vZi1tb3JlLXRoYW4tMzItY2hhcmFjdGVyczo=")]
    public async Task Nobody_without_the_token_gets_in(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(http.BaseAddress!, $"/admin/operators/{Movistar}"));
        request.Content = new StringContent("{", Encoding.UTF8, "application/json");
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var stranger = new HttpClient();

        using var refused = await stranger.SendAsync(request);

        await AssertProblemAsync(HttpStatusCode.Unauthorized, refused);
        Assert.Equal("Bearer", Assert.Single(refused.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task Without_a_configured_token_there_is_no_administration()
    {
        await using var closed = await cluster.StartAsync(token: null);
        using var answer = await http.GetAsync(new Uri(new Uri(closed.Urls.Single()), "/admin/operators"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_too_short_stops_the_silo() =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => cluster.StartAsync("short"));

    private Task<HttpResponseMessage> PutAsync(string body) =>
        http.PutAsync($"/admin/operators/{Movistar}", new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task AssertProblemAsync(HttpStatusCode status, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetInt32());
    }
}

/// <summary>A cluster with a silo's administration, for the tests of one class.</summary>
public sealed class AdministeredCluster : IAsyncLifetime
{
    private const string Token = "a-token-of-more-than-32-characters";

    private readonly ClusterOverPostgres fixture = new();
    private WebApplication silo = null!;
    private int devices;

    /// <summary>To the silo, with its token.</summary>
    internal HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await fixture.InitializeAsync();
        silo = await StartAsync(Token);
        Http.BaseAddress = new Uri(silo.Urls.Single());
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (silo is not null) await silo.DisposeAsync();
        await fixture.DisposeAsync();
    }

    /// <summary>Another silo's administration.</summary>
    internal async Task<WebApplication> StartAsync(string? token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Qod:Administration:Token", token)]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddQodAdministration(builder.Configuration);
        builder.Services.AddSingleton<IGrainFactory>(fixture.Cluster.Client);
        builder.Services.AddSingleton(fixture.Cluster.GetSiloServiceProvider().GetRequiredService<OperatorDirectory>());
        var app = builder.Build();
        app.MapQodAdministration();
        await app.StartAsync();
        return app;
    }

    /// <summary>For a device of its own: none may be in the way of the next.</summary>
    internal Task<SessionResult> CreateAsync(string prefix) => fixture.Engine.CreateSessionAsync(
        new CreateSession
        {
            Caller = new Caller("alice"),
            Surface = "test",
            Device = new Device { PhoneNumber = $"{prefix}60000{Interlocked.Increment(ref devices):D4}" },
            ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
            QosProfile = "QOS_E",
            Duration = TimeSpan.FromSeconds(300),
        },
        default);
}

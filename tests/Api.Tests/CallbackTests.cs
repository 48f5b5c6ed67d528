using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QodOrleans.Api.Tests;

/// <summary>What a sink that really listens gets from the real host, on the surfaces that are older than 1.1.</summary>
public sealed class CallbackTests(SiloHostTests.Host host) : IClassFixture<SiloHostTests.Host>
{
    private const string Token = "my-notification-auth-token";
    private const string S1 = """{"ueId":{"msisdn":"PHONE"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E","duration":300,"notificationUri":"SINK","notificationAuthToken":"TOKEN"}""";
    private const string S3 = """{"device":{"phoneNumber":"PHONE"},"qosProfile":"QOS_E","duration":300,"notificationUrl":"SINK","notificationAuthToken":"TOKEN"}""";
    private const string S4 = """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","webhook":{"notificationUrl":"SINK","notificationAuthToken":"TOKEN"}}""";

    [Theory]
    [InlineData("/qod/v0", S1, "Bearer", "/cb/notifications?id=7", "Bearer " + Token)]
    [InlineData("/qod/v0", S1, "ApiKey", "/cb/notifications?id=7&apikey=" + Token, null)]
    [InlineData("/v1/qod", S3, "ApiKey", "/cb?id=7", "Bearer " + Token)]
    [InlineData("/camara/quality-on-demand/orange-lab/qod/v0", S4, "ApiKey", "/cb?id=7", "Bearer " + Token)]
    public async Task C01_C09_C10_C13_each_change_is_told_with_the_clients_token(string root, string body, string legacySinkToken, string target, string? authorization)
    {
        await using var sink = await Sink.StartAsync();
        await using var configured = host.WithWebHostBuilder(builder => builder.UseSetting("Qod:LegacySinkToken", legacySinkToken));
        using var http = configured.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Gateway.Mock);
        var request = body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal).Replace("SINK", sink.Url + "cb?id=7", StringComparison.Ordinal).Replace("TOKEN", Token, StringComparison.Ordinal);

        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        using var created = await http.PostAsync(root + "/sessions", content);
        Assert.Equal(201, (int)created.StatusCode);
        var available = await sink.NextAsync();
        using var deleted = await http.DeleteAsync(created.Headers.Location);
        Assert.Equal(204, (int)deleted.StatusCode);
        var ended = await sink.NextAsync();

        Assert.Equal([(target, authorization), (target, authorization)], [(available.Target, available.Authorization), (ended.Target, ended.Authorization)]);
        Assert.Equal(("AVAILABLE", null), StatusIn(available.Body));
        Assert.Equal(("UNAVAILABLE", "DELETE_REQUESTED"), StatusIn(ended.Body));
    }

    /// <summary>0.8's notification is flat, later ones are CloudEvents.</summary>
    private static (string? Status, string? Info) StatusIn(JsonNode body) =>
        ((string?)(body["data"] ?? body)["qosStatus"], (string?)(body["data"] ?? body)["statusInfo"]);

    private sealed class Sink : IAsyncDisposable
    {
        private readonly Channel<(string Target, string? Authorization, JsonNode Body)> requests = Channel.CreateUnbounded<(string, string?, JsonNode)>();
        private readonly WebApplication app;

        private Sink()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.Run(async context =>
            {
                var body = await JsonNode.ParseAsync(context.Request.Body);
                await requests.Writer.WriteAsync((context.Request.Path + context.Request.QueryString, (string?)context.Request.Headers.Authorization, body!));
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            });
        }

        public Uri Url => new(app.Urls.First());

        public static async Task<Sink> StartAsync()
        {
            var sink = new Sink();
            await sink.app.StartAsync();
            return sink;
        }

        public Task<(string Target, string? Authorization, JsonNode Body)> NextAsync() => requests.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}

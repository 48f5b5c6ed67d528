using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QodOrleans.ClusterEndToEnd.Tests.Support;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.ClusterEndToEnd.Tests;

/// <summary>What a cluster tells a collector.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_create_is_one_trace_through_gateway_silo_and_webhook()
    {
        await using var listener = await Listener.StartAsync();
        await using var cluster = new RealCluster
        {
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = listener.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            },
        };
        await cluster.HaveSilosAsync(1);

        var trace = ActivityTraceId.CreateRandom();
        using var http = new HttpClient { BaseAddress = cluster.Gateways[0].Address };
        using var create = new HttpRequestMessage(HttpMethod.Post, "/qod/v0/sessions");
        create.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "mock_sandbox_access_token");
        create.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        create.Content = new StringContent(
            $$$"""
            {
              "device": { "phoneNumber": "+34600000001" }, "applicationServer": { "ipv4Address": "0.0.0.0/0" }, "qosProfile": "QOS_E", "duration": 60,
              "webhook": { "notificationUrl": "{{{listener.Address}}}/notifications" }
            }
            """, Encoding.UTF8, "application/json");
        (await http.SendAsync(create)).Dispose();

        foreach (var part in new[] { "qod-gateway", "qod-silo", "store commit", "operator create", "webhook.deliver" })
            await Poll.UntilAsync(() => Task.FromResult(listener.Received(part, trace)), received => received, TimeSpan.FromSeconds(20), $"{part} in the trace");
    }

    /// <summary>A collector, which keeps what it is sent as it came, and an application's sink.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly ConcurrentQueue<byte[]> spans = new();
        private readonly WebApplication app;

        private Listener()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.MapPost("/v1/traces", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                spans.Enqueue(body.ToArray());
            });
            app.MapPost("/v1/{other}", () => { });
            app.MapPost("/notifications", () => { });
        }

        public string Address => app.Urls.Single();

        public static async Task<Listener> StartAsync()
        {
            var listener = new Listener();
            await listener.app.StartAsync();
            return listener;
        }

        /// <summary>Whether a message with this program or span is about the trace: texts and ids stand in it as their bytes.</summary>
        public bool Received(string name, ActivityTraceId trace)
        {
            var id = Convert.FromHexString(trace.ToString());
            return spans.Any(message => message.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0 && message.AsSpan().IndexOf(id) >= 0);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>What a cluster tells a collector.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_create_is_one_trace_through_gateway_silo_and_webhook()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await using var cluster = new RealCluster
        {
            GatewayCount = 1,
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
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
              "webhook": { "notificationUrl": "{{{sink.Url}}}" }
            }
            """, Encoding.UTF8, "application/json");
        (await http.SendAsync(create)).Dispose();

        foreach (var part in new[] { "qod-gateway", "qod-silo", "store commit", "operator create", "webhook.deliver" })
            await Poll.UntilAsync(() => Task.FromResult(collector.ReceivedSpans(trace, part)), received => received, TimeSpan.FromSeconds(20), $"{part} in the trace");
    }
}

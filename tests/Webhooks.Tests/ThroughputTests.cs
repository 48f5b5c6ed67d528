using System.Diagnostics;
using System.Net;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Sinks;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>Numbers, not verdicts: run by name.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Deliveries_per_second_on_loopback()
    {
        await using var receiver = await Receiver.StartAsync(keep: false);
        var options = new WebhookOptions();
        using var broker = new Broker(
            SinkConnector.Handler(new SinkPolicy(sandbox: true), options, Dns.GetHostAddressesAsync), time: TimeProvider.System, options: options);
        await broker.StartAsync();
        var token = broker.Tokens.Protect("my-notification-auth-token");

        for (var round = 0; round < 6; round++)
        {
            const int Count = 20_000;
            var now = TimeProvider.System.GetUtcNow();
            var events = Enumerable.Range(1, Count)
                .Select(n => Events.Event((round * Count) + n, 1, receiver.Url.ToString(), now, token, "b4333c46-49c0-4f62-80d7-f0ef930f1c46")).ToArray();
            foreach (var change in events) broker.Outbox.Commit(change);
            var allocated = GC.GetTotalAllocatedBytes();
            var watch = Stopwatch.StartNew();
            foreach (var change in events) broker.Dispatcher.Dispatch(change);
            var dispatched = watch.Elapsed;
            await broker.Dispatcher.WhenQuietAsync();
            watch.Stop();
            output.WriteLine(
                $"{Count / watch.Elapsed.TotalSeconds:0} deliveries/s, receiver in the same process; dispatch {dispatched.TotalMicroseconds / Count:0.00} µs each; "
                + $"{(GC.GetTotalAllocatedBytes() - allocated) / Count} bytes per delivery, both ends");
        }
        Assert.Equal(120_000, broker.Outbox.Delivered.Length);
    }
}

using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Outbox;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>A sink that asks for rest (CloudEvents HTTP webhook 2.2) gets it: from that application, at that server, by every process. Nobody else
/// waits.</summary>
public sealed class ThrottleTests
{
    private const string Server = "https://sink.example:443";

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(413)]
    [InlineData(302)]
    public async Task Retry_after_holds_back_everything_of_that_application_to_that_server(int status)
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Told.Session == Events.Session(1).ToString() && broker.Network.Requests.Length == 1 ? Status.Of(status, "5") : Status.Of(204);

        broker.Tell(Of("app", 1));
        await broker.QuietAsync();
        broker.Tell(Of("app", 2));
        broker.Tell(Of("app", 3, "https://sink.example/another/path"));
        broker.Tell(Of("app", 3, "https://sink.example/another/path", sequence: 2));
        await broker.AdvanceAsync(4.999);
        Assert.Single(broker.Network.Requests);

        await broker.AdvanceAsync(0.001);
        Assert.Equal(5, broker.Network.Requests.Length);
        Assert.Equal(4, broker.Outbox.Delivered.Length);
        Assert.Equal([1, 2], broker.Network.Requests.Where(seen => seen.Told.Session == Events.Session(3).ToString()).Select(seen => seen.Told.Sequence));
    }

    [Fact]
    public async Task Nobody_else_waits_and_nothing_else_of_the_application()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = seen => broker.Network.Requests.Length == 1 ? Status.Of(429, "5") : Status.Of(204);
        broker.Tell(Of("app", 1));
        await broker.QuietAsync();

        // Another application, another host, another port, another scheme.
        broker.Tell(Of("other", 2));
        broker.Tell(Of("app", 3, "https://other.example/"));
        broker.Tell(Of("app", 4, "https://sink.example:8443/"));
        broker.Tell(Of("app", 5, "http://sink.example:443/"));
        await broker.QuietAsync();

        Assert.Equal(4, broker.Outbox.Delivered.Length);
    }

    [Fact]
    public async Task What_is_shorter_takes_nothing_back()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var asked = new Queue<string>(["60", "5"]);
        var arrived = new TaskCompletionSource();
        broker.Network.Before = _ => arrived.Task;
        broker.Network.Answer = _ => asked.TryDequeue(out var seconds) ? Status.Of(429, seconds) : Status.Of(204);
        for (var session = 1; session <= 2; session++) broker.Tell(Of("app", session));
        await broker.Network.ArrivedAsync(2);
        arrived.SetResult();
        await broker.QuietAsync();

        await broker.AdvanceAsync(59.9);
        Assert.Equal(2, broker.Network.Requests.Length);
        await broker.AdvanceAsync(0.1);
        Assert.Equal(2, broker.Outbox.Delivered.Length);
    }

    [Fact]
    public async Task The_outbox_and_the_other_processes_are_told()
    {
        var news = new News();
        using var broker = new Broker(news: news);
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(429, "7");

        broker.Tell(Of("app", 1, "https://SINK.example/x"));
        await broker.QuietAsync();

        var throttle = new SinkThrottle("app", Server, broker.Clock.GetUtcNow().AddSeconds(7));
        Assert.Equal([throttle], news.Told);
        Assert.Equal([throttle], broker.Outbox.Throttles.Values);
    }

    [Fact]
    public async Task A_process_that_is_told_holds_back_what_it_has_and_what_it_gets()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(500);
        broker.Tell(Of("app", 1));
        await broker.QuietAsync();

        broker.Dispatcher.Throttle(new SinkThrottle("app", Server, broker.Clock.GetUtcNow().AddSeconds(30)));
        broker.Network.Answer = _ => Status.Of(204);
        broker.Tell(Of("app", 2));
        var free = broker.Tell(Of("other", 3));
        await broker.AdvanceAsync(29);
        Assert.Equal([free.EventId], broker.Outbox.Delivered);

        await broker.AdvanceAsync(1);
        Assert.Equal(3, broker.Outbox.Delivered.Length);
    }

    /// <summary>The one that was asked is gone; whoever takes its sessions over finds the rest beside their events.</summary>
    [Fact]
    public async Task A_process_that_starts_keeps_the_rest_that_a_dead_one_was_asked_for()
    {
        var outbox = new FakeOutbox();
        using var first = new Broker(outbox: outbox);
        await first.StartAsync();
        first.Network.Answer = _ => Status.Of(429, "60");
        first.Tell(Of("app", 1));
        await first.QuietAsync();
        first.Dispose();

        using var second = new Broker(outbox: outbox, time: first.Clock);
        await second.StartAsync();
        second.Tell(Of("app", 2));
        second.Tell(Of("other", 3));
        await second.AdvanceAsync(59.9);
        Assert.Equal([Events.Session(3).ToString()], second.Network.Requests.Select(seen => seen.Told.Session));

        await second.AdvanceAsync(0.1);
        Assert.Empty(outbox.Pending);
    }

    /// <summary>The news may get lost: the next look into the outbox brings it.</summary>
    [Fact]
    public async Task A_process_that_the_news_did_not_reach_reads_it_in_the_outbox()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        await broker.Outbox.ThrottleAsync(new SinkThrottle("app", Server, broker.Clock.GetUtcNow().AddSeconds(60)));
        broker.Dispatcher.LookAgain();
        await broker.AdvanceAsync(1);

        broker.Tell(Of("app", 1));
        await broker.AdvanceAsync(30);
        Assert.Empty(broker.Network.Requests);
        await broker.AdvanceAsync(29);
        Assert.Single(broker.Network.Requests);
    }

    [Fact]
    public async Task An_outbox_that_is_down_does_not_keep_the_process_from_resting()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(429, "5");
        broker.Tell(Of("app", 1));
        broker.Outbox.IsDown = true;
        await broker.QuietAsync();
        broker.Dispatcher.Dispatch(Of("app", 2)(broker));
        await broker.AdvanceAsync(4);

        Assert.Single(broker.Network.Requests);
    }

    private static Func<Broker, QosStatusChanged> Of(string client, int session, string sink = "https://sink.example/events", int sequence = 1) =>
        broker => broker.Event(session, sequence, sink) with { ClientId = client };

    private sealed class News : IThrottleBroadcast
    {
        public List<SinkThrottle> Told { get; } = [];

        public void Tell(SinkThrottle throttle) => Told.Add(throttle);
    }
}

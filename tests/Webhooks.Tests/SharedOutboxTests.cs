using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Outbox;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>Two processes over one outbox, each telling the events of its own sessions.</summary>
public sealed class SharedOutboxTests
{
    private readonly FakeOutbox outbox = new();

    [Fact]
    public async Task Each_tells_its_own_share_and_no_event_is_told_twice()
    {
        using var even = new Broker(outbox: outbox, share: new Share(session => NumberOf(session) % 2 == 0));
        using var odd = new Broker(outbox: outbox, share: new Share(session => NumberOf(session) % 2 == 1));
        for (var session = 1; session <= 20; session++) outbox.Commit(even.Event(session, 1));

        await even.StartAsync();
        await odd.StartAsync();

        Assert.Equal(20, outbox.Delivered.Length);
        Assert.Equal(10, even.Network.Requests.Length);
        Assert.Equal(10, odd.Network.Requests.Length);
        Assert.All(even.Network.Requests, request => Assert.Equal(0, NumberOf(SessionOf(request)) % 2));
    }

    [Fact]
    public async Task A_session_that_changes_hands_is_told_on_in_order_by_its_new_owner_only()
    {
        var owner = 1;
        using var one = new Broker(outbox: outbox, share: new Share(_ => owner == 1));
        using var two = new Broker(outbox: outbox, share: new Share(_ => owner == 2));
        await one.StartAsync();
        await two.StartAsync();
        one.Network.Answer = _ => Status.Of(503);
        one.Tell(1, 1);
        await one.QuietAsync();
        var tried = one.Network.Requests.Length;

        owner = 2;
        one.Dispatcher.ShareChanged();
        two.Dispatcher.ShareChanged();
        // Committed after the change, and passed on before the new owner has looked into the outbox: it must not go before the first.
        two.Tell(1, 2);
        await one.AdvanceAsync(600);
        await two.AdvanceAsync(2);

        Assert.Equal(tried, one.Network.Requests.Length);
        Assert.Equal(0, one.Dispatcher.Held);
        Assert.Equal([1, 2], two.Network.Sequences);
        Assert.Empty(outbox.Pending);
    }

    [Fact]
    public async Task A_sink_whose_last_session_changes_hands_during_an_attempt_takes_no_room_any_more()
    {
        var isOurs = true;
        using var broker = new Broker(outbox: outbox, share: new Share(_ => isOurs), options: new WebhookOptions { SinksInMemory = 1 });
        await broker.StartAsync();
        var answer = new TaskCompletionSource();
        broker.Network.Before = _ => answer.Task;
        broker.Network.Answer = seen => Status.Of(seen.Url.Host == "sink.example" ? 503 : 204);
        broker.Tell(1, 1);
        await broker.Network.ArrivedAsync(1);

        isOurs = false;
        broker.Dispatcher.ShareChanged();
        answer.SetResult();
        await broker.QuietAsync();
        Assert.Equal((0, 0), (broker.Dispatcher.Held, broker.Dispatcher.Sinks));

        isOurs = true;
        broker.Tell(2, 1, "https://other.example/events");
        await broker.QuietAsync();
        Assert.Single(broker.Network.To("other.example"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_that_nobody_dispatched_is_found_when_the_dispatcher_is_told_to_look_and_not_before(bool catchUp)
    {
        using var broker = new Broker(outbox: outbox);
        await broker.StartAsync();
        outbox.Commit(broker.Event(1, 1));
        await broker.AdvanceAsync(600);
        Assert.Empty(broker.Network.Requests);

        if (catchUp) broker.Dispatcher.CatchUp();
        else broker.Dispatcher.LookAgain();
        await broker.AdvanceAsync(1);

        Assert.Single(broker.Network.Requests);
        Assert.Empty(outbox.Pending);
        Assert.Null(broker.Clock.NextTimer);
    }

    [Fact]
    public async Task A_look_keeps_nobody_waiting()
    {
        using var broker = new Broker(outbox: outbox);
        await broker.StartAsync();
        broker.Tell(1, 1);
        await broker.QuietAsync();

        broker.Dispatcher.LookAgain();
        broker.Tell(1, 2);
        await broker.QuietAsync();

        Assert.Equal([1, 2], broker.Network.Sequences);
    }

    private static SessionId SessionOf(Seen request) => new(Guid.Parse(request.Told.Session));

    private static int NumberOf(SessionId session) => BitConverter.ToInt32(session.Value.ToByteArray());

    private sealed class Share(Func<SessionId, bool> isOurs) : IOutboxShare
    {
        public bool IsOurs(SessionId session) => isOurs(session);
    }
}

using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class DeliveryOrderTests
{
    [Fact]
    public async Task An_event_is_delivered_right_after_its_commit_and_then_forgotten()
    {
        using var broker = new Broker();
        await broker.StartAsync();

        var told = broker.Tell(1, 1);
        await broker.QuietAsync();

        Assert.Equal([told.EventId], broker.Outbox.Delivered);
        Assert.Empty(broker.Outbox.Pending);
        Assert.Equal(0, broker.Dispatcher.Held);
        Assert.Equal(0, broker.Dispatcher.Sinks);
    }

    [Fact]
    public async Task The_next_event_of_a_session_waits_for_the_one_before()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        for (var sequence = 1; sequence <= 4; sequence++) broker.Tell(1, sequence);
        broker.Tell(2, 1);
        await broker.Network.ArrivedAsync(2);
        answered.SetResult();
        await broker.QuietAsync();

        Assert.Equal([1, 2, 3, 4], broker.Network.Requests.Where(request => request.Told.Session == Events.Session(1).ToString()).Select(r => r.Told.Sequence));
        Assert.Equal(2, broker.Network.MostAtOnce);
    }

    [Fact]
    public async Task A_failed_event_holds_up_its_own_session_only()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Told is { Sequence: 1 } && seen.Told.Session == Events.Session(1).ToString() ? Status.Of(500) : Status.Of(204);

        broker.Tell(1, 1);
        broker.Tell(1, 2);
        var other = broker.Tell(2, 1);
        await broker.QuietAsync();

        Assert.Equal([other.EventId], broker.Outbox.Delivered);
        broker.Network.Answer = _ => Status.Of(204);
        await broker.AdvanceAsync(1);

        Assert.Equal([1, 1, 1, 2], broker.Network.Sequences);
        Assert.Empty(broker.Outbox.Pending);
    }

    [Fact]
    public async Task The_same_bytes_go_out_at_each_attempt()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(503);

        broker.Tell(1, 1);
        for (var i = 0; i < 5; i++) await broker.AdvanceAsync(400);

        Assert.True(broker.Network.Requests.Length >= 5);
        Assert.Single(broker.Network.Requests.Select(request => Convert.ToHexString(request.Body)).Distinct());
    }

    [Fact]
    public async Task A_second_dispatch_of_the_same_event_is_ignored_while_the_first_is_in_memory()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        var told = broker.Tell(1, 1);
        broker.Dispatcher.Dispatch(told);
        answered.SetResult();
        await broker.QuietAsync();

        Assert.Single(broker.Network.Requests);
    }

    [Fact]
    public async Task Events_dispatched_in_the_wrong_order_all_arrive()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var first = broker.Event(1, 1);
        var second = broker.Event(1, 2);
        var third = broker.Event(1, 3);
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        broker.Outbox.Commit(first);
        broker.Outbox.Commit(second);
        broker.Outbox.Commit(third);
        broker.Dispatcher.Dispatch(first);
        broker.Dispatcher.Dispatch(third);
        broker.Dispatcher.Dispatch(second);
        answered.SetResult();
        await broker.QuietAsync();
        for (var i = 0; i < 3; i++) await broker.AdvanceAsync(1);

        Assert.Equal([1, 2, 3], broker.Network.Sequences);
        Assert.Empty(broker.Outbox.Pending);
    }
}

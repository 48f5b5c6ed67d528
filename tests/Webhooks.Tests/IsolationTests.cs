using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class IsolationTests
{
    [Fact]
    public async Task A_sink_that_hangs_fills_its_own_lane_and_delays_nobody_else()
    {
        using var broker = new Broker(options: new WebhookOptions { MemoryCapacity = 1000 });
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Url.Host == "hangs.example" ? null : Status.Of(204);

        for (var session = 1; session <= 5000; session++) broker.Tell(session, 1, "https://hangs.example/");
        await broker.Network.ArrivedAsync(32);
        for (var session = 10_001; session <= 10_200; session++) broker.Tell(session, 1, "https://works.example/");
        await broker.Outbox.WhenAsync(outbox => outbox.Delivered.Length == 200);

        // No time has passed: not one of the 200 waited for anything that the other sink did.
        Assert.Equal(32, broker.Network.To("hangs.example").Length);
        Assert.InRange(broker.Dispatcher.Held, 500, 700);
    }

    [Fact]
    public async Task Many_dead_sinks_leave_room_for_the_one_that_works()
    {
        using var broker = new Broker(options: new WebhookOptions { MemoryCapacity = 2000 });
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Url.Host == "works.example" ? Status.Of(204) : Status.Of(503);
        for (var sink = 1; sink <= 40; sink++)
            for (var n = 0; n < 200; n++)
                broker.Tell((sink * 1000) + n, 1, $"https://dead{sink}.example/");
        await broker.QuietAsync();
        Assert.InRange(broker.Dispatcher.Held, 1000, 2000);

        // No time passes, so nothing comes by way of the outbox.
        for (var session = 100_000; session < 100_500; session++)
        {
            broker.Tell(session, 1, "https://works.example/");
            broker.Tell(session, 2, "https://works.example/");
            if (session % 10 == 9) await broker.QuietAsync();
        }

        Assert.Equal(1000, broker.Outbox.Delivered.Length);
    }

    [Fact]
    public async Task A_sink_that_had_to_give_up_memory_gets_its_events_back()
    {
        using var broker = new Broker(options: new WebhookOptions { MemoryCapacity = 10 });
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(503);
        // Five, three, two: memory is full, and nobody has anything in the outbox that is not in memory.
        string[] sinks = ["a", "a", "a", "a", "a", "b", "b", "b", "c", "c"];
        for (var session = 1; session <= sinks.Length; session++) broker.Tell(session, 1, $"https://{sinks[session - 1]}.example/");
        await broker.QuietAsync();
        Assert.Equal(10, broker.Dispatcher.Held);

        broker.Tell(11, 1, "https://d.example/");
        await broker.QuietAsync();
        Assert.Single(broker.Network.To("d.example"));
        Assert.InRange(broker.Dispatcher.Held, 1, 9);
        broker.Network.Answer = _ => Status.Of(204);
        for (var i = 0; i < 10; i++) await broker.AdvanceAsync(1);

        Assert.Equal(11, broker.Outbox.Delivered.Length);
    }

    [Fact]
    public async Task What_a_greedy_sink_gave_up_is_delivered_in_order_once_it_answers()
    {
        using var broker = new Broker(options: new WebhookOptions { MemoryCapacity = 64 });
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(503);
        for (var session = 1; session <= 40; session++)
            for (var sequence = 1; sequence <= 3; sequence++)
                broker.Tell(session, sequence, $"https://sink{session % 8}.example/");
        await broker.QuietAsync();

        broker.Network.Answer = _ => Status.Of(204);
        var before = broker.Network.Requests.Length;
        for (var i = 0; i < 200 && broker.Outbox.Pending.Length > 0; i++) await broker.AdvanceAsync(1);

        Assert.Equal(120, broker.Outbox.Delivered.Length);
        Assert.Equal(120, broker.Network.Requests.Length - before);
        foreach (var session in broker.Network.Requests[before..].GroupBy(seen => seen.Told.Session))
            Assert.Equal([1, 2, 3], session.Select(seen => seen.Told.Sequence));
    }

    [Fact]
    public async Task No_more_requests_than_allowed_are_under_way_to_one_sink()
    {
        using var broker = new Broker(options: new WebhookOptions { ConcurrencyPerSink = 3 });
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        for (var session = 1; session <= 50; session++) broker.Tell(session, 1);
        await broker.Network.ArrivedAsync(3);
        answered.SetResult();
        await broker.QuietAsync();

        Assert.Equal(3, broker.Network.MostAtOnce);
        Assert.Empty(broker.Outbox.Pending);
    }

    [Fact]
    public async Task A_sink_that_keeps_failing_rests_and_is_probed_by_one_request_at_a_time()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(503);
        for (var session = 1; session <= 1000; session++) broker.Tell(session, 1);
        await broker.QuietAsync();
        var firstRound = broker.Network.Requests.Length;

        // One repetition after each rest of 1, 2, 4, 8, 16, 30, 30 … s. Without rests, 1000 sessions would repeat at every pause of their own.
        for (var i = 0; i < 600; i++) await broker.AdvanceAsync(1);

        Assert.Equal(1000, firstRound);
        Assert.Equal(5 + ((600 - 31) / 30), broker.Network.Requests.Length - firstRound);
    }

    [Fact]
    public async Task A_rested_sink_is_served_at_full_speed_once_it_answers()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(503);
        for (var session = 1; session <= 200; session++) broker.Tell(session, 1);
        await broker.QuietAsync();
        for (var i = 0; i < 120; i++) await broker.AdvanceAsync(1);

        broker.Network.Answer = _ => Status.Of(204);
        await broker.AdvanceAsync(31);

        Assert.Empty(broker.Outbox.Pending);
    }

    [Fact]
    public async Task A_new_session_at_a_resting_sink_is_tried_at_once()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Url.AbsolutePath == "/works" ? Status.Of(204) : Status.Of(503);
        for (var session = 1; session <= 100; session++) broker.Tell(session, 1, "https://shared.example/broken");
        await broker.QuietAsync();

        var told = broker.Tell(1000, 1, "https://shared.example/works");
        await broker.QuietAsync();

        Assert.Equal([told.EventId], broker.Outbox.Delivered);
    }

    [Fact]
    public async Task Idle_sinks_are_forgotten_and_too_many_wait_in_the_outbox()
    {
        using var broker = new Broker(options: new WebhookOptions { SinksInMemory = 2 });
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        for (var sink = 1; sink <= 5; sink++) broker.Tell(sink, 1, $"https://sink{sink}.example/");
        Assert.Equal(2, broker.Dispatcher.Sinks);
        answered.SetResult();
        await broker.QuietAsync();
        Assert.Equal(0, broker.Dispatcher.Sinks);
        for (var i = 0; i < 10 && broker.Outbox.Pending.Length > 0; i++) await broker.AdvanceAsync(1);

        Assert.Equal(5, broker.Outbox.Delivered.Length);
        Assert.Equal(0, broker.Dispatcher.Sinks);
    }
}

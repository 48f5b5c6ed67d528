using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class OutboxRecoveryTests
{
    private static readonly WebhookOptions Small = new() { MemoryCapacity = 20, OutboxPageSize = 7 };

    [Fact]
    public async Task After_a_restart_everything_pending_is_delivered_once_and_in_order()
    {
        var outbox = new FakeOutbox();
        using var broker = new Broker(outbox: outbox, options: new WebhookOptions { OutboxPageSize = 7 });
        for (var session = 1; session <= 50; session++)
            for (var sequence = 1; sequence <= 3; sequence++)
                outbox.Commit(broker.Event(session, sequence));

        await broker.StartAsync();

        AssertEachOnceInOrder(broker, 150);
        Assert.Equal(7, outbox.LargestPage);
    }

    [Fact]
    public async Task A_backlog_larger_than_memory_is_worked_off_in_order_and_without_repeats()
    {
        using var broker = new Broker(options: Small);
        for (var session = 1; session <= 50; session++)
            for (var sequence = 1; sequence <= 4; sequence++)
                broker.Outbox.Commit(broker.Event(session, sequence));

        await broker.StartAsync();
        for (var i = 0; i < 200 && broker.Outbox.Pending.Length > 0; i++) await broker.AdvanceAsync(1);

        AssertEachOnceInOrder(broker, 200);
    }

    [Fact]
    public async Task What_overflows_memory_comes_back_from_the_outbox_and_is_never_overtaken()
    {
        using var broker = new Broker(options: Small);
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;

        for (var sequence = 1; sequence <= 4; sequence++)
            for (var session = 1; session <= 50; session++)
                broker.Tell(session, sequence);
        Assert.InRange(broker.Dispatcher.Held, 10, 20);
        answered.SetResult();
        await broker.QuietAsync();
        // Memory is free again, but sessions 11 to 50 have older events in the outbox: nothing newer may go first.
        for (var session = 1; session <= 50; session++) broker.Tell(session, 5);
        for (var i = 0; i < 200 && broker.Outbox.Pending.Length > 0; i++) await broker.AdvanceAsync(1);

        AssertEachOnceInOrder(broker, 250);
    }

    [Fact]
    public async Task An_overflow_on_an_otherwise_idle_broker_ends_in_silence()
    {
        using var broker = new Broker(options: Small);
        await broker.StartAsync();
        for (var session = 1; session <= 50; session++) broker.Tell(session, 1);
        for (var i = 0; i < 20; i++) await broker.AdvanceAsync(1);
        var reads = broker.Outbox.Reads;

        for (var i = 0; i < 20; i++) await broker.AdvanceAsync(60);

        Assert.Equal(50, broker.Outbox.Delivered.Length);
        Assert.Equal(reads, broker.Outbox.Reads);
        Assert.Null(broker.Clock.NextTimer);
    }

    [Fact]
    public async Task While_the_backlog_is_read_new_sessions_go_at_once_and_known_ones_wait_for_their_older_events()
    {
        using var broker = new Broker(options: new WebhookOptions { OutboxPageSize = 2 });
        var older = broker.Event(3, 1);
        broker.Outbox.Commit(broker.Event(1, 1));
        broker.Outbox.Commit(broker.Event(2, 1));
        broker.Outbox.Commit(older);
        var reading = new SemaphoreSlim(0);
        var goOn = new SemaphoreSlim(0);
        broker.Outbox.AfterRead = async () =>
        {
            reading.Release();
            await goOn.WaitAsync();
        };

        await broker.Dispatcher.StartAsync(CancellationToken.None);
        await reading.WaitAsync(TimeSpan.FromSeconds(20));
        var unknown = broker.Tell(9, 1);
        await broker.Outbox.WhenAsync(outbox => outbox.Delivered.Contains(unknown.EventId));
        broker.Tell(3, 2);
        broker.Tell(1, 2);
        Assert.Single(broker.Network.Requests);
        broker.Outbox.AfterRead = null;
        goOn.Release(10);
        await broker.QuietAsync();
        for (var i = 0; i < 3; i++) await broker.AdvanceAsync(1);

        AssertEachOnceInOrder(broker, 6);
    }

    [Fact]
    public async Task An_event_committed_behind_the_page_that_is_being_read_is_not_forgotten()
    {
        using var broker = new Broker();
        broker.Outbox.Commit(broker.Event(1, 1));
        broker.Outbox.Commit(broker.Event(5, 1));
        broker.Outbox.AfterRead = () =>
        {
            // Taken after the page was: not in it, and of sessions that the pass will not visit again.
            broker.Outbox.AfterRead = null;
            broker.Tell(1, 2);
            broker.Tell(3, 2);
            broker.Tell(7, 2);
            return Task.CompletedTask;
        };

        await broker.StartAsync();

        Assert.Empty(broker.Outbox.Pending);
        Assert.Equal(1, broker.Outbox.Reads);
        Assert.Equal([1, 2], broker.Network.Requests.Where(seen => seen.Told.Session == Events.Session(1).ToString()).Select(seen => seen.Told.Sequence));
    }

    [Fact]
    public async Task What_was_delivered_while_a_page_was_read_is_not_delivered_again_from_it()
    {
        using var broker = new Broker();
        var told = broker.Event(1, 1);
        broker.Outbox.Commit(told);
        broker.Outbox.AfterRead = async () =>
        {
            broker.Dispatcher.Dispatch(told);
            // The page holds the event. Here it is delivered, marked and forgotten.
            await broker.Outbox.WhenAsync(outbox => outbox.Delivered.Length == 1);
            while (broker.Dispatcher.Held > 0) await Task.Yield();
        };

        await broker.StartAsync();

        Assert.Single(broker.Network.Requests);
    }

    [Fact]
    public async Task A_dispatch_that_comes_after_the_delivery_from_the_outbox_is_ignored()
    {
        using var broker = new Broker();
        var told = broker.Event(1, 1);
        broker.Outbox.Commit(told);
        await broker.StartAsync();

        broker.Dispatcher.Dispatch(told);
        await broker.QuietAsync();

        Assert.Single(broker.Network.Requests);
    }

    [Fact]
    public async Task An_outbox_that_is_down_stops_no_delivery_and_is_told_later()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Outbox.IsDown = true;
        broker.Tell(1, 1);
        broker.Tell(1, 2);
        broker.Tell(2, 1);
        await broker.QuietAsync();
        for (var i = 0; i < 100; i++) await broker.AdvanceAsync(1);

        Assert.Equal(3, broker.Network.Requests.Length);
        Assert.Equal(3, broker.Outbox.Pending.Length);
        broker.Outbox.IsDown = false;
        for (var i = 0; i < 30; i++) await broker.AdvanceAsync(1);

        AssertEachOnceInOrder(broker, 3);
        Assert.Equal(0, broker.Dispatcher.Held);
    }

    [Fact]
    public async Task A_start_with_the_outbox_down_catches_up_when_it_is_back()
    {
        using var broker = new Broker(options: new WebhookOptions { OutboxPageSize = 2 });
        for (var session = 1; session <= 9; session++) broker.Outbox.Commit(broker.Event(session, 1));
        var reads = 0;
        broker.Outbox.Before = call =>
        {
            // The third page fails once more, in the middle of the pass.
            if (call == "read") broker.Outbox.IsDown = ++reads is 1 or 2 or 5;
            else broker.Outbox.IsDown = false;
            return Task.CompletedTask;
        };

        await broker.StartAsync();
        for (var i = 0; i < 30; i++) await broker.AdvanceAsync(1);

        AssertEachOnceInOrder(broker, 9);
    }

    [Fact]
    public async Task A_mark_that_the_store_refuses_for_good_costs_a_repeat_after_the_next_start_and_nothing_else()
    {
        var outbox = new FakeOutbox { Before = call => call == "complete" ? throw new InvalidOperationException("a bug") : Task.CompletedTask };
        using (var broker = new Broker(outbox: outbox))
        {
            await broker.StartAsync();
            broker.Tell(1, 1);
            await broker.QuietAsync();
            Assert.Equal(0, broker.Dispatcher.Held);
        }
        outbox.Before = null;

        using var next = new Broker(outbox: outbox);
        await next.StartAsync();

        Assert.Single(next.Network.Requests);
        Assert.Empty(outbox.Pending);
    }

    [Fact]
    public async Task The_outbox_is_told_of_a_sessions_events_in_their_order()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var asked = new TaskCompletionSource();
        var first = new TaskCompletionSource();
        var calls = 0;
        broker.Outbox.Before = call =>
        {
            var isFirst = Interlocked.Increment(ref calls) == 1;
            asked.TrySetResult();
            return isFirst ? first.Task : Task.CompletedTask;
        };

        var one = broker.Tell(1, 1);
        var two = broker.Tell(1, 2);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await broker.Network.ArrivedAsync(2);
        Assert.Equal(1, calls);
        first.SetResult();
        await broker.QuietAsync();

        Assert.Equal([one.EventId, two.EventId], broker.Outbox.Delivered);
    }

    [Fact]
    public async Task A_clean_stop_finishes_what_is_under_way_and_leaves_the_rest_in_the_outbox()
    {
        using var broker = new Broker(options: new WebhookOptions { ConcurrencyPerSink = 2 });
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;
        for (var session = 1; session <= 5; session++) broker.Tell(session, 1);
        await broker.Network.ArrivedAsync(2);

        var stopping = broker.Dispatcher.StopAsync(CancellationToken.None);
        Assert.False(stopping.IsCompleted);
        answered.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        broker.Tell(6, 1);

        Assert.Equal(2, broker.Outbox.Delivered.Length);
        Assert.Equal(4, broker.Outbox.Pending.Length);
        Assert.Equal(2, broker.Network.Requests.Length);
    }

    [Fact]
    public async Task A_second_stop_is_the_first_even_after_the_end()
    {
        var broker = new Broker();
        await broker.StartAsync();

        await Task.WhenAll(broker.Dispatcher.StopAsync(CancellationToken.None), broker.Dispatcher.StopAsync(CancellationToken.None));
        broker.Dispose();
        await broker.Dispatcher.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_stop_that_runs_out_of_time_interrupts_and_blames_no_one()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => null;
        broker.Tell(1, 1);
        await broker.Network.ArrivedAsync(1);

        await broker.Dispatcher.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(20));
        await broker.QuietAsync();

        Assert.Single(broker.Outbox.Pending);
        Assert.Empty(broker.Outbox.Dead);
    }

    private static void AssertEachOnceInOrder(Broker broker, int count)
    {
        Assert.Empty(broker.Outbox.Pending);
        Assert.Equal(count, broker.Network.Requests.Length);
        foreach (var session in broker.Network.Requests.GroupBy(seen => seen.Told.Session))
            Assert.Equal(Enumerable.Range(1, session.Count()), session.Select(seen => seen.Told.Sequence));
    }
}

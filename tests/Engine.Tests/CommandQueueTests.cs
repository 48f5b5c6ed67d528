namespace QodOrleans.Engine.Tests;

public sealed class CommandQueueTests
{
    [Fact]
    public async Task Commands_go_on_one_at_a_time_in_the_order_of_their_arrival()
    {
        var queue = new CommandQueue(capacity: 10);
        var order = new List<int>();
        Assert.True(await queue.EnterAsync());
        var first = EnterAsync(1);
        var second = EnterAsync(2);
        Assert.False(first.IsCompleted || second.IsCompleted || queue.IsIdle);

        queue.Leave();
        await first;
        Assert.Equal([1], order);

        queue.Leave();
        await second;
        Assert.Equal([1, 2], order);
        queue.Leave();
        Assert.True(queue.IsIdle);

        async Task EnterAsync(int number)
        {
            Assert.True(await queue.EnterAsync());
            order.Add(number);
        }
    }

    [Fact]
    public async Task One_more_than_may_wait_is_refused_at_once_and_a_place_that_is_free_again_is_taken()
    {
        var queue = new CommandQueue(capacity: 1);
        Assert.True(await queue.EnterAsync());
        var waiting = queue.EnterAsync();

        Assert.False(await queue.EnterAsync());

        queue.Leave();
        Assert.True(await waiting);
        var again = queue.EnterAsync();
        Assert.False(again.IsCompleted);
        queue.Leave();
        Assert.True(await again);
    }

    [Fact]
    public void Who_leaves_does_not_run_the_next_ones_code_and_that_goes_on_where_it_waited()
    {
        var queue = new CommandQueue(capacity: 1);
        var seen = new List<string>();
        OneThread.Run(async () =>
        {
            await queue.EnterAsync();
            var next = NextAsync();
            queue.Leave();
            seen.Add("left");
            await next;
        });
        Assert.Equal(["left", "next"], seen);

        async Task NextAsync()
        {
            await queue.EnterAsync();
            seen.Add("next");
        }
    }
}

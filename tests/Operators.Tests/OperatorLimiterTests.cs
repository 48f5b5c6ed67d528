using System.Threading.RateLimiting;
using QodOrleans.Operators.Resilience;
using QodOrleans.TestSupport;

namespace QodOrleans.Operators.Tests;

public sealed class OperatorLimiterTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Calls_wait_in_their_order_for_one_under_way_to_end()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 2, queueLimit: 10, time);
        var calls = Acquire(limiter, 4);
        Assert.Equal([true, true, false, false], calls.Select(IsUnderWay));

        (await calls[1]).Dispose();

        Assert.Equal([true, true, true, false], calls.Select(IsUnderWay));
        // A place that is given back twice is one place.
        (await calls[1]).Dispose();
        Assert.False(IsUnderWay(calls[3]));
    }

    [Fact]
    public async Task A_limit_that_is_raised_lets_in_as_many_more_at_once()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 10, time);
        var calls = Acquire(limiter, 6);
        Assert.Equal(1, calls.Count(IsUnderWay));

        limiter.SetLimits(concurrentCalls: 4, callsPerSecond: null);

        Assert.Equal(4, calls.Count(IsUnderWay));
        (await calls[0]).Dispose();
        Assert.Equal(5, calls.Count(IsUnderWay));
    }

    [Fact]
    public async Task Under_a_limit_that_is_lowered_none_begins_until_enough_have_ended()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 4, queueLimit: 10, time);
        var calls = Acquire(limiter, 6);

        limiter.SetLimits(concurrentCalls: 2, callsPerSecond: null);

        for (var ended = 0; ended < 2; ended++) (await calls[ended]).Dispose();
        Assert.Equal(4, calls.Count(IsUnderWay));
        (await calls[2]).Dispose();
        Assert.Equal(5, calls.Count(IsUnderWay));
        using var another = limiter.AttemptAcquire();
        Assert.False(another.IsAcquired);
    }

    [Fact]
    public async Task Without_any_limit_given_calls_wait_for_one()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 0, queueLimit: 10, time);
        var calls = Acquire(limiter, 2);
        Assert.DoesNotContain(calls, IsUnderWay);

        limiter.SetLimits(concurrentCalls: 2, callsPerSecond: null);

        Assert.All(await Task.WhenAll(calls), lease => Assert.True(lease.IsAcquired));
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_a_call_that_gives_up_leaves_its_place()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 1, time);
        using var caller = new CancellationTokenSource();
        var first = await limiter.AcquireAsync();
        var waiting = limiter.AcquireAsync(1, caller.Token).AsTask();

        var third = limiter.AcquireAsync();
        Assert.True(third.IsCompleted);
        var refused = await third;
        Assert.False(refused.IsAcquired);
        Assert.False(refused.TryGetMetadata(MetadataName.RetryAfter, out _));

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = limiter.AcquireAsync().AsTask();
        Assert.False(next.IsCompleted);
        first.Dispose();
        Assert.True(IsUnderWay(next));
    }

    [Fact]
    public async Task The_rate_is_kept_over_time_and_says_when_there_is_room_again()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 10, queueLimit: 10, time);
        limiter.SetLimits(concurrentCalls: 10, callsPerSecond: 2);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);

        time.Advance(TimeSpan.FromMilliseconds(100));
        var refused = await limiter.AcquireAsync();
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(400), wait);

        time.Advance(wait);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task A_rate_that_is_changed_holds_for_those_who_wait_too()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 10, time);
        time.Advance(TimeSpan.FromSeconds(10));
        var calls = Acquire(limiter, 3);
        limiter.SetLimits(concurrentCalls: 1, callsPerSecond: 0.1);

        (await calls[0]).Dispose();
        (await calls[1]).Dispose();

        Assert.True((await calls[1]).IsAcquired);
        Assert.False((await calls[2]).IsAcquired);
        limiter.SetLimits(concurrentCalls: 1, callsPerSecond: null);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task An_operator_that_asks_to_be_left_alone_is_and_for_no_longer_than_a_minute()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 10, queueLimit: 10, time);
        limiter.HoldOff(TimeSpan.FromSeconds(5));
        limiter.HoldOff(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(4));
        var refused = await limiter.AcquireAsync();
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        time.Advance(wait);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);

        limiter.HoldOff(TimeSpan.MaxValue);
        time.Advance(OperatorLimiter.LongestHoldOff - TimeSpan.FromMilliseconds(1));
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task The_peak_counts_those_who_wait_and_starts_again_from_what_is_there()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 1, time);
        var calls = Acquire(limiter, 3);
        (await calls[0]).Dispose();
        Assert.Equal(3, limiter.TakePeak());
        Assert.Equal(1, limiter.TakePeak());
        (await calls[1]).Dispose();
        Assert.Equal(1, limiter.TakePeak());
        Assert.Equal(0, limiter.TakePeak());
    }

    [Fact]
    public async Task Who_waits_when_the_host_stops_is_refused()
    {
        var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 10, time);
        var calls = Acquire(limiter, 2);

        limiter.Dispose();

        Assert.False((await calls[1]).IsAcquired);
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public void Limits_that_are_none_are_refused()
    {
        using var limiter = new OperatorLimiter(concurrentCalls: 1, queueLimit: 0, time);
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.SetLimits(concurrentCalls: -1, callsPerSecond: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.SetLimits(concurrentCalls: 1, callsPerSecond: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(permitCount: 2));
    }

    private static Task<RateLimitLease>[] Acquire(OperatorLimiter limiter, int calls) =>
        [.. Enumerable.Range(0, calls).Select(_ => limiter.AcquireAsync().AsTask())];

    private static bool IsUnderWay(Task<RateLimitLease> call) => call.IsCompletedSuccessfully && call.Result.IsAcquired;
}

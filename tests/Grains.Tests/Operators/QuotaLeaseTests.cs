using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Operators;
using QodOrleans.Grains.Operators;
using QodOrleans.Operators.Resilience;
using QodOrleans.Operators.Tests;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Operators;

/// <summary>A silo's quota, in force at an operator whose calls end when the test says so.</summary>
public sealed class QuotaLeaseTests : IDisposable
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);
    private static readonly SiloAddress Silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);

    private readonly ManualTimeProvider time = new();
    private readonly OperatorSession session = OperatorSessions.For("tel:+34600000001");
    private readonly Channel<TaskCompletionSource<OperatorOutcome>> underWay = Channel.CreateUnbounded<TaskCompletionSource<OperatorOutcome>>();
    private readonly ResilientOperator movistar;
    private readonly QuotaLease lease;

    public QuotaLeaseTests()
    {
        var inner = new ScriptedOperator("movistar-es", (_, cancellation) =>
        {
            var answer = new TaskCompletionSource<OperatorOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancellation.Register(() => answer.TrySetCanceled(cancellation));
            underWay.Writer.TryWrite(answer);
            return new(answer.Task);
        });
        // Longer than anything here, but where a test is about the create's.
        var options = new ResilienceOptions { CreateDeadline = TimeSpan.FromSeconds(8), CallDeadline = TimeSpan.FromSeconds(20), QueuedCalls = 2, Retries = 0 };
        movistar = new ResilientOperator(inner, options, TestMetrics.Unobserved(), time, NullLogger<ResilientOperator>.Instance);
        lease = new QuotaLease(movistar, time);
        lease.Start();
    }

    public void Dispose()
    {
        lease.Dispose();
        movistar.Dispose();
    }

    [Fact]
    public async Task A_create_that_waits_for_the_quota_is_ended_by_its_deadline()
    {
        Renew(concurrent: 1);
        var lookUp = LookUpAsync();
        var create = CreateAsync();

        time.Advance(TimeSpan.FromSeconds(8) - TimeSpan.FromMilliseconds(1));
        Assert.False(create.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(OperatorOutcome.Unreachable("no time left"), await create.WaitAsync(Promptly, TimeProvider.System));
        Assert.False(lookUp.IsCompleted);
    }

    [Fact]
    public async Task No_more_calls_are_under_way_than_the_quota_says_and_the_next_waits_its_turn()
    {
        Renew(concurrent: 2);
        var calls = Enumerable.Range(0, 4).Select(_ => CreateAsync()).ToArray();
        Assert.Equal(OperatorOutcome.Unreachable("busy"), await CreateAsync().WaitAsync(Promptly, TimeProvider.System));
        var first = await NextAsync();
        var second = await NextAsync();
        Assert.False(underWay.Reader.TryRead(out _));

        first.SetResult(OperatorOutcome.Accepted());
        var third = await NextAsync();
        Renew(concurrent: 3);
        var fourth = await NextAsync();

        foreach (var call in (TaskCompletionSource<OperatorOutcome>[])[second, third, fourth]) call.SetResult(OperatorOutcome.Accepted());
        Assert.All(await Task.WhenAll(calls).WaitAsync(Promptly, TimeProvider.System), outcome => Assert.Equal(OperatorOutcomeKind.Accepted, outcome.Kind));
    }

    [Fact]
    public async Task Nobody_calls_before_the_quota_is_known()
    {
        var call = CreateAsync();
        Assert.False(underWay.Reader.TryRead(out _));

        Renew(OperatorMode.Killed);

        Assert.Equal(OperatorOutcome.Unreachable("switched off"), await call.WaitAsync(Promptly, TimeProvider.System));
        Assert.False(underWay.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Where_the_first_quota_does_not_come_one_call_at_a_time_is_made()
    {
        _ = CreateAsync();
        _ = CreateAsync();
        time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, lease.Request(Silo).Held);
        Assert.False(underWay.Reader.TryRead(out _));

        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, lease.Request(Silo).Held);
        await NextAsync();
        Assert.False(underWay.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_rate_is_kept_over_time()
    {
        Renew(rate: 2);
        time.Advance(TimeSpan.FromSeconds(10));
        Renew(rate: 2);
        Assert.Null(await CallAsync());
        Assert.Null(await CallAsync());
        Assert.Equal("rate limit", await CallAsync());
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Null(await CallAsync());
        Assert.Equal("rate limit", await CallAsync());
    }

    [Fact]
    public async Task In_maintenance_no_session_is_made_but_those_that_exist_are_looked_after()
    {
        Renew(OperatorMode.Draining);
        Assert.Equal("draining", (await CreateAsync().WaitAsync(Promptly, TimeProvider.System)).Detail);
        Assert.Null(await CallAsync());
        Renew();
        _ = CreateAsync();
        await NextAsync();
    }

    [Fact]
    public async Task The_kill_switch_stops_everything_and_stays_off_when_the_lease_has_ended()
    {
        Renew(concurrent: 1);
        var made = LookUpAsync();
        var first = await NextAsync();
        var waiting = LookUpAsync();
        Renew(OperatorMode.Killed, concurrent: 1);
        Assert.Equal("switched off", await CallAsync());
        first.SetResult(OperatorOutcome.Accepted());
        Assert.Equal(OperatorOutcomeKind.Accepted, (await made.WaitAsync(Promptly, TimeProvider.System)).Kind);
        Assert.Equal("switched off", (await waiting.WaitAsync(Promptly, TimeProvider.System)).Detail);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("switched off", await CallAsync());

        Renew();
        Assert.Null(await CallAsync());
    }

    [Fact]
    public async Task A_breaker_that_any_silo_has_opened_is_open_here_for_its_time()
    {
        Renew(paused: TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(1));
        Renew(paused: TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("breaker open", await CallAsync());
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await CallAsync());
    }

    [Fact]
    public async Task The_end_of_a_pause_does_not_turn_on_an_operator_that_was_switched_off_meanwhile()
    {
        Renew(paused: TimeSpan.FromSeconds(2));
        Renew(OperatorMode.Killed);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("switched off", await CallAsync());
    }

    [Fact]
    public async Task A_quota_whose_lease_has_ended_is_one_call()
    {
        Renew(concurrent: 2);
        time.Advance(OperatorGrain.Lease);
        _ = CreateAsync();
        _ = CreateAsync();
        await NextAsync();
        Assert.False(underWay.Reader.TryRead(out _));
        Assert.Equal(1, lease.Request(Silo).Held);

        Renew(concurrent: 2);
        await NextAsync();
    }

    [Fact]
    public async Task What_was_wanted_and_what_came_of_it_is_told_once()
    {
        Renew(concurrent: 5);
        Task<OperatorOutcome>[] calls = [CreateAsync(), CreateAsync()];
        (await NextAsync()).SetResult(OperatorOutcome.Accepted());
        (await NextAsync()).SetResult(OperatorOutcome.Unknown());
        await Task.WhenAll(calls).WaitAsync(Promptly, TimeProvider.System);

        Assert.Equal(new QuotaRequest(Silo, Held: 5, Wanted: 2, Calls: 2, Unanswered: 1), lease.Request(Silo));
        Assert.Equal(new QuotaRequest(Silo, Held: 5, Wanted: 0, Calls: 0, Unanswered: 0), lease.Request(Silo));
    }

    private Task<OperatorOutcome> CreateAsync() => movistar.CreateAsync(session, default).AsTask();

    private Task<OperatorOutcome> LookUpAsync() => movistar.LookUpAsync(session, default).AsTask();

    /// <summary>A call, answered where it is made.</summary>
    /// <returns>Null, or why it was not made.</returns>
    private async Task<string?> CallAsync()
    {
        var call = LookUpAsync();
        if (underWay.Reader.TryRead(out var made)) made.SetResult(OperatorOutcome.Accepted());
        return (await call.WaitAsync(Promptly, TimeProvider.System)).Detail;
    }

    /// <summary>The next call that reaches the operator.</summary>
    private Task<TaskCompletionSource<OperatorOutcome>> NextAsync() => underWay.Reader.ReadAsync().AsTask().WaitAsync(Promptly, TimeProvider.System);

    private void Renew(OperatorMode mode = OperatorMode.Enabled, int concurrent = 10, double? rate = null, TimeSpan paused = default) =>
        lease.Renewed(new OperatorQuota(mode, concurrent, rate, paused, OperatorGrain.Lease));
}

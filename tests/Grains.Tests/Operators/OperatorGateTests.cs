using System.Net;
using QodOrleans.Core.Operators;
using QodOrleans.Grains.Operators;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Operators;

public sealed class OperatorGateTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);

    private readonly ManualTimeProvider time = new();
    private readonly OperatorGate gate;

    public OperatorGateTests() => gate = new OperatorGate(new OperatorId("movistar-es"), mostWaiting: 2, time);

    [Fact]
    public async Task No_more_calls_are_under_way_than_the_share_says_and_the_next_waits_its_turn()
    {
        Renew(concurrent: 2);
        Assert.Null(await gate.EnterAsync(isNew: true));
        Assert.Null(await gate.EnterAsync(isNew: true));
        var third = gate.EnterAsync(isNew: true).AsTask();
        var fourth = gate.EnterAsync(isNew: true).AsTask();
        Assert.Equal("busy", await gate.EnterAsync(isNew: true));
        Assert.False(third.IsCompleted);

        gate.Leave(OperatorOutcomeKind.Accepted);
        Assert.Null(await third);
        Assert.False(fourth.IsCompleted);
        Renew(concurrent: 3);
        Assert.Null(await fourth);
    }

    [Fact]
    public async Task Nobody_calls_before_the_share_is_known()
    {
        var call = gate.EnterAsync(isNew: true).AsTask();
        Assert.False(call.IsCompleted);
        Renew(OperatorMode.Killed);
        Assert.Equal("switched off", await call);
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
        Assert.Equal("draining", await gate.EnterAsync(isNew: true));
        Assert.Null(await gate.EnterAsync(isNew: false));
    }

    [Fact]
    public async Task The_kill_switch_stops_everything_and_stays_off_when_the_lease_has_ended()
    {
        Renew(OperatorMode.Killed);
        Assert.Equal("switched off", await gate.EnterAsync(isNew: false));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("switched off", await gate.EnterAsync(isNew: false));
        Renew();
        Assert.Null(await gate.EnterAsync(isNew: false));
    }

    [Fact]
    public async Task A_breaker_that_any_silo_has_opened_is_open_here_for_its_time()
    {
        Renew(paused: TimeSpan.FromSeconds(2));
        Assert.Equal("breaker open", await CallAsync());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await CallAsync());
    }

    [Fact]
    public async Task A_share_whose_lease_has_ended_is_one_call()
    {
        Renew(concurrent: 2);
        time.Advance(OperatorGrain.Lease);
        Assert.Null(await gate.EnterAsync(isNew: true));
        Assert.False(gate.EnterAsync(isNew: true).AsTask().IsCompleted);
    }

    [Fact]
    public async Task What_was_wanted_and_what_came_of_it_is_told_once()
    {
        Renew(concurrent: 5);
        await gate.EnterAsync(isNew: true);
        await gate.EnterAsync(isNew: true);
        gate.Leave(OperatorOutcomeKind.Accepted);
        gate.Leave(OperatorOutcomeKind.Unknown);

        Assert.Equal(new ShareRequest(Silo, Held: 5, Wanted: 2, Calls: 2, Unanswered: 1), gate.Ask(Silo));
        Assert.Equal(new ShareRequest(Silo, Held: 5, Wanted: 0, Calls: 0, Unanswered: 0), gate.Ask(Silo));
    }

    private async Task<string?> CallAsync()
    {
        var why = await gate.EnterAsync(isNew: true);
        if (why is null) gate.Leave(OperatorOutcomeKind.Accepted);
        return why;
    }

    private void Renew(OperatorMode mode = OperatorMode.Enabled, int concurrent = 10, double? rate = null, TimeSpan paused = default) =>
        gate.Renewed(new OperatorShare(mode, concurrent, rate, paused, OperatorGrain.Lease));
}

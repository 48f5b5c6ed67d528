using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>A session from its creation to its end, and what it keeps others from.</summary>
public abstract class SessionLifeContract<TFixture> : SessionEngineContract<TFixture> where TFixture : ISessionEngineFixture, new()
{
    [Fact]
    public async Task A_session_ends_on_its_second_and_not_before()
    {
        var session = await CreatedAsync(Request("+34600000002", seconds: 60));

        Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);

        Time.Advance(TimeSpan.FromMilliseconds(1));
        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.DurationExpired), (change.Status, change.StatusInfo));
        Assert.Equal(session.ExpiresAt, change.OccurredAt);
        await Eventually.IsTrueAsync(() => !Fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task An_expired_session_stays_readable_and_blocks_nothing()
    {
        var session = await CreatedAsync(Request("+34600000003", seconds: 60));
        Time.Advance(TimeSpan.FromSeconds(60));
        await EventAsync(session.Id, 2);

        await CreatedAsync(Request("+34600000003"));
        Assert.Equal(StatusInfo.DurationExpired, (await FoundAsync(session.Id)).StatusInfo);

        await Eventually.IsTrueAsync(async () => (await FoundAsync(session.Id)).Phase == SessionPhase.Retained);
        Time.Advance(Retention);
        await GoneAsync(session.Id);
    }

    [Fact]
    public async Task An_extension_moves_the_end()
    {
        var session = await CreatedAsync(Request("+34600000004", seconds: 60));
        Time.Advance(TimeSpan.FromSeconds(30));

        var extended = await Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(100), OneDayRemaining, default);
        Assert.Equal(TimeSpan.FromSeconds(160), extended.Session?.Duration);
        Assert.Equal(session.StartedAt + TimeSpan.FromSeconds(160), extended.Session?.ExpiresAt);

        Time.Advance(TimeSpan.FromSeconds(129));
        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StatusInfo.DurationExpired, (await EventAsync(session.Id, 2)).StatusInfo);
    }

    [Fact]
    public async Task Concurrent_extensions_add_up()
    {
        var session = await CreatedAsync(Request("+34600000005", seconds: 60));

        var extended = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(10), OneDayRemaining, default)));

        Assert.All(extended, result => Assert.Null(result.Error));
        Assert.Equal(TimeSpan.FromSeconds(160), (await FoundAsync(session.Id)).Duration);
    }

    [Fact]
    public async Task Only_an_available_session_can_be_extended()
    {
        var requested = await RequestedAfterWaitAsync(Request("+34600009001"));
        var result = await Engine.ExtendQosSessionDurationAsync(requested.Id, Alice, TimeSpan.FromSeconds(1), OneDayRemaining, default);
        Assert.Equal(SessionErrorCode.SessionInactive, result.Error?.Code);
    }

    [Fact]
    public async Task Of_concurrent_creates_on_one_flow_exactly_one_succeeds()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(n =>
            Task.Run(() => Engine.CreateSessionAsync(Request("+34600000006", caller: n % 2 == 0 ? Alice : Bob), default))));

        Assert.Single(results, result => result.Session is not null);
        Assert.Equal(99, results.Count(result => result.Error?.Code == SessionErrorCode.Conflict));
    }

    [Fact]
    public async Task Flows_that_do_not_overlap_live_side_by_side()
    {
        await CreatedAsync(Request("+34600000007", server: "198.18.0.1"));
        await CreatedAsync(Request("+34600000007", server: "198.18.0.2"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000007", server: "198.18.0.0/24"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("34600000007", server: "198.18.0.1", caller: Bob));
    }

    /// <summary>docs/conformance.md, R38.</summary>
    [Fact]
    public async Task Where_a_device_may_have_one_session_only_its_other_flows_are_refused_until_that_has_ended()
    {
        Fixture.Policy = new SessionPolicy { OneSessionPerDevice = true };
        await Fixture.CrashAndRestartAsync();

        var session = await CreatedAsync(Request("+34600000031", server: "198.18.0.1"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000031", server: "198.18.0.2"));
        await CreatedAsync(Request("+34600000032", server: "198.18.0.2"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await CreatedAsync(Request("+34600000031", server: "198.18.0.2"));
    }

    [Fact]
    public async Task A_delete_tells_the_client_and_frees_the_flow_and_the_operator()
    {
        var session = await CreatedAsync(Request("+34600000008"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);

        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.DeleteRequested), (change.Status, change.StatusInfo));
        await GoneAsync(session.Id);
        Assert.Equal(SessionErrorCode.NotFound, (await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error?.Code);
        await CreatedAsync(Request("+34600000008"));
        await Eventually.IsTrueAsync(() => !Fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task A_client_sees_no_session_of_another()
    {
        var session = await CreatedAsync(Request("+34600000009"));

        Assert.Equal(SessionErrorCode.NotOwner, (await Engine.GetSessionAsync(session.Id, Bob, default)).Error?.Code);
        Assert.Equal(SessionErrorCode.NotOwner, (await Engine.DeleteSessionAsync(session.Id, Bob, default)).Error?.Code);
        Assert.Equal(SessionErrorCode.NotOwner,
            (await Engine.ExtendQosSessionDurationAsync(session.Id, Bob, TimeSpan.FromSeconds(1), OneDayRemaining, default)).Error?.Code);
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task A_session_without_a_sink_has_no_events()
    {
        var session = await CreatedAsync(Request("+34600000010") with { Sink = null });
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        Assert.Empty(EventsOf(session.Id));
    }
}

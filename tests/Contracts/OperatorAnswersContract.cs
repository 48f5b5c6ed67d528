using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>What an operator answers, at once, late or never, and what becomes of the session then.</summary>
public abstract class OperatorAnswersContract<TFixture> : SessionEngineContract<TFixture> where TFixture : ISessionEngineFixture, new()
{
    [Fact]
    public async Task An_operator_that_accepts_at_once_makes_the_session_available_and_an_event_says_so()
    {
        var session = await CreatedAsync(Request("+34600000001"));

        Assert.Equal(QosStatus.Available, session.Status);
        Assert.Equal(Time.GetUtcNow(), session.StartedAt);
        Assert.Equal(session.StartedAt + TimeSpan.FromSeconds(300), session.ExpiresAt);
        Assert.True(Fixture.OperatorHolds(session.Id));
        var change = await EventAsync(session.Id, 1);
        Assert.Equal((QosStatus.Available, null), (change.Status, change.StatusInfo));
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task An_operator_that_confirms_later_leaves_the_session_requested_until_then()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009001"));

        Time.Advance(TimeSpan.FromSeconds(1));
        var change = await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, change.Status);
        var available = await FoundAsync(session.Id);
        Assert.Equal(session.Terms.CreatedAt + TimeSpan.FromSeconds(2), available.StartedAt);
        Assert.Equal(available.StartedAt + available.Duration, available.ExpiresAt);
    }

    [Fact]
    public async Task A_refusal_is_told_at_once_and_holds_the_flow_until_its_retention_ends()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009002"));
        Time.Advance(TimeSpan.FromSeconds(1));

        var change = await EventAsync(session.Id, 1);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.NetworkTerminated), (change.Status, change.StatusInfo));
        Assert.Equal(session.Terms.CreatedAt + TimeSpan.FromSeconds(2), change.OccurredAt);

        Time.Advance(Retention - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QosStatus.Unavailable, (await FoundAsync(session.Id)).Status);
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600009002"));

        Time.Advance(TimeSpan.FromMilliseconds(1));
        await GoneAsync(session.Id);
        await RequestedAfterWaitAsync(Request("+34600009002"));
        Assert.Single(EventsOf(session.Id));
    }

    [Fact]
    public async Task A_network_termination_is_told_when_it_happens_and_a_delete_frees_the_flow_without_an_event()
    {
        var session = await CreatedAsync(Request("+34600009003"));
        Time.Advance(TimeSpan.FromSeconds(3));

        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.NetworkTerminated), (change.Status, change.StatusInfo));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600009003"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);
        await CreatedAsync(Request("+34600009003"));
        Assert.Equal(2, EventsOf(session.Id).Count);
    }

    [Fact]
    public async Task An_operator_that_never_answers_is_asked_and_the_session_becomes_available()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009004"));

        Time.Advance(TimeSpan.FromSeconds(10));
        await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
        Assert.True(Fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task An_unreachable_operator_fails_the_create_and_leaves_nothing_behind()
    {
        var create = Engine.CreateSessionAsync(Request("+34600009005"), default);
        await DriveAsync(create);

        Assert.Equal(SessionErrorCode.OperatorUnavailable, (await create).Error?.Code);
        Assert.NotNull((await create).Error!.RetryAfter);
        var again = Engine.CreateSessionAsync(Request("+34600009005"), default);
        await DriveAsync(again);
        Assert.Equal(SessionErrorCode.OperatorUnavailable, (await again).Error?.Code);
        Assert.Empty(Fixture.Events);
    }

    [Fact]
    public async Task An_operator_that_does_not_know_the_subscriber_fails_the_create()
    {
        await RefusedAsync(SessionErrorCode.DeviceNotIdentified, Request("+34600009006"));
        await RefusedAsync(SessionErrorCode.DeviceNotIdentified, Request("+34600009006"));
    }

    [Fact]
    public async Task A_slow_operator_is_answered_for_with_requested()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009007"));

        Time.Advance(TimeSpan.FromSeconds(4));
        await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
    }

    [Fact]
    public async Task A_late_success_after_a_delete_is_released_and_never_resurrects_the_session()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009007"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);

        Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.IsTrueAsync(() => !Fixture.OperatorHolds(session.Id));
        for (var step = 0; step < 60; step++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(SessionErrorCode.NotFound, (await Engine.GetSessionAsync(session.Id, Alice, default)).Error?.Code);
        }
        await Eventually.IsTrueAsync(() => !Fixture.OperatorHolds(session.Id));
        Assert.Empty(EventsOf(session.Id));
    }

    [Fact]
    public async Task A_refused_extension_leaves_the_old_end()
    {
        var session = await CreatedAsync(Request("+34600009008"));

        var result = await Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(60), OneDayRemaining, default);

        Assert.Equal(SessionErrorCode.ExtensionRefused, result.Error?.Code);
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task A_delete_that_the_operator_fails_is_repeated_until_it_succeeds()
    {
        var session = await CreatedAsync(Request("+34600009009"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);
        await CreatedAsync(Request("+34600009009", server: "198.18.0.1"));

        await WhileTimeGoesByAsync(() => !Fixture.OperatorHolds(session.Id), TimeSpan.FromMilliseconds(500));
    }

    /// <summary>Lets time go by until the call answers: retries of an operator's call wait for the clock.</summary>
    private Task DriveAsync(Task call) => WhileTimeGoesByAsync(() => call.IsCompleted, TimeSpan.FromMilliseconds(10));
}

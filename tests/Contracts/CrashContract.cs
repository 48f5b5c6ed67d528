using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Contracts;

/// <summary>What an engine still knows and finishes after it ended without a goodbye.</summary>
public abstract class CrashContract<TFixture> : SessionEngineContract<TFixture> where TFixture : ISessionEngineFixture, new()
{
    [Fact]
    public async Task A_crash_loses_no_session_and_delays_no_end()
    {
        var lasting = await CreatedAsync(Request("+34600000012"));
        var ending = await CreatedAsync(Request("+34600000013", seconds: 30));
        await EventAsync(ending.Id, 1);

        await Fixture.CrashAndRestartAsync();
        Assert.Equal(lasting, await FoundAsync(lasting.Id));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000012"));

        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(StatusInfo.DurationExpired, (await EventAsync(ending.Id, 2)).StatusInfo);
    }

    [Fact]
    public async Task A_create_that_was_under_way_in_a_crash_is_settled_afterwards()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009004"));

        await Fixture.CrashAndRestartAsync();
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(QosStatus.Available, (await EventAsync(session.Id, 1)).Status);
    }

    [Fact]
    public async Task A_release_that_was_under_way_in_a_crash_is_finished_afterwards()
    {
        var session = await CreatedAsync(Request("+34600009009"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);

        await Fixture.CrashAndRestartAsync();
        await WhileTimeGoesByAsync(() => !Fixture.OperatorHolds(session.Id), TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_list_is_true_after_a_crash()
    {
        var session = await CreatedAsync(Request("+34600000019"));

        await Fixture.CrashAndRestartAsync();

        Assert.Equal(session, Assert.Single((await Engine.ListSessionsAsync(Alice, default)).Sessions!));
    }
}

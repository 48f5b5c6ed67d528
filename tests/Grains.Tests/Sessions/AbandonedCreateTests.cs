using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Sessions;

/// <summary>A client that was not told of its session must not find its own flow taken.</summary>
public sealed class AbandonedCreateTests : IAsyncLifetime
{
    private readonly ClusterOverMemory fixture = new();

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task A_create_that_nobody_waits_for_any_more_is_undone()
    {
        using var client = new CancellationTokenSource();
        var create = fixture.Engine.CreateSessionAsync(SlowRequest(), client.Token);
        await fixture.Time.TimerSetAsync(TimeSpan.FromSeconds(1));
        await client.CancelAsync();
        Assert.Equal(SessionErrorCode.StoreUnavailable, (await create).Error?.Code);

        // The wait for the operator runs out, and finds nobody to answer.
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.IsTrueAsync(async () =>
        {
            var again = fixture.Engine.CreateSessionAsync(SlowRequest(), default);
            await Eventually.IsTrueAsync(() =>
            {
                if (!again.IsCompleted) fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                return again.IsCompleted;
            });
            return (await again).Session is { Status: QosStatus.Requested };
        });
        Assert.Empty(fixture.Events);
        // Or the silo would wait for the operator's answers when it stops.
        fixture.Time.Advance(TimeSpan.FromSeconds(6));
    }

    /// <summary>Cancelling a call does not stop its attempts: one of them would make again what is deleted meanwhile.</summary>
    [Fact]
    public async Task Nothing_is_undone_while_an_attempt_still_counts()
    {
        (fixture.Options.AttemptTimeout, fixture.Options.CallDeadline) = (TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(2));
        var started = TimeProvider.System.GetTimestamp();
        var abandoned = await fixture.Engine.CreateSessionAsync(SlowRequest(), new CancellationToken(canceled: true));
        Assert.Equal(SessionErrorCode.StoreUnavailable, abandoned.Error?.Code);

        await Eventually.IsTrueAsync(async () =>
        {
            var due = await fixture.Store.ReadDueAsync(null, DateTimeOffset.MaxValue, 10, default);
            return due.Count == 1 && await fixture.Store.ReadAsync(due[0].Id) is { StatusInfo: StatusInfo.DeleteRequested };
        });

        Assert.True(TimeProvider.System.GetElapsedTime(started) > fixture.Options.AttemptTimeout);
        // Or the silo would wait for the operator's answer when it stops.
        fixture.Time.Advance(TimeSpan.FromSeconds(6));
    }

    /// <summary>The operator takes five seconds to answer.</summary>
    private static CreateSession SlowRequest() => new()
    {
        Caller = new Caller("alice"),
        Surface = "test",
        Device = new Device { PhoneNumber = "+34600009007" },
        ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(300),
        Sink = new Sink(new Uri("https://sink.example/"), null),
    };
}

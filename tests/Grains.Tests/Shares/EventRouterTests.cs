using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Events;
using QodOrleans.Grains.Shares;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Shares;

public sealed class EventRouterTests
{
    [Fact]
    public void After_a_change_of_the_members_a_later_event_goes_by_way_of_the_outbox_until_all_have_heard()
    {
        var clock = new ManualTimeProvider();
        var membership = new Membership(Membership.Silo(1), [Membership.Silo(1), Membership.Silo(2), Membership.Silo(3)]);
        using var shares = new SessionShares(membership);
        var dispatcher = new Recorder();
        using var services = new ServiceCollection().AddMetrics().AddSingleton<GrainMetrics>().BuildServiceProvider();
        var router = new EventRouter(
            dispatcher, shares, inboxes: null!, services.GetRequiredService<GrainMetrics>(), Options.Create(new SiloMessagingOptions { ResponseTimeout = TimeSpan.FromSeconds(5) }), clock, NullLogger<EventRouter>.Instance);
        var session = Sample.Requested();
        while (!shares.IsMine(session.Id)) session = Sample.Requested();
        clock.Advance(TimeSpan.FromMinutes(1));
        membership.Active = [Membership.Silo(1)];

        router.Dispatch(Event(1));
        shares.Refresh();
        router.Dispatch(Event(1));
        Assert.Equal(["1", "1"], dispatcher.Calls);
        router.Dispatch(Event(2));
        Assert.Equal(["1", "1", "catch up", "2"], dispatcher.Calls);

        clock.Advance(TimeSpan.FromSeconds(11));
        router.Dispatch(Event(3));
        Assert.Equal(["1", "1", "catch up", "2", "3"], dispatcher.Calls);

        QosStatusChanged Event(int sequence) => QosStatusChanged.Of(session with { EventSequence = sequence }, session.Terms.CreatedAt);
    }

    private sealed class Recorder : IEventDispatcher
    {
        public List<string> Calls { get; } = [];

        public void Dispatch(QosStatusChanged change) => Calls.Add($"{change.Sequence}");

        public void CatchUp() => Calls.Add("catch up");
    }
}

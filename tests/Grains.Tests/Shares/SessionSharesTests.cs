using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Tests.Shares;

public sealed class SessionSharesTests
{
    private static readonly SessionId[] Sessions = [.. Enumerable.Range(0, 3_000).Select(n => new SessionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(n))))];

    [Fact]
    public void Every_session_has_one_owner_on_which_all_silos_agree_and_each_has_a_fair_part()
    {
        var silos = new[] { Membership.Silo(1), Membership.Silo(2), Membership.Silo(3) };
        var views = silos.Select(self => new SessionShares(new Membership(self, silos))).ToArray();

        foreach (var session in Sessions) Assert.Single(views, view => view.IsMine(session));
        Assert.All(views, view => Assert.InRange(Sessions.Count(view.IsMine), 800, 1_200));
    }

    [Fact]
    public void When_a_silo_goes_only_its_own_sessions_move()
    {
        var silos = new[] { Membership.Silo(1), Membership.Silo(2), Membership.Silo(3) };
        var membership = new Membership(silos[0], silos);
        var shares = new SessionShares(membership);
        var before = Sessions.ToDictionary(session => session, session => shares.OwnerOf(session));
        var changes = 0;
        shares.Changed += () => changes++;

        membership.Active = silos[..2];
        shares.SiloStatusChangeNotification(silos[2], SiloStatus.Dead);
        shares.SiloStatusChangeNotification(silos[2], SiloStatus.Dead);

        Assert.Equal(1, changes);
        foreach (var session in Sessions)
        {
            if (before[session]!.Equals(silos[2])) Assert.NotEqual(silos[2], shares.OwnerOf(session));
            else Assert.Equal(before[session], shares.OwnerOf(session));
        }
    }

    [Fact]
    public void A_silo_that_knows_of_no_active_one_owns_nothing() =>
        Assert.False(new SessionShares(new Membership(Membership.Silo(1), [])).IsMine(Sessions[0]));
}

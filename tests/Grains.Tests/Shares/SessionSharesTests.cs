using System.Net;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Tests.Shares;

public sealed class SessionSharesTests
{
    private static readonly SessionId[] Sessions = [.. Enumerable.Range(0, 3_000).Select(n => new SessionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(n))))];

    [Fact]
    public void Every_session_has_one_owner_on_which_all_silos_agree_and_each_has_a_fair_part()
    {
        var silos = new[] { Silo(1), Silo(2), Silo(3) };
        var views = silos.Select(self => new SessionShares(new Membership(self, silos))).ToArray();

        foreach (var session in Sessions) Assert.Single(views, view => view.IsMine(session));
        Assert.All(views, view => Assert.InRange(Sessions.Count(view.IsMine), 800, 1_200));
    }

    [Fact]
    public void When_a_silo_goes_only_its_own_sessions_move()
    {
        var silos = new[] { Silo(1), Silo(2), Silo(3) };
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
        Assert.False(new SessionShares(new Membership(Silo(1), [])).IsMine(Sessions[0]));

    private static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_110 + number), 1);

    private sealed class Membership(SiloAddress self, SiloAddress[] active) : ISiloStatusOracle
    {
        public SiloAddress[] Active { get; set; } = active;

        public SiloStatus CurrentStatus => SiloStatus.Active;

        public string SiloName => "test";

        public SiloAddress SiloAddress => self;

        public SiloAddress[] GetActiveSilos() => Active;

        public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) => Active.Contains(siloAddress) ? SiloStatus.Active : SiloStatus.Dead;

        public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) => Active.ToDictionary(silo => silo, _ => SiloStatus.Active);

        public bool TryGetSiloName(SiloAddress siloAddress, out string siloName)
        {
            siloName = "test";
            return true;
        }

        public bool IsFunctionalDirectory(SiloAddress siloAddress) => true;

        public bool IsDeadSilo(SiloAddress silo) => !Active.Contains(silo);

        public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer) => true;

        public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer) => true;
    }
}

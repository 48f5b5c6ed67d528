using System.Net;

namespace QodOrleans.Grains.Tests.Shares;

/// <summary>The members, as a test says.</summary>
internal sealed class Membership(SiloAddress self, SiloAddress[] active) : ISiloStatusOracle
{
    public static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_110 + number), 1);

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

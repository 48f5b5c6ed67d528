using Orleans.Runtime.Placement;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Shares;

/// <summary>Places a grain whose key is a session's id on the silo that looks after the session: then a due call and an event have no way to go.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByShareAttribute() : PlacementAttribute(new ByShare());

[Serializable, GenerateSerializer, Immutable, Alias("qod.by-share")]
internal sealed class ByShare : PlacementStrategy;

internal sealed class ByShareDirector(SessionShares shares) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var compatible = context.GetCompatibleSilos(target);
        var owner = shares.OwnerOf(new SessionId(target.GrainIdentity.GetGuidKey()));
        // During an upgrade not every silo may know the grain's version; any that does will do.
        return Task.FromResult(owner is not null && compatible.Contains(owner) ? owner : compatible[Random.Shared.Next(compatible.Length)]);
    }
}

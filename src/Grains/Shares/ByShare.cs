using Orleans.Runtime.Placement;

namespace QodOrleans.Grains.Shares;

/// <summary>Places a grain with a <see cref="Guid"/> key on its owner (<see cref="SessionShares"/>). So a due call and an event of a session stay within one
/// silo.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByShareAttribute() : PlacementAttribute(new ByShare());

[Serializable, GenerateSerializer, Immutable, Alias("qod.by-share")]
internal sealed class ByShare : PlacementStrategy;

/// <summary>Used where <see cref="ShareAddresses"/> gives no address: this silo knows of no active member, or the silo to which the call was sent has sent it
/// back.</summary>
internal sealed class ByShareDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(SessionShares.OwnerAmong(target.GrainIdentity.GetGuidKey(), context.GetCompatibleSilos(target)));
}

using Orleans.Runtime.Placement;

namespace QodOrleans.Grains.Shares;

/// <summary>Places a grain with a <see cref="Guid"/> key on the silo whose share it is. For a session that is the silo that looks after it, so that a
/// due call and an event have no way to go.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByShareAttribute() : PlacementAttribute(new ByShare());

[Serializable, GenerateSerializer, Immutable, Alias("qod.by-share")]
internal sealed class ByShare : PlacementStrategy;

/// <summary>Asked where <see cref="ShareAddresses"/> cannot say: this silo knows of no active one, or the call has come back from the one it was sent
/// to.</summary>
internal sealed class ByShareDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(SessionShares.OwnerAmong(target.GrainIdentity.GetGuidKey(), context.GetCompatibleSilos(target)));
}

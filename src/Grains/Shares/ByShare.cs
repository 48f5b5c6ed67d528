using Orleans.GrainDirectory;
using Orleans.Runtime.Placement;

namespace QodOrleans.Grains.Shares;

/// <summary>Places a grain with a <see cref="Guid"/> key on the silo whose share it is. For a session that is the silo that looks after it, so that a
/// due call and an event have no way to go.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByShareAttribute() : PlacementAttribute(new ByShare());

[Serializable, GenerateSerializer, Immutable, Alias("qod.by-share")]
internal sealed class ByShare : PlacementStrategy;

internal sealed class ByShareDirector(SessionShares shares) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var compatible = context.GetCompatibleSilos(target);
        var owner = shares.OwnerOf(target.GrainIdentity.GetGuidKey());
        // During an upgrade not every silo may know the grain's version; any that does will do.
        return Task.FromResult(owner is not null && compatible.Contains(owner) ? owner : compatible[Random.Shared.Next(compatible.Length)]);
    }
}

/// <summary>Where the grains are that are placed by share: nowhere written down, since every silo can work it out. Neither making an activation nor finding one
/// asks another silo.</summary>
/// <remarks>It promises less than a directory that is kept: while the members change, and until it is idle, there may be an activation on a silo that is not
/// the owner any more. These grains take that: their memory is only a cache, and the fences of the store decide.</remarks>
internal sealed class ShareDirectory : IGrainDirectory
{
    public const string Name = "shares";

    /// <returns>Null: then it is placed, which finds where it is.</returns>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}

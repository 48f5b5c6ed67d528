using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;

namespace QodOrleans.Grains.Shares;

/// <summary>The grain directory of the grains that are placed on their owner. It stores nothing, since every silo can compute the owner. So no other silo is
/// asked, neither to make an activation nor to find one.</summary>
/// <remarks>It promises less than a directory that stores addresses. After a change of the members, calls may for a moment reach a silo that is no longer the
/// owner, or not yet, and make an activation there. These grains allow for that: their memory is only a cache, and the store's fences decide.</remarks>
internal sealed class ShareDirectory : IGrainDirectory
{
    public const string Name = "shares";

    /// <returns>Always null: Orleans then places the grain, and the placement finds its owner.</returns>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}

/// <summary>Replaces Orleans's cache of addresses for named directories (<see cref="ShareDirectory"/> is the only one). It gives the owner by the members of
/// this moment. A cached address would go on sending calls to a former owner for as long as it is used.</summary>
internal sealed class ShareAddresses(SessionShares shares, GrainTypeResolver types) : IGrainDirectoryCache
{
    private readonly FrozenSet<GrainType> byShare = typeof(ByShareAttribute).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(ByShareAttribute), inherit: false))
        .Select(types.GetGrainType)
        .ToFrozenSet();

    public IEnumerable<(GrainAddress ActivationAddress, int Version)> KeyValues => [];

    public bool LookUp(GrainId key, [MaybeNullWhen(false)] out GrainAddress result, out int version)
    {
        version = 0;
        result = byShare.Contains(key.Type) && shares.OwnerOf(key.GetGuidKey()) is { } owner ? new GrainAddress { GrainId = key, SiloAddress = owner } : null;
        return result is not null;
    }

    public void AddOrUpdate(GrainAddress value, int version)
    {
    }

    public bool Remove(GrainId key) => false;

    public bool Remove(GrainAddress key) => false;

    public void Clear()
    {
    }
}

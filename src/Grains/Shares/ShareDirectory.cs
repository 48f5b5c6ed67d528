using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;

namespace QodOrleans.Grains.Shares;

/// <summary>Where the grains are that are placed by share: nowhere written down, since every silo can work it out. Neither making an activation nor finding one
/// asks another silo.</summary>
/// <remarks>It promises less than a directory that is kept: while news of a change of the members travels, calls may reach a silo that is the owner no more, or
/// not yet, and make an activation there. These grains take that: their memory is only a cache, and the fences of the store decide.</remarks>
internal sealed class ShareDirectory : IGrainDirectory
{
    public const string Name = "shares";

    /// <returns>Null: then the grain is placed, which finds where it is.</returns>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}

/// <summary>In place of what Orleans remembers of addresses in named directories, of which <see cref="ShareDirectory"/> is the only one: the owner by the
/// members of this moment. A remembered address would go on drawing calls to a former owner for as long as it is used.</summary>
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

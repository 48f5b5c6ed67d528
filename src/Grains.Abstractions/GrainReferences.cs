namespace QodOrleans.Grains.Abstractions;

/// <summary>References to grains of one interface, by another one of theirs. Orleans reads the attributes of an interface anew for every reference
/// that is asked for by its type; these are resolved once.</summary>
internal class GrainReferences<TGrain, TAspect>(IGrainFactory grains) where TGrain : class, IGrainWithGuidKey where TAspect : class, IAddressable
{
    private Names? names;

    public TAspect Of(Guid key)
    {
        if (names is { } known) return (TAspect)grains.GetGrain(GrainId.Create(known.Grain, GrainIdKeyExtensions.CreateGuidKey(key)), known.Interface);

        // A client that is not connected yet does not know which grain implements the interface, and says so here.
        var first = grains.GetGrain<TGrain>(key).AsReference<TAspect>();
        names = new Names(first.GetGrainId().Type, ((GrainReference)(object)first).InterfaceType);
        return first;
    }

    private sealed record Names(GrainType Grain, GrainInterfaceType Interface);
}

/// <inheritdoc />
internal sealed class GrainReferences<TGrain>(IGrainFactory grains) : GrainReferences<TGrain, TGrain>(grains) where TGrain : class, IGrainWithGuidKey;

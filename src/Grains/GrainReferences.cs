namespace QodOrleans.Grains;

/// <summary>References to grains of one interface. Orleans reads the attributes of an interface anew for every reference that is asked for by its type; these
/// are resolved once.</summary>
internal sealed class GrainReferences<TGrain>(IGrainFactory grains) where TGrain : class, IGrainWithGuidKey
{
    private Names? names;

    public TGrain Of(Guid key)
    {
        if (names is { } known) return (TGrain)grains.GetGrain(GrainId.Create(known.Grain, GrainIdKeyExtensions.CreateGuidKey(key)), known.Interface);

        // A client that is not connected yet does not know which grain implements the interface, and says so here.
        var first = grains.GetGrain<TGrain>(key);
        names = new Names(first.GetGrainId().Type, ((GrainReference)(object)first).InterfaceType);
        return first;
    }

    private sealed record Names(GrainType Grain, GrainInterfaceType Interface);
}

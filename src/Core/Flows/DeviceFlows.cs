using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Flows;

/// <summary>What holds a device's flows, as the owner of the device knows it. The store's fence tells whether that is still all.</summary>
/// <param name="Fence">The device's fence when this was read; 0 where the store has never heard of the device.</param>
public sealed record DeviceFlows(long Fence, IReadOnlyDictionary<SessionId, Flow> Held)
{
    /// <summary>A device that has not been asked for yet.</summary>
    public static readonly DeviceFlows Unknown = new(0, new Dictionary<SessionId, Flow>());

    public bool Conflicts(Flow flow)
    {
        foreach (var (_, held) in Held)
            if (held.Overlaps(flow)) return true;
        return false;
    }

    public DeviceFlows With(SessionId id, Flow flow, long fence) => new(fence, new Dictionary<SessionId, Flow>(Held) { [id] = flow });

    public DeviceFlows Without(SessionId id)
    {
        if (!Held.ContainsKey(id)) return this;
        var rest = new Dictionary<SessionId, Flow>(Held);
        rest.Remove(id);
        return this with { Held = rest };
    }
}

using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Flows;

/// <summary>The sessions that hold a device's flows, as the device's owner knows them. The fence shows whether there has been another one since.</summary>
/// <param name="Fence">The device's fence when this was read; 0 if the store has no such device.</param>
public sealed record DeviceFlows(long Fence, IReadOnlyDictionary<SessionId, Flow> Held)
{
    /// <summary>For a device that has not been read yet.</summary>
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

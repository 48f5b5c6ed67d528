using System.Buffers.Binary;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Shares;

/// <summary>Which silo owns which session. The owner runs the session's grain, calls it when it is due, and delivers its events. Every silo computes the owner
/// by itself from the list of active members: it is the member with the highest hash of itself and the session's id (rendezvous hashing). So when a member
/// comes or goes, only its own sessions move. Devices have owners in the same way.</summary>
/// <remarks>After a change of the members, two silos may disagree for a moment. That does no harm: due calls are idempotent, the store's fences refuse old
/// writes, and events may arrive twice.</remarks>
public sealed class SessionShares : ISiloStatusListener, IDisposable
{
    private readonly ISiloStatusOracle oracle;
    private volatile Members members;

    public SessionShares(ISiloStatusOracle oracle)
    {
        this.oracle = oracle;
        members = Active();
        oracle.SubscribeToSiloStatusEvents(this);
    }

    /// <summary>Raised when the active members have changed. Handlers must return at once and not throw.</summary>
    public event Action? Changed;

    /// <summary>This silo.</summary>
    public SiloAddress Self => oracle.SiloAddress;

    /// <summary>The other active silos.</summary>
    public IEnumerable<SiloAddress> Others => members.Silos.Where(silo => !silo.Equals(Self));

    public bool IsMine(SessionId session) => OwnerOf(session) is { } owner && owner.Equals(Self);

    /// <inheritdoc cref="OwnerOf(Guid)" />
    public SiloAddress? OwnerOf(SessionId session) => OwnerOf(session.Value);

    public bool IsActive(SiloAddress silo) => Array.IndexOf(members.Silos, silo) >= 0;

    /// <returns>Null while this silo knows of no active member.</returns>
    public SiloAddress? OwnerOf(Guid id)
    {
        var current = members;
        var key = KeyOf(id);
        SiloAddress? owner = null;
        ulong highest = 0;
        for (var i = 0; i < current.Silos.Length; i++)
        {
            var rank = Mix(key ^ current.Hashes[i]);
            if (owner is not null && rank <= highest) continue;
            (owner, highest) = (current.Silos[i], rank);
        }
        return owner;
    }

    /// <summary>The owner if these silos, at least one, were the active members.</summary>
    public static SiloAddress OwnerAmong(Guid id, IEnumerable<SiloAddress> silos)
    {
        var key = KeyOf(id);
        return silos.MaxBy(silo => Mix(key ^ HashOf(silo)))!;
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => Refresh();

    /// <summary>Reads the members again. Needed because a notification can come before the change itself can be read.</summary>
    public void Refresh()
    {
        var now = Active();
        if (now.Silos.AsSpan().SequenceEqual(members.Silos)) return;
        members = now;
        Changed?.Invoke();
    }

    public void Dispose() => oracle.UnSubscribeFromSiloStatusEvents(this);

    private Members Active()
    {
        SiloAddress[] silos = [.. oracle.GetApproximateSiloStatuses(onlyActive: true).Keys.Order()];
        return new Members(silos, [.. silos.Select(HashOf)]);
    }

    private static ulong HashOf(SiloAddress silo) => Mix((uint)silo.GetConsistentHashCode());

    private static ulong KeyOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }

    // The finalizer of SplitMix64: one changed bit in changes half of those that come out.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    private sealed record Members(SiloAddress[] Silos, ulong[] Hashes);
}

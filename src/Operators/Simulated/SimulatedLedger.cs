using System.Diagnostics.CodeAnalysis;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Operators.Simulated;

/// <summary>The sessions that the simulated network holds. It forgets nothing until it is told to, and everything when the process ends.</summary>
/// <remarks>Every id is kept, though only unconfirmed creates are ever looked up: a leaked session can only be seen where all are. A million
/// live ones cost about 50 bytes each, as entries in plain dictionaries. A <c>ConcurrentDictionary</c> would take an object more per
/// session, and would stop all callers while it grows to the next size; here a 64th of them stops for a 64th of the time.</remarks>
internal sealed class SimulatedLedger
{
    private const int ShardCount = 64;

    private readonly Shard[] shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];

    public int Count => shards.Sum(shard => shard.Count);

    /// <returns>False, and the one that was there before, where the id is taken.</returns>
    public bool TryAdd(SessionId id, HeldSession session, out HeldSession held) => ShardOf(id).TryAdd(id, session, out held);

    public bool TryGet(SessionId id, [NotNullWhen(true)] out HeldSession? held) => ShardOf(id).TryGet(id, out held);

    public bool Remove(SessionId id, [NotNullWhen(true)] out HeldSession? held) => ShardOf(id).Remove(id, out held);

    /// <summary>Removes it unless it is another one by now.</summary>
    public bool Remove(SessionId id, HeldSession held) => ShardOf(id).Remove(id, held);

    /// <summary>A copy, each shard as it is at some moment of the call.</summary>
    public IEnumerable<KeyValuePair<SessionId, HeldSession>> Snapshot() => shards.SelectMany(shard => shard.Snapshot());

    private Shard ShardOf(SessionId id) => shards[id.GetHashCode() & (ShardCount - 1)];

    private sealed class Shard
    {
        private readonly Lock gate = new();
        private readonly Dictionary<SessionId, HeldSession> sessions = [];

        public int Count
        {
            get
            {
                lock (gate) return sessions.Count;
            }
        }

        public bool TryAdd(SessionId id, HeldSession session, out HeldSession held)
        {
            lock (gate)
            {
                if (sessions.TryGetValue(id, out var before))
                {
                    held = before;
                    return false;
                }
                sessions.Add(id, held = session);
                return true;
            }
        }

        public bool TryGet(SessionId id, [NotNullWhen(true)] out HeldSession? held)
        {
            lock (gate) return sessions.TryGetValue(id, out held);
        }

        public bool Remove(SessionId id, [NotNullWhen(true)] out HeldSession? held)
        {
            lock (gate) return sessions.Remove(id, out held);
        }

        public bool Remove(SessionId id, HeldSession held)
        {
            lock (gate) return sessions.TryGetValue(id, out var still) && still == held && sessions.Remove(id);
        }

        public KeyValuePair<SessionId, HeldSession>[] Snapshot()
        {
            lock (gate) return [.. sessions];
        }
    }
}

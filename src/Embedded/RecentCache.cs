using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace QodOrleans.Embedded;

/// <summary>The values used last, in bounded memory: two generations, of which the older is dropped whole when the younger is full.</summary>
/// <remarks>Reads are free of locks. Writes to one key must come from its mailbox: that is what keeps an older value from replacing a newer.</remarks>
internal sealed class RecentCache<TKey, TValue>(int capacity) where TKey : notnull where TValue : class
{
    private readonly int generationSize = Math.Max(1, capacity / 2);
    private volatile Generations generations = new(New(), New());
    private int youngCount;

    /// <summary>May be called from anywhere.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        var (young, old) = generations;
        return young.TryGetValue(key, out value) || old.TryGetValue(key, out value);
    }

    /// <summary>From the key's mailbox only.</summary>
    public void Set(TKey key, TValue value)
    {
        var (young, old) = generations;
        if (young.TryAdd(key, value))
        {
            old.TryRemove(key, out _);
            if (Interlocked.Increment(ref youngCount) == generationSize) Age(young);
        }
        else
        {
            young[key] = value;
        }
    }

    /// <summary>From the key's mailbox only.</summary>
    public void Remove(TKey key)
    {
        var (young, old) = generations;
        young.TryRemove(key, out _);
        old.TryRemove(key, out _);
    }

    private void Age(ConcurrentDictionary<TKey, TValue> young)
    {
        generations = new Generations(New(), young);
        Volatile.Write(ref youngCount, 0);
    }

    private static ConcurrentDictionary<TKey, TValue> New() => new();

    private sealed record Generations(ConcurrentDictionary<TKey, TValue> Young, ConcurrentDictionary<TKey, TValue> Old);
}

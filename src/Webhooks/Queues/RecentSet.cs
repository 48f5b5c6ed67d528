namespace QodOrleans.Webhooks.Queues;

/// <summary>Remembers the last so many of what was put in.</summary>
internal sealed class RecentSet<T>(int capacity)
{
    private readonly HashSet<T> set = [];
    private readonly Queue<T> order = [];

    public void Add(T item)
    {
        if (!set.Add(item)) return;
        order.Enqueue(item);
        if (order.Count > capacity) set.Remove(order.Dequeue());
    }

    public bool Contains(T item) => set.Count > 0 && set.Contains(item);
}

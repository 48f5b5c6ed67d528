namespace QodOrleans.Webhooks.Queues;

/// <summary>Whether the outbox holds events that memory does not: of one sink, or of all sinks that have no queue.</summary>
internal sealed class Backlog
{
    /// <summary>It may. Then an event whose predecessors are not known to be done must not overtake them.</summary>
    public bool Behind { get; set; }

    /// <summary>Something was left out where the running scan does not look any more: another scan is needed.</summary>
    public bool Missed { get; set; }

    public void Add(Backlog other)
    {
        Behind |= other.Behind;
        Missed |= other.Missed;
    }

    public Backlog Copy() => new() { Behind = Behind, Missed = Missed };
}

namespace QodOrleans.Webhooks.Queues;

/// <summary>Whether the outbox holds events that memory does not: of one sink, or of all sinks that have no queue.</summary>
internal sealed class BacklogFlags
{
    /// <summary>It may hold some. Then an event must wait in the outbox if older events of its session may still be there.</summary>
    public bool Behind { get; set; }

    /// <summary>An event was left in the outbox at a place that the running scan has passed. Another scan is needed.</summary>
    public bool Missed { get; set; }

    public void Add(BacklogFlags other)
    {
        Behind |= other.Behind;
        Missed |= other.Missed;
    }

    public BacklogFlags Copy() => new() { Behind = Behind, Missed = Missed };
}

using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Queues;

/// <summary>How an event ended, until the outbox knows.</summary>
/// <param name="DeadLetterReason">Null when it was delivered.</param>
internal readonly record struct Conclusion(QosStatusChanged Change, string? DeadLetterReason);

/// <summary>The events of one session that memory holds: without a gap, first those concluded that the outbox does not know of yet, then those to
/// be delivered. Nothing older of this session is left anywhere.</summary>
internal sealed class SessionEvents(SessionId id, SinkQueue sink)
{
    private readonly Queue<QosStatusChanged> toDeliver = new(1);
    private readonly Queue<Conclusion> concluded = new(1);

    public SessionId Id { get; } = id;

    public SinkQueue Sink { get; } = sink;

    /// <summary>Sequence of the newest event.</summary>
    public int Last { get; private set; }

    /// <summary>Failed attempts at the first event to be delivered.</summary>
    public int Attempts { get; private set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether any of it was read from the outbox: the engine may still dispatch that one.</summary>
    public bool CameFromOutbox { get; set; }

    /// <summary>Whether the outbox is being told of its conclusions.</summary>
    public bool IsBeingAcknowledged { get; set; }

    public bool HasMore => toDeliver.Count > 0;

    public bool HasConclusions => concluded.Count > 0;

    /// <summary>The event to be delivered next.</summary>
    public QosStatusChanged Head => toDeliver.Peek();

    /// <summary>Read by the worker that delivers it, outside the lock.</summary>
    public QosStatusChanged? UnderWay { get; set; }

    public bool Holds(int sequence) => sequence <= Last && sequence > Last - toDeliver.Count - concluded.Count;

    /// <returns>Whether it is the only one to be delivered.</returns>
    public bool Append(QosStatusChanged change)
    {
        Last = change.Sequence;
        toDeliver.Enqueue(change);
        return toDeliver.Count == 1;
    }

    public void Fail(string why)
    {
        Attempts++;
        Trouble = why;
    }

    public void Conclude(string? deadLetterReason)
    {
        concluded.Enqueue(new Conclusion(toDeliver.Dequeue(), deadLetterReason));
        Attempts = 0;
        Trouble = null;
    }

    /// <summary>Forgets what is to be delivered.</summary>
    /// <returns>How many events that were.</returns>
    public int Drop()
    {
        var dropped = toDeliver.Count;
        toDeliver.Clear();
        Last -= dropped;
        Attempts = 0;
        Trouble = null;
        return dropped;
    }

    public Conclusion FirstConclusion => concluded.Peek();

    public Conclusion Forget() => concluded.Dequeue();
}

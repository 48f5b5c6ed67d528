using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Queues;

/// <summary>How an event ended. Kept until it is marked in the outbox.</summary>
/// <param name="DeadLetterReason">Null when it was delivered.</param>
internal readonly record struct Conclusion(QosStatusChanged Change, string? DeadLetterReason);

/// <summary>The events of one session that memory holds, in order and without a gap. First come events that have ended but are not yet marked in the outbox,
/// then events to be delivered. All older events of the session have ended and are marked.</summary>
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

    /// <summary>Whether one of its events was read from the outbox. The engine may dispatch that event too, a moment later.</summary>
    public bool CameFromOutbox { get; set; }

    /// <summary>Whether its ended events are being marked in the outbox.</summary>
    public bool IsBeingAcknowledged { get; set; }

    public bool HasMore => toDeliver.Count > 0;

    public bool HasConclusions => concluded.Count > 0;

    /// <summary>The event to be delivered next.</summary>
    public QosStatusChanged Head => toDeliver.Peek();

    /// <summary>The event that is being delivered. The worker reads it without the lock.</summary>
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

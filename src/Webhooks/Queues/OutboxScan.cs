using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Queues;

/// <summary>How far a scan over the outbox has come. The outbox is ordered by session, so a session before the place reached is known: what
/// was pending of it is in memory, or was left out and its sink's <see cref="Backlog.Missed"/> says so.</summary>
internal sealed class OutboxScan
{
    // Bounds the memory of one slow read.
    private const int MostMeanwhile = 10_000;

    private readonly List<QosStatusChanged> meanwhile = [];
    private SessionId? reached;
    private bool complete;

    public bool IsRunning { get; private set; }

    /// <summary>A page is being read: what is committed now may or may not be in it.</summary>
    public bool IsReading { get; private set; }

    /// <summary>The session that the page now being placed could not be given room for: its later events must wait too.</summary>
    public SessionId? LeftOut { get; set; }

    public void Begin()
    {
        IsRunning = true;
        reached = null;
        complete = false;
        LeftOut = null;
    }

    public void BeginRead() => IsReading = true;

    public void FailRead()
    {
        // The next read starts after all of these were committed.
        meanwhile.Clear();
        IsReading = false;
    }

    /// <returns>What was left to this scan while the page was read: those of sessions that are passed now must be placed, the others are
    /// still ahead.</returns>
    public QosStatusChanged[] EndRead(SessionId? last, bool isLast)
    {
        if (last is not null) reached = last;
        complete = isLast;
        IsReading = false;
        QosStatusChanged[] passed = [.. meanwhile.Where(change => HasPassed(change.SessionId))];
        meanwhile.Clear();
        return passed;
    }

    public void End() => IsRunning = false;

    /// <summary>All that was pending of this session has been seen. The last session of a page may go on in the next.</summary>
    public bool HasPassed(SessionId id) => IsRunning && (complete || (reached is { } place && id.Value.CompareTo(place.Value) < 0));

    /// <summary>Leaves a committed event to this scan.</summary>
    /// <returns>False if it would not come across it.</returns>
    public bool WillMeet(QosStatusChanged change)
    {
        if (!IsRunning || HasPassed(change.SessionId)) return false;
        if (!IsReading) return true;
        if (meanwhile.Count == MostMeanwhile) return false;
        meanwhile.Add(change);
        return true;
    }
}

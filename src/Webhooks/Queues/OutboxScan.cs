using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Queues;

/// <summary>How far a scan over the outbox has come. The outbox is ordered by session, so a session before the place reached is known: what
/// was pending of it is in memory, or was left out and its sink's <see cref="BacklogFlags.Missed"/> says so.</summary>
internal sealed class OutboxScan
{
    // Bounds the memory of one slow read.
    private const int MostMeanwhile = 10_000;

    private readonly List<QosStatusChanged> meanwhile = [];
    private SessionId? reached;
    private bool complete;

    public bool IsRunning { get; private set; }

    /// <summary>Whether a page is being read. An event that is committed now may be in it or not.</summary>
    public bool IsReading { get; private set; }

    /// <summary>The session whose event of this page found no room in memory. Its later events must wait too.</summary>
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

    /// <returns>The events that were left to this scan while the page was read. Those of sessions that it has passed now must be placed; it will come to the
    /// others.</returns>
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

    /// <summary>Whether the scan has seen all pending events of this session. The last session of a page may have more in the next page.</summary>
    public bool HasPassed(SessionId id) => IsRunning && (complete || (reached is { } place && id.Value.CompareTo(place.Value) < 0));

    /// <summary>Leaves a committed event to this scan.</summary>
    /// <returns>False if the scan would not find it.</returns>
    public bool WillMeet(QosStatusChanged change)
    {
        if (!IsRunning || HasPassed(change.SessionId)) return false;
        if (!IsReading) return true;
        if (meanwhile.Count == MostMeanwhile) return false;
        meanwhile.Add(change);
        return true;
    }
}

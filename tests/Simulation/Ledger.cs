using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>A change that a client must hear of.</summary>
/// <param name="By">The process that stored it.</param>
/// <param name="IsByOwner">That process tells the session's events, too, as far as it knew.</param>
internal readonly record struct Change(SessionId Session, QosStatus Status, StatusInfo? Info, string Sink, Node By, bool IsByOwner);

/// <summary>All that was ever stored, in order: what answers are measured by.</summary>
internal sealed class Ledger(World world)
{
    private readonly Dictionary<SessionId, List<Entry>> sessions = [];
    private readonly Dictionary<DeviceKey, List<SessionId>> devices = [];
    private readonly HashSet<SessionId> acknowledged = [];
    private readonly HashSet<SessionId> givenUp = [];
    private readonly Dictionary<SessionId, TimeSpan> granted = [];

    /// <summary>How many sessions were made.</summary>
    public int Made => sessions.Count;

    public List<Change> Changes { get; } = [];

    public DateTimeOffset LatestEnd { get; private set; }

    /// <summary>A client was told of it: from now on it is to be found.</summary>
    public void Acknowledge(SessionId id) => acknowledged.Add(id);

    /// <summary>Its client, or who acts for it, has asked for its end.</summary>
    public void GiveUp(SessionId id) => givenUp.Add(id);

    /// <summary>A client asks for more time.</summary>
    public void Grant(SessionId id, TimeSpan most) => granted[id] = granted.GetValueOrDefault(id) + most;

    public QosSession? Row(SessionId id) => sessions.TryGetValue(id, out var entries) ? entries[^1].Row : null;

    /// <summary>Takes note of a commit that has passed, and looks whether it was allowed to.</summary>
    public void Committed(QosSession after, Node by)
    {
        if (!sessions.TryGetValue(after.Id, out var entries))
        {
            sessions[after.Id] = entries = [];
            if (!devices.TryGetValue(after.Terms.DeviceKey, out var ids)) devices[after.Terms.DeviceKey] = ids = [];
            ids.Add(after.Id);
        }
        var before = entries.Count > 0 ? entries[^1].Row : null;
        if (before is null && entries.Count > 0 && IsOver(entries[^1].Last)) world.Violate($"6: {Name(after)} is over, and is made again");
        entries.Add(new Entry(world.Scheduler.Steps, world.Scheduler.Now, after.IsGone ? null : after, after));
        if (world.Trace.IsOn)
        {
            var due = (after.DueAt - Clock.Start).TotalSeconds;
            world.Trace.Note($"{by} commits {world.Trace.Name(after.Id)} {after.Phase} {after.StatusInfo} version {after.Version}, due {due:0.000}");
        }

        CheckStatus(before, after, by);
        if (after.HoldsFlow && before is not { HoldsFlow: true }) CheckFlow(after);
        if (after.IsGone) CheckRetention(after, by);
        if (after.Duration > (before?.Duration ?? after.Duration)) CheckExtension(entries[0].Row!, after);
        if (after.ExpiresAt > LatestEnd) LatestEnd = after.ExpiresAt;
        if (IsTold(before, after))
            Changes.Add(new Change(after.Id, after.Status, after.StatusInfo, after.Terms.Sink!.Url.Host, by, by is Silo silo && silo.IsOurs(after.Id)));
    }

    /// <returns>When its row went; the end of time while it is there.</returns>
    public TimeSpan GoneAt(SessionId id) => sessions.TryGetValue(id, out var entries) && entries[^1].Row is null ? entries[^1].At : TimeSpan.MaxValue;

    /// <summary>Whether the store held such a row (null: none) at any time since that step.</summary>
    public bool WasSince(long step, SessionId id, Func<QosSession?, bool> such)
    {
        if (!sessions.TryGetValue(id, out var entries)) return such(null);
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (such(entries[i].Row)) return true;
            if (entries[i].Since < step) return false;
        }
        return such(null);
    }

    /// <summary>Whether another session held a part of that flow at any time since that step.</summary>
    public bool WasHeldSince(long step, DeviceKey device, Flow flow, SessionId except) =>
        devices.TryGetValue(device, out var ids)
        && ids.Exists(id => id != except && WasSince(step, id, row => row is { HoldsFlow: true } && row.Flow.Overlaps(flow)));

    // -- What must always hold --------------------------------------------------------------------------------------------------------

    private void CheckStatus(QosSession? before, QosSession after, Node by)
    {
        if (before is null) return;
        if (after.Status < before.Status) world.Violate($"6: {Name(after)} went back from {before.Status} to {after.Status}");
        if (after.IsVisible && !before.IsVisible) world.Violate($"6: {Name(after)} is seen again after its end");
        if (after.EventSequence < before.EventSequence) world.Violate($"5: the events of {Name(after)} are counted back");
        if (before.Status != QosStatus.Unavailable && after.StatusInfo == StatusInfo.DurationExpired && by.Clock.Latest < before.ExpiresAt)
            world.Violate($"7: {Name(after)} expired at {by} by {by.Clock.Latest:O}, which is before {before.ExpiresAt:O}");
    }

    /// <summary>A create that failed as a whole may be repeated with the same id: nobody was told of it.</summary>
    private static bool IsOver(QosSession gone) => gone.StatusInfo == StatusInfo.DeleteRequested || gone.EventSequence > 0;

    private void CheckFlow(QosSession after)
    {
        foreach (var id in devices[after.Terms.DeviceKey])
            if (id != after.Id && Row(id) is { HoldsFlow: true } other && other.Flow.Overlaps(after.Flow))
                world.Violate($"4: {Name(after)} and {Name(other)} hold one flow of a device");
    }

    private void CheckRetention(QosSession gone, Node by)
    {
        if (!acknowledged.Contains(gone.Id) || givenUp.Contains(gone.Id)) return;
        if (gone.EndedAt is not { } ended || by.Clock.Latest < ended + World.Policy.UnavailableRetention)
            world.Violate($"1: {Name(gone)} was acknowledged and is gone before its retention is over");
    }

    private void CheckExtension(QosSession first, QosSession after)
    {
        if (after.Duration - first.Duration > granted.GetValueOrDefault(after.Id))
            world.Violate($"an extension of {Name(after)} was granted twice: {first.Duration} became {after.Duration}");
    }

    /// <summary>The client is told of AVAILABLE and of the end; but not that it gave up what it never had.</summary>
    private static bool IsTold(QosSession? before, QosSession after) =>
        before is not null && after.Terms.Sink is not null && before.Status != after.Status
        && !(before.Status == QosStatus.Requested && (after.StatusInfo == StatusInfo.DeleteRequested || after.IsGone));

    private string Name(QosSession session) => $"{world.Trace.Name(session.Id)} ({session.Id})";

    /// <param name="Row">Null: there is none.</param>
    /// <param name="Last">The row, or what it was when it went.</param>
    private readonly record struct Entry(long Since, TimeSpan At, QosSession? Row, QosSession Last);
}

using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Tests.Sessions;

namespace QodOrleans.Core.Tests.Notifications;

public sealed class QosStatusChangedTests
{
    private static QosSession Told(int sequence, SessionId? id = null)
    {
        var session = Story.Play("create 60s | operator accepts").Session;
        return session with { Id = id ?? session.Id, EventSequence = sequence };
    }

    /// <summary>A literal: an id that changes with a release would make a retried event look new to its sink.</summary>
    [Fact]
    public void The_id_depends_on_session_and_sequence_only()
    {
        var first = QosStatusChanged.Of(Told(1), DateTimeOffset.UnixEpoch);
        var again = QosStatusChanged.Of(Told(1) with { Version = 9, Phase = SessionPhase.Retained }, DateTimeOffset.UnixEpoch.AddYears(1));

        Assert.Equal(first.EventId, again.EventId);
        Assert.Equal(new Guid("31045441-e99d-8ca0-807e-1c5af50aecbd"), first.EventId);
    }

    [Fact]
    public void Ids_are_distinct_and_are_uuids_of_version_8()
    {
        var ids = from session in Enumerable.Range(1, 100)
                  from sequence in Enumerable.Range(1, 20)
                  select QosStatusChanged.Of(Told(sequence, new SessionId(new Guid(session, 0, 0, new byte[8]))), DateTimeOffset.UnixEpoch).EventId;

        Assert.Distinct(ids);
        Assert.All(ids, id => Assert.Equal((8, true), (id.Version, id.Variant is >= 8 and <= 11)));
    }

    [Fact]
    public void An_event_carries_what_its_surface_needs_to_tell_it()
    {
        var session = Story.Play("create 60s | operator accepts | operator terminates").Session;
        session = session with { Terms = session.Terms with { Correlator = "abc" } };
        var change = QosStatusChanged.Of(session, DateTimeOffset.UnixEpoch);

        Assert.Equal(
            (session.Id, 2, "qod-v0", QosStatus.Unavailable, StatusInfo.NetworkTerminated, DateTimeOffset.UnixEpoch, session.Terms.Sink, "abc"),
            (change.SessionId, change.Sequence, change.Surface, change.Status, change.StatusInfo, change.OccurredAt, change.Sink, change.Correlator));
    }

    [Fact]
    public void A_session_without_a_sink_has_no_events() =>
        Assert.Throws<InvalidOperationException>(() => QosStatusChanged.Of(Told(1) with { Terms = Told(1).Terms with { Sink = null } }, DateTimeOffset.UnixEpoch));
}

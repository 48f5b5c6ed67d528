using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Tests.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Notifications;

public sealed class QosStatusChangedTests
{
    [Theory]
    [InlineData(2, 1.999, true)]
    [InlineData(2, 2, false)]
    [InlineData(0, 3600, true)]
    [InlineData(-60, 3600, true)]
    [InlineData(null, 3600, true)]
    public void The_client_is_told_until_the_sink_s_token_ends_unless_that_was_over_when_the_session_was_made(int? tokenEnds, double attempt, bool isTold)
    {
        var terms = TestSessions.Terms;
        var end = tokenEnds is { } seconds ? terms.CreatedAt.AddSeconds(seconds) : (DateTimeOffset?)null;
        terms = terms with { Sink = terms.Sink! with { TokenExpiresAt = end } };

        var at = terms.CreatedAt.AddSeconds(attempt);
        Assert.Equal(isTold, terms.ShouldNotify(at));
        Assert.Equal(isTold, QosStatusChanged.Of(Told(1) with { Terms = terms }, terms.CreatedAt).ShouldNotify(at));
    }

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
        session = session with { Terms = session.Terms with { Correlator = "abc", SessionsUrl = "https://api.example.com/qod/v0/sessions/" } };
        var change = QosStatusChanged.Of(session, DateTimeOffset.UnixEpoch);

        Assert.Equal(
            (session.Id, 2, "qod-v0", QosStatus.Unavailable, StatusInfo.NetworkTerminated, DateTimeOffset.UnixEpoch, session.Terms.Sink, "abc"),
            (change.SessionId, change.Sequence, change.Surface, change.Status, change.StatusInfo, change.OccurredAt, change.Sink, change.Correlator));
        Assert.Equal($"https://api.example.com/qod/v0/sessions/{session.Id}", change.Source);
    }

    /// <summary>A guess would be pinned: whoever delivers it must see that there is none.</summary>
    [Fact]
    public void An_event_of_a_session_that_is_older_than_pinned_sources_has_none() =>
        Assert.Null(QosStatusChanged.Of(Told(1) with { Terms = Told(1).Terms with { SessionsUrl = null } }, DateTimeOffset.UnixEpoch).Source);

    [Fact]
    public void A_session_without_a_sink_has_no_events() =>
        Assert.Throws<InvalidOperationException>(() => QosStatusChanged.Of(Told(1) with { Terms = Told(1).Terms with { Sink = null } }, DateTimeOffset.UnixEpoch));
}

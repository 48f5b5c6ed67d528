using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>What every outbox does, whatever it is built of.</summary>
public abstract class EventOutboxContract
{
    private readonly IStoreFixture fixture;

    protected EventOutboxContract(IStoreFixture fixture)
    {
        Assert.SkipWhen(fixture.WhyNone is not null, fixture.WhyNone ?? "");
        this.fixture = fixture;
    }

    private ISessionStore Store => fixture.Store;

    private IEventOutbox Outbox => fixture.Outbox;

    [Fact]
    public async Task An_event_reads_back_as_it_was_committed()
    {
        var session = Sample.Requested();
        session = session with { Terms = session.Terms with { Correlator = "корр 🚀", Surface = "v1", Sink = Sample.Sink with { TokenExpiresAt = Sample.Noon.AddDays(1), TokenParameter = "apikey" } } };
        await Store.CommitAsync(session.Silent());
        var told = session.Activated().Ended(StatusInfo.NetworkTerminated) with { Version = 2 };
        await Store.CommitAsync(told.Told());

        var read = Assert.Single(await PendingOfAsync(session.Id));
        Assert.Equivalent(told.Told().Event, read, strict: true);
        Assert.Equal(Sample.Sink.Url.OriginalString, read.Sink.Url.OriginalString);
        Assert.Equal(Sample.Sink.ProtectedToken, read.Sink.ProtectedToken);
        Assert.Equal(Sample.Noon.AddDays(1), read.Sink.TokenExpiresAt);
        Assert.Equal(("apikey", $"https://api.example.com/s2/sessions/{session.Id}"), (read.Sink.TokenParameter, read.Source));
    }

    [Fact]
    public async Task An_event_without_token_correlator_source_and_reason_has_none_when_it_is_read()
    {
        var session = Sample.Requested();
        session = session with { Terms = session.Terms with { Correlator = null, SessionsUrl = null, Sink = Sample.Sink with { ProtectedToken = null } } };
        await Store.CommitAsync(session.Silent());
        await Store.CommitAsync(session.Activated().Told());

        var read = Assert.Single(await PendingOfAsync(session.Id));
        Assert.Null(read.StatusInfo);
        Assert.Null(read.Correlator);
        Assert.Null(read.Sink.ProtectedToken);
        Assert.Null(read.Sink.TokenExpiresAt);
        Assert.Null(read.Sink.TokenParameter);
        Assert.Null(read.Source);
    }

    [Fact]
    public async Task An_event_knows_whose_it_is()
    {
        var session = Sample.Requested();
        session = session with { Terms = session.Terms with { ClientId = "app 🚀" } };
        await Store.CommitAsync(session.Silent());
        await Store.CommitAsync(session.Activated().Told());

        Assert.Equal("app 🚀", Assert.Single(await PendingOfAsync(session.Id)).ClientId);
    }

    [Fact]
    public async Task A_rest_is_for_one_application_at_one_server_until_the_latest_time_that_was_asked_for()
    {
        var (app, other, now) = ($"app-{Guid.NewGuid():N}", $"app-{Guid.NewGuid():N}", TimeProvider.System.GetUtcNow());
        var later = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddMinutes(10);
        await Outbox.ThrottleAsync(new SinkThrottle(app, "https://a.example:443", later));
        await Outbox.ThrottleAsync(new SinkThrottle(app, "https://a.example:443", later.AddMinutes(-5)));
        await Outbox.ThrottleAsync(new SinkThrottle(app, "https://b.example:443", later.AddMinutes(1)));
        await Outbox.ThrottleAsync(new SinkThrottle(other, "https://a.example:443", later.AddMinutes(2)));
        await Outbox.ThrottleAsync(new SinkThrottle(other, "https://b.example:443", later.AddMinutes(3)));

        Assert.Equal(
            [(app, "https://a.example:443", later), (app, "https://b.example:443", later.AddMinutes(1)), (other, "https://a.example:443", later.AddMinutes(2)), (other, "https://b.example:443", later.AddMinutes(3))],
            await AtAsync(now));
        Assert.Equal([(other, "https://b.example:443", later.AddMinutes(3))], await AtAsync(later.AddMinutes(2)));
        await Outbox.ThrottleAsync(new SinkThrottle(other, "https://b.example:443", later.AddMinutes(4)));
        Assert.Equal([(other, "https://b.example:443", later.AddMinutes(4))], await AtAsync(later.AddMinutes(2)));

        async Task<IEnumerable<(string, string, DateTimeOffset)>> AtAsync(DateTimeOffset at) =>
            from rest in await Outbox.ReadThrottlesAsync(at, default)
            where rest.ClientId == app || rest.ClientId == other
            orderby rest.Until
            select (rest.ClientId, rest.Server, rest.Until);
    }

    [Fact]
    public async Task A_first_commit_and_a_deletion_can_tell_an_event_too()
    {
        var first = Sample.Requested() with { EventSequence = 1 };
        await Store.CommitAsync(first.Told());
        await Store.CommitAsync((first.Gone() with { EventSequence = 2 }).Told());
        Assert.Equal([1, 2], (await PendingOfAsync(first.Id)).Select(change => change.Sequence));
    }

    [Fact]
    public async Task Only_the_commit_that_wins_tells_its_event()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            // Events that differ, so that a loser's would be seen.
            var rival = (session.Activated() with { EventSequence = i + 1 }).Told();
            return (Result: await Store.CommitAsync(rival), rival.Event);
        }));

        var winner = Assert.Single(results, result => result.Result.Status == CommitStatus.Committed);
        Assert.Equal(winner.Event!.EventId, Assert.Single(await PendingOfAsync(session.Id)).EventId);
    }

    [Fact]
    public async Task A_refused_admission_tells_nothing()
    {
        var session = Sample.Requested() with { EventSequence = 1 };
        var result = await Store.CommitAsync(session.Told() with { Admission = new Admission(session.Terms.DeviceKey, 42) });
        Assert.Equal(CommitStatus.StaleDevice, result.Status);
        Assert.Empty(await PendingOfAsync(session.Id));
    }

    [Fact]
    public async Task Events_come_by_session_and_sequence_page_by_page()
    {
        var sessions = Enumerable.Range(0, 10).Select(_ => Sample.Requested()).ToArray();
        var expected = new List<QosStatusChanged>();
        foreach (var session in sessions)
        {
            await Store.CommitAsync(session.Silent());
            var active = session.Activated();
            var ended = active.Ended(StatusInfo.DurationExpired);
            await Store.CommitAsync(active.Told());
            await Store.CommitAsync(ended.Told());
            expected.AddRange([active.Told().Event!, ended.Told().Event!]);
        }
        var own = sessions.Select(session => session.Id).ToHashSet();

        var read = (await AllPendingAsync(pageSize: 3)).Where(change => own.Contains(change.SessionId));
        Assert.Equal(
            expected.OrderBy(change => change.SessionId.Value).ThenBy(change => change.Sequence).Select(change => change.EventId),
            read.Select(change => change.EventId));
    }

    [Fact]
    public async Task A_completed_event_is_not_pending_any_more_and_the_others_are()
    {
        var active = await ToldAsync();
        var ended = active.Session.Ended(StatusInfo.DurationExpired).Told();
        await Store.CommitAsync(ended);

        await Outbox.CompleteAsync(active.Event!.EventId);
        Assert.Equal(ended.Event!.EventId, Assert.Single(await PendingOfAsync(active.Session.Id)).EventId);
        await Outbox.CompleteAsync(active.Event.EventId);
        await Outbox.CompleteAsync(ended.Event.EventId);
        Assert.Empty(await PendingOfAsync(active.Session.Id));
    }

    [Fact]
    public async Task A_dead_event_is_not_pending_any_more()
    {
        var told = await ToldAsync();
        await Outbox.DeadLetterAsync(told.Event!.EventId, "410 Gone, worded by the sink: \0 \ud800 🚀");
        Assert.Empty(await PendingOfAsync(told.Session.Id));
    }

    [Fact]
    public async Task Many_events_are_completed_at_once()
    {
        var told = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => ToldAsync()));
        await Task.WhenAll(told.Select((commit, i) => i % 10 == 0
            ? Outbox.DeadLetterAsync(commit.Event!.EventId, "gone").AsTask()
            : Outbox.CompleteAsync(commit.Event!.EventId).AsTask()));
        var own = told.Select(commit => commit.Session.Id).ToHashSet();
        Assert.DoesNotContain(await AllPendingAsync(pageSize: 10_000), change => own.Contains(change.SessionId));
    }

    [Fact]
    public async Task A_page_of_no_or_too_many_events_is_a_bug_of_the_caller()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Outbox.ReadPendingAsync(null, 0, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Outbox.ReadPendingAsync(null, 10_001, CancellationToken.None));
    }

    private async Task<SessionCommit> ToldAsync()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        var told = session.Activated().Told();
        await Store.CommitAsync(told);
        return told;
    }

    private async Task<IEnumerable<QosStatusChanged>> PendingOfAsync(SessionId id) =>
        (await Outbox.ReadPendingAsync(new OutboxCursor(id, 0), 100, CancellationToken.None)).TakeWhile(change => change.SessionId == id);

    private async Task<List<QosStatusChanged>> AllPendingAsync(int pageSize)
    {
        var all = new List<QosStatusChanged>();
        OutboxCursor? after = null;
        while (await Outbox.ReadPendingAsync(after, pageSize, CancellationToken.None) is { Count: > 0 } page)
        {
            all.AddRange(page);
            var last = new OutboxCursor(page[^1].SessionId, page[^1].Sequence);
            Assert.NotEqual(after, last);
            after = last;
        }
        return all;
    }
}

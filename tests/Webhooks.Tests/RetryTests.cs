using System.Globalization;
using System.Net;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Queues;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class RetryTests
{
    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Pauses_double_from_one_second_to_five_minutes(int status)
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(status);

        broker.Tell(1, 1);
        await broker.QuietAsync();
        double[] pauses = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
        for (var i = 0; i < pauses.Length; i++)
        {
            await broker.AdvanceAsync(pauses[i] - 0.001);
            Assert.Equal(i + 1, broker.Network.Requests.Length);
            await broker.AdvanceAsync(0.001);
            Assert.Equal(i + 2, broker.Network.Requests.Length);
        }
    }

    [Fact]
    public void Each_pause_is_anywhere_between_nothing_and_its_longest()
    {
        var schedule = new RetrySchedule(new WebhookOptions(), new Random(7));

        var pauses = Enumerable.Range(0, 2000).Select(_ => schedule.Pause(4, retryAfter: null).TotalSeconds).ToArray();

        Assert.InRange(pauses.Min(), 0, 0.1);
        Assert.InRange(pauses.Max(), 7.9, 8);
        Assert.InRange(pauses.Average(), 3.7, 4.3);
        Assert.InRange(schedule.Pause(int.MaxValue, retryAfter: null).TotalSeconds, 0, 300);
    }

    [Fact]
    public async Task Once_the_sink_s_token_has_expired_nothing_is_sent_any_more_and_the_session_s_events_are_dead_lettered()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(500);
        var end = broker.Clock.GetUtcNow().AddSeconds(2);
        QosStatusChanged Expiring(QosStatusChanged change) => change with { Sink = change.Sink with { TokenExpiresAt = end } };

        var first = broker.Tell(Expiring(broker.Event(1, 1)));
        var second = broker.Tell(Expiring(broker.Event(1, 2)));
        var open = broker.Tell(2, 1);
        await broker.QuietAsync();
        await broker.AdvanceAsync(1);
        Assert.Equal(2, broker.Network.Requests.Count(request => request.Told.Id == first.EventId.ToString()));

        for (var i = 0; i < 10; i++) await broker.AdvanceAsync(1);

        Assert.All(broker.Network.Requests.Where(request => request.Told.Id != open.EventId.ToString()), request => Assert.True(request.At < end));
        Assert.Equal(["the sink token has expired", "the sink token has expired"], new[] { broker.Outbox.Dead[first.EventId], broker.Outbox.Dead[second.EventId] });
        Assert.Equal(open.EventId, Assert.Single(broker.Outbox.Pending).EventId);
    }

    [Fact]
    public async Task An_event_that_is_too_old_is_dead_lettered_with_the_last_reason_and_the_next_one_goes_on()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Told.Sequence == 1 ? Status.Of(502) : Status.Of(204);

        var first = broker.Tell(1, 1);
        var second = broker.Tell(1, 2);
        await broker.QuietAsync();
        for (var i = 0; i < 24 * 60 + 1 && broker.Outbox.Dead.Count == 0; i++) await broker.AdvanceAsync(60);

        Assert.InRange(broker.Clock.GetUtcNow() - first.OccurredAt, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));
        Assert.Equal("not delivered within 1.00:00:00: the sink answered 502", broker.Outbox.Dead[first.EventId]);
        Assert.Equal([second.EventId], broker.Outbox.Delivered);
    }

    [Fact]
    public async Task An_old_event_still_gets_one_attempt()
    {
        using var broker = new Broker();
        broker.Outbox.Commit(broker.Event(1, 1));
        broker.Clock.Advance(TimeSpan.FromDays(2));

        await broker.StartAsync();

        Assert.Single(broker.Outbox.Delivered);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("90000", 3600)]
    [InlineData("soon", 1)]
    [InlineData("0", 1)]
    public async Task Retry_after_is_honoured_up_to_an_hour(string retryAfter, double seconds)
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(429, retryAfter);

        broker.Tell(1, 1);
        await broker.QuietAsync();
        await broker.AdvanceAsync(seconds - 0.001);
        Assert.Single(broker.Network.Requests);
        await broker.AdvanceAsync(0.001);
        Assert.Equal(2, broker.Network.Requests.Length);
    }

    [Fact]
    public async Task Retry_after_may_be_a_date()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var at = broker.Clock.GetUtcNow().AddSeconds(40);
        broker.Network.Answer = _ => Status.Of(503, at.ToString("R", CultureInfo.InvariantCulture));

        broker.Tell(1, 1);
        await broker.QuietAsync();
        await broker.AdvanceAsync(39.9);
        Assert.Single(broker.Network.Requests);
        await broker.AdvanceAsync(0.1);
        Assert.Equal(2, broker.Network.Requests.Length);
    }

    [Fact]
    public async Task A_sink_that_does_not_answer_within_five_seconds_is_tried_again()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        broker.Network.Answer = _ => null;

        broker.Tell(1, 1);
        await broker.Network.ArrivedAsync(1);
        broker.Network.Answer = _ => Status.Of(204);
        await broker.AdvanceAsync(5);
        Assert.Single(broker.Network.Requests);
        await broker.AdvanceAsync(1);

        Assert.Equal(2, broker.Network.Requests.Length);
        Assert.Empty(broker.Outbox.Pending);
    }

    /// <summary>Docs/conformance.md R60: a path or a key may be missing for a moment, while an application is deployed anew.</summary>
    [Theory]
    [InlineData(302, "the sink answered 302; redirects are not followed")]
    [InlineData(400, "the sink answered 400")]
    [InlineData(401, "the sink answered 401")]
    [InlineData(404, "the sink answered 404")]
    [InlineData(405, "the sink answered 405")]
    [InlineData(451, "the sink answered 451")]
    public async Task Whatever_else_a_sink_answers_is_repeated_until_the_event_is_too_old_and_the_session_waits(int status, string reason)
    {
        using var broker = new Broker(options: new WebhookOptions { MaxAge = TimeSpan.FromMinutes(10) });
        await broker.StartAsync();
        broker.Network.Answer = seen => seen.Told.Session == Events.Session(1).ToString() && broker.Network.Requests.Length > 2 ? Status.Of(204) : Status.Of(status);
        broker.Tell(1, 1);
        broker.Tell(1, 2);
        var other = broker.Tell(2, 1);
        await broker.QuietAsync();
        Assert.Empty(broker.Outbox.Dead);
        await broker.AdvanceAsync(1);
        Assert.Equal([1, 1, 2], broker.Network.Requests.Where(seen => seen.Told.Session == Events.Session(1).ToString()).Select(seen => seen.Told.Sequence));

        for (var i = 0; i < 10; i++) await broker.AdvanceAsync(60);
        Assert.Equal(2, broker.Outbox.Delivered.Length);
        Assert.Equal($"not delivered within 00:10:00: {reason}", broker.Outbox.Dead[other.EventId]);
    }

    [Fact]
    public async Task Gone_stops_the_session_and_no_other()
    {
        using var broker = new Broker();
        await broker.StartAsync();
        var answered = new TaskCompletionSource();
        broker.Network.Before = _ => answered.Task;
        broker.Network.Answer = seen => seen.Told.Session == Events.Session(1).ToString() ? new HttpResponseMessage(HttpStatusCode.Gone) : Status.Of(204);

        broker.Tell(1, 1);
        broker.Tell(1, 2);
        var other = broker.Tell(2, 1);
        answered.SetResult();
        await broker.QuietAsync();
        broker.Tell(1, 3);
        await broker.QuietAsync();

        Assert.Single(broker.Network.Requests, seen => seen.Told.Session == Events.Session(1).ToString());
        Assert.Equal(3, broker.Outbox.Dead.Count);
        Assert.All(broker.Outbox.Dead.Values, reason => Assert.StartsWith("the sink answered 410", reason, StringComparison.Ordinal));
        Assert.Equal([other.EventId], broker.Outbox.Delivered);
    }

    [Fact]
    public async Task A_surface_without_a_format_is_dead_lettered_not_retried()
    {
        using var broker = new Broker();
        await broker.StartAsync();

        var told = broker.Tell(broker.Event(1, 1) with { Surface = "gone" });
        await broker.QuietAsync();

        Assert.Equal("there is no event format for surface 'gone'", broker.Outbox.Dead[told.EventId]);
    }
}

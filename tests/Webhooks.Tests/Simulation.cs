using System.Collections.Concurrent;
using System.Security.Cryptography;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>Random sinks, a random store and random crashes. One seed decides every answer, so that a failure can be repeated.</summary>
public sealed class Simulation
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_event_is_told_or_dead_lettered_with_a_reason_in_order_and_with_one_id(int seed)
    {
        var random = new Random(seed);
        var clock = new ManualTimeProvider();
        var outbox = new FakeOutbox();
        var network = new Network(clock);
        var acknowledged = new ConcurrentQueue<Told>();
        network.Answer = seen => Answer(seed, seen, network, acknowledged);
        var options = new WebhookOptions
        {
            MemoryCapacity = 8 + random.Next(60), ConcurrencyPerSink = 1 + random.Next(4), SinksInMemory = 1 + random.Next(6), OutboxPageSize = 1 + random.Next(9),
            FailuresBeforeRest = 2 + random.Next(6), MaxAge = TimeSpan.FromMinutes(10), LongestRetry = TimeSpan.FromMinutes(1),
        };
        var sequences = new int[120];
        var all = new List<QosStatusChanged>();
        var connection = outbox.Connect();
        var broker = New();
        await broker.Dispatcher.StartAsync(CancellationToken.None);

        for (var step = 0; step < 400; step++)
        {
            for (var burst = random.Next(4); burst > 0; burst--)
            {
                var session = random.Next(sequences.Length);
                var change = Events.Event(session, ++sequences[session], $"https://sink{session % 7}.example/{session}", clock.GetUtcNow());
                all.Add(change);
                outbox.Commit(change);
                // A crash between commit and dispatch.
                if (random.Next(100) == 0) await CrashAsync();
                else broker.Dispatcher.Dispatch(change);
            }
            outbox.IsDown = random.Next(10) == 0;
            if (random.Next(3) == 0) await broker.AdvanceAsync(random.NextDouble() * 8);
            if (random.Next(60) == 0) await CrashAsync();
        }
        outbox.IsDown = false;
        for (var i = 0; i < 3600 && outbox.Pending.Length > 0; i++) await broker.AdvanceAsync(1);
        await broker.QuietAsync();
        broker.Dispose();

        Assert.Empty(outbox.Pending);
        Assert.Equal(all.Count, outbox.Delivered.Length + outbox.Dead.Count);
        Assert.All(outbox.Dead.Values, reason => Assert.True(reason.Length > 10));
        var toldIds = acknowledged.Select(told => told.Id).ToHashSet();
        Assert.All(outbox.Delivered, id => Assert.Contains(id.ToString(), toldIds));
        AssertInOrder(network.Requests, outbox);
        AssertLastWordIsNewest(acknowledged, outbox);
        AssertOneBodyPerEvent(network.Requests);

        Broker New() => new(network, outbox, clock, options, new Random(random.Next()), connection);

        async Task CrashAsync()
        {
            // The old one dies in the middle of what it does. What it has sent may still arrive; what it knew is lost.
            connection.IsCut = true;
            await broker.Dispatcher.StopAsync(new CancellationToken(canceled: true));
            await broker.QuietAsync();
            connection = outbox.Connect();
            broker = New();
            await broker.Dispatcher.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>What a session is told goes up one by one; what is left out is dead. Repetitions after a crash may go back.</summary>
    private static void AssertInOrder(Seen[] requests, FakeOutbox outbox)
    {
        var reached = new Dictionary<string, int>();
        var dead = outbox.Dead;
        foreach (var told in requests.Select(seen => seen.Told))
        {
            var highest = reached.GetValueOrDefault(told.Session);
            var skippedAreDead = Enumerable.Range(highest + 1, Math.Max(0, told.Sequence - highest - 1)).All(sequence =>
                dead.ContainsKey(IdOf(told, sequence)));
            Assert.True(skippedAreDead, $"{told} came after {highest}.");
            reached[told.Session] = Math.Max(highest, told.Sequence);
        }
    }

    /// <summary>Repetitions after a crash never leave a sink with old news: the last word of a session is its newest event.</summary>
    private static void AssertLastWordIsNewest(IEnumerable<Told> acknowledged, FakeOutbox outbox)
    {
        var dead = outbox.Dead;
        foreach (var session in acknowledged.GroupBy(told => told.Session))
        {
            var newest = session.Max(told => told.Sequence);
            var anyDead = Enumerable.Range(1, newest).Any(sequence => dead.ContainsKey(IdOf(session.First(), sequence)));
            if (!anyDead) Assert.Equal(newest, session.Last().Sequence);
        }
    }

    private static Guid IdOf(Told told, int sequence) => Events.Event(SessionNumber(told), sequence, "https://any.example", default).EventId;

    private static int SessionNumber(Told told) => Convert.ToInt32(told.Session[..8], 16);

    private static void AssertOneBodyPerEvent(Seen[] requests) =>
        Assert.All(requests.GroupBy(seen => seen.Told.Id), same => Assert.Single(same.Select(seen => Convert.ToHexString(seen.Body)).Distinct()));

    private static HttpResponseMessage Answer(int seed, Seen seen, Network network, ConcurrentQueue<Told> acknowledged)
    {
        // By event and attempt, not by the order of threads.
        var attempt = network.Requests.Count(earlier => earlier.Told.Id == seen.Told.Id);
        var dice = SHA256.HashData(BitConverter.GetBytes(HashOf(seed, seen.Told, attempt)))[0];
        var sinkIsDead = seen.Url.Host == "sink3.example";
        if (sinkIsDead || dice < 50) return Status.Of(dice % 2 == 0 ? 503 : 429);
        if (dice < 60) throw new HttpRequestException(HttpRequestError.ConnectionError);
        if (dice < 64) throw new TaskCanceledException("no connection in time");
        if (dice < 68) return Status.Of(400);
        if (dice < 70) return Status.Of(410);
        acknowledged.Enqueue(seen.Told);
        return Status.Of(204);
    }

    private static int HashOf(int seed, Told told, int attempt) => unchecked((((seed * 31) + SessionNumber(told)) * 31 + told.Sequence) * 31 + attempt);
}

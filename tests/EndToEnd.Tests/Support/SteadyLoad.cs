using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>Applications that go on whatever happens, and remember what they were promised. What is refused or broken is asked again, as a client does; the
/// ledger holds only what was acknowledged.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    public const int ShortSeconds = 4;
    public const int LongSeconds = 3600;
    public const int ExtensionSeconds = 600;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly RealCluster cluster;
    private readonly EventSink sink;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, Promise> ledger = new();
    private readonly ConcurrentQueue<(DateTimeOffset At, string What)> failures = new();
    private readonly Task work;

    private SteadyLoad(RealCluster cluster, EventSink sink, int applications)
    {
        this.cluster = cluster;
        this.sink = sink;
        work = Task.WhenAll(Enumerable.Range(0, applications).Select(n => Task.Run(() => WorkAsync(cluster.Clients[n % cluster.Clients.Count]))));
    }

    /// <summary>What a client was promised about one session.</summary>
    /// <param name="IsAvailable">Whether the create was answered AVAILABLE; else REQUESTED.</param>
    /// <param name="IsDeleted">Null: not asked for. False: asked for, and no answer.</param>
    /// <param name="IsExtended">The same.</param>
    internal sealed record Promise(string SessionId, string PhoneNumber, bool IsShort, bool IsAvailable, bool? IsDeleted = null, bool? IsExtended = null);

    /// <summary>Answers other than the wished ones, in their order.</summary>
    public IReadOnlyCollection<(DateTimeOffset At, string What)> Failures => failures;

    public IReadOnlyCollection<Promise> Promises => [.. ledger.Values];

    /// <summary>Starts, and returns once so many sessions are acknowledged and the load goes on.</summary>
    public static async Task<SteadyLoad> StartAsync(RealCluster cluster, EventSink sink, int applications = 8, int enough = 100)
    {
        var load = new SteadyLoad(cluster, sink, applications);
        await load.GoesOnAsync(enough, TimeSpan.FromSeconds(60));
        return load;
    }

    /// <summary>Waits until so many more sessions are acknowledged: the service works.</summary>
    public async Task GoesOnAsync(int more, TimeSpan within)
    {
        var enough = ledger.Count + more;
        await Poll.UntilAsync(() => Task.FromResult(ledger.Count), count => count >= enough, within, $"{more} more sessions");
    }

    /// <summary>Ends the load: nothing is under way any more.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await work.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
    }

    /// <summary>Every promise is kept, every change was told in order, no device holds two sessions, and no session lives that nobody was told of.</summary>
    public async Task VerifyAsync(TimeSpan latestEnd)
    {
        Assert.Contains(Promises, promise => promise is { IsShort: true });
        Assert.Contains(Promises, promise => promise is { IsDeleted: true });
        Assert.Contains(Promises, promise => promise is { IsExtended: true });

        // 1. Ends come, and not too late; what was deleted is gone; what was extended is longer.
        await EachAsync(promise => promise is { IsShort: true }, promise => Poll.UntilAsync(
            () => Reader.GetAsync(promise.SessionId), answer => answer["qosStatus"] == "UNAVAILABLE",
            TimeSpan.FromSeconds(ShortSeconds) + latestEnd, $"session {promise.SessionId} ends"));
        await EachAsync(promise => !promise.IsShort, async promise => Check(promise, await Reader.GetAsync(promise.SessionId)));
        Assert.InRange(
            Convert.ToDouble(await cluster.AskAsync("select coalesce(max(extract(epoch from ended_at - started_at) - duration_s), 0) from qod.sessions where status_info = 0"), CultureInfo.InvariantCulture),
            0, latestEnd.TotalSeconds);

        // 2. Events: all of them, once each by their id, in order.
        await EachAsync(promise => promise.IsDeleted is not false, promise => CheckToldAsync(promise));
        foreach (var session in sink.Sessions)
            foreach (var change in sink.Of(session).GroupBy(arrival => arrival.Change)) Assert.Single(change.Select(arrival => arrival.Id).Distinct());

        // 3. One session per device, and none that no client knows of, once what had no answer has been undone.
        Assert.Empty(await cluster.ListAsync("select device_key from qod.sessions where holds_flow group by device_key having count(*) > 1"));
        await Poll.UntilAsync(UnknownAsync, unknown => unknown.Length == 0, TimeSpan.FromSeconds(45), "no session that nobody was told of");
    }

    public async ValueTask DisposeAsync()
    {
        if (!stopping.IsCancellationRequested) await StopAsync();
        stopping.Dispose();
    }

    private QodClient Reader => cluster.Clients[^1];

    private async Task<string> UnknownAsync()
    {
        var live = await cluster.ListAsync("select id from qod.sessions where phase <= 1 and document->>'subscriber' like 'tel:+3463%'");
        return string.Join(", ", live.Where(id => !cluster.Known.ContainsKey(id)));
    }

    private static void Check(Promise promise, Answer answer)
    {
        if (promise.IsDeleted is true || (promise.IsDeleted is false && answer.Status == HttpStatusCode.NotFound))
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            return;
        }
        Assert.Equal("AVAILABLE", answer["qosStatus"]);
        if (promise.IsExtended is not false) Assert.Equal(LongSeconds + (promise.IsExtended is true ? ExtensionSeconds : 0), answer.Number("duration"));
    }

    /// <summary>Deleted before it was ever AVAILABLE, a session is told of with no word; deleted after, with both.</summary>
    private async Task CheckToldAsync(Promise promise)
    {
        if (promise is { IsDeleted: true, IsAvailable: false })
        {
            var told = await Poll.UntilAsync(
                () => Task.FromResult(string.Join(", ", sink.Told(promise.SessionId))), told => told != "AVAILABLE", TimeSpan.FromSeconds(45), $"events of {promise.SessionId}");
            Assert.Contains(told, (string[])["", string.Join(", ", Changes(promise))]);
            return;
        }
        await sink.ToldAsync(promise.SessionId, TimeSpan.FromSeconds(45), Changes(promise));
    }

    private static string[] Changes(Promise promise) => promise switch
    {
        { IsDeleted: true } => ["AVAILABLE", "UNAVAILABLE DELETE_REQUESTED"],
        { IsShort: true } => ["AVAILABLE", "UNAVAILABLE DURATION_EXPIRED"],
        _ => ["AVAILABLE"],
    };

    private Task EachAsync(Func<Promise, bool> which, Func<Promise, Task> check) => Parallel.ForEachAsync(
        Promises.Where(which), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (promise, _) => await check(promise));

    private async Task WorkAsync(QodClient client)
    {
        while (!stopping.IsCancellationRequested)
        {
            await OneSessionAsync(client);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task OneSessionAsync(QodClient client)
    {
        var phoneNumber = PhoneNumber.Next();
        var number = ledger.Count;
        var isShort = number % 3 == 0;

        Answer? created;
        while ((created = await AskAsync(() => client.CreateAsync(phoneNumber, isShort ? ShortSeconds : LongSeconds, sink.Url), HttpStatusCode.Created)) is null)
        {
            if (stopping.IsCancellationRequested) return;
            await Task.Delay(Pause, TimeProvider.System);
        }
        var promise = new Promise(created["sessionId"]!, phoneNumber, isShort, created["qosStatus"] == "AVAILABLE");
        cluster.Known[promise.SessionId] = true;
        ledger[promise.SessionId] = promise;
        if (isShort) return;

        if (number % 5 == 0)
        {
            ledger[promise.SessionId] = promise with { IsDeleted = false };
            if (await AskAsync(() => client.DeleteAsync(promise.SessionId), HttpStatusCode.NoContent) is not null) ledger[promise.SessionId] = promise with { IsDeleted = true };
        }
        else if (number % 7 == 0)
        {
            ledger[promise.SessionId] = promise with { IsExtended = false };
            if (await AskAsync(() => client.ExtendAsync(promise.SessionId, ExtensionSeconds), HttpStatusCode.OK) is not null)
                ledger[promise.SessionId] = promise with { IsExtended = true };
        }
    }

    private async Task<Answer?> AskAsync(Func<Task<Answer>> ask, HttpStatusCode good)
    {
        try
        {
            var answer = await ask();
            if (answer.Status == good) return answer;
            failures.Enqueue((TimeProvider.System.GetUtcNow(), answer.ToString()));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            failures.Enqueue((TimeProvider.System.GetUtcNow(), exception.Message));
        }
        return null;
    }
}

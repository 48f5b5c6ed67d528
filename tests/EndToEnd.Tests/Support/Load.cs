using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>What a client was promised about one session.</summary>
/// <param name="ExpiresAt">Whole seconds, cut off.</param>
/// <param name="Delete">Null: not asked for. Else whether it was acknowledged.</param>
/// <param name="Extension">The same for an extension by <see cref="Load.ExtensionSeconds"/>.</param>
internal sealed record Promise(string SessionId, string PhoneNumber, DateTimeOffset ExpiresAt, bool Short, bool? Delete = null, bool? Extension = null);

/// <summary>Applications at work: sessions created, extended and deleted without a pause until something fails. Keeps a ledger of what was
/// acknowledged, which is what a broker must still know after any crash.</summary>
internal sealed class Load
{
    public const int ShortSeconds = 3;
    public const int LongSeconds = 3600;
    public const int ExtensionSeconds = 600;
    private const int Applications = 12;

    private readonly QodClient client;
    private readonly EventSink sink;
    private readonly ConcurrentDictionary<string, Promise> ledger = new();
    private readonly ConcurrentBag<Answer> unexpected = [];
    private readonly TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int enough;
    private readonly Task work;
    private int created;

    private Load(QodClient client, EventSink sink, int enough)
    {
        this.client = client;
        this.sink = sink;
        this.enough = enough;
        work = Task.WhenAll(Enumerable.Range(0, Applications).Select(_ => Task.Run(WorkAsync)));
    }

    public IReadOnlyCollection<Promise> Promises => [.. ledger.Values];

    /// <summary>Starts, and returns once so many sessions are acknowledged and the load goes on.</summary>
    public static async Task<Load> StartAsync(QodClient client, EventSink sink, int enough = 300)
    {
        var load = new Load(client, sink, enough);
        await load.underWay.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        return load;
    }

    /// <summary>Waits until every application has met a failure, and the last short session has fallen due.</summary>
    public async Task FailedAndDueAsync()
    {
        await work.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        Assert.Empty(unexpected);
        await Poll.ClockReachesAsync(ledger.Values.Where(promise => promise.Short).Max(promise => promise.ExpiresAt) + TimeSpan.FromSeconds(1));
    }

    /// <summary>Every promise is kept: states at once, ends within <paramref name="overdueEndsWithin"/>, each change told in order under one id.</summary>
    public async Task VerifyAsync(QodClient reader, TimeSpan overdueEndsWithin)
    {
        Assert.Contains(Promises, promise => promise is { Short: true, Delete: null });
        Assert.Contains(Promises, promise => promise is { Short: false, Delete: null });
        Assert.Contains(Promises, promise => promise.Delete is true);
        Assert.Contains(Promises, promise => promise.Extension is true);

        var ready = TimeProvider.System.GetTimestamp();
        await EachAsync(promise => promise is { Short: true, Delete: null }, promise => Poll.UntilAsync(
            () => reader.GetAsync(promise.SessionId),
            answer => answer["qosStatus"] == "UNAVAILABLE",
            overdueEndsWithin - TimeProvider.System.GetElapsedTime(ready),
            $"the overdue session {promise.SessionId} ends"));
        await EachAsync(promise => !promise.Short, async promise => Check(promise, await reader.GetAsync(promise.SessionId)));

        await EachAsync(promise => promise.Delete is not false, promise => sink.ToldAsync(promise.SessionId, TimeSpan.FromSeconds(30), Changes(promise)));
        foreach (var session in sink.Sessions) CheckEvents(session);

        foreach (var held in Promises.Where(promise => promise is { Short: false, Delete: null }).Take(5))
            Assert.Equal(HttpStatusCode.Conflict, (await reader.CreateAsync(held.PhoneNumber)).Status);
    }

    private static void Check(Promise promise, Answer answer)
    {
        if (promise.Delete is true || (promise.Delete is false && answer.Status == HttpStatusCode.NotFound))
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            return;
        }
        Assert.Equal("AVAILABLE", answer["qosStatus"]);
        if (promise.Extension is not false) Assert.Equal(LongSeconds + (promise.Extension is true ? ExtensionSeconds : 0), answer.Number("duration"));
    }

    private static string[] Changes(Promise promise) => promise switch
    {
        { Delete: true } => ["AVAILABLE", "UNAVAILABLE DELETE_REQUESTED"],
        { Short: true } => ["AVAILABLE", "UNAVAILABLE DURATION_EXPIRED"],
        _ => ["AVAILABLE"],
    };

    // Also of sessions whose create was never answered.
    private void CheckEvents(string sessionId)
    {
        var arrivals = sink.Of(sessionId);
        foreach (var change in arrivals.GroupBy(arrival => arrival.Change)) Assert.Single(change.Select(arrival => arrival.Id).Distinct());
        Assert.Equal("AVAILABLE", arrivals[0].Change);
        Assert.InRange(sink.Told(sessionId).Length, 1, 2);
    }

    private Task EachAsync(Func<Promise, bool> which, Func<Promise, Task> check) => Parallel.ForEachAsync(
        Promises.Where(which), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (promise, _) => await check(promise));

    private async Task WorkAsync()
    {
        while (await OneSessionAsync()) { }
    }

    private async Task<bool> OneSessionAsync()
    {
        var number = Interlocked.Increment(ref created);
        // Ends in a 0, so never in one of the simulated operator's special numbers.
        var phoneNumber = string.Create(CultureInfo.InvariantCulture, $"+3463{number:000000}0");
        var isShort = number % 3 == 0;
        if (await AskAsync(() => client.CreateAsync(phoneNumber, isShort ? ShortSeconds : LongSeconds, sink.Url), HttpStatusCode.Created) is not { } answer) return false;

        var promise = new Promise(answer["sessionId"]!, phoneNumber, DateTimeOffset.FromUnixTimeSeconds(answer.Number("expiresAt")), isShort);
        ledger[promise.SessionId] = promise;
        if (ledger.Count == enough) underWay.TrySetResult();
        if (isShort) return true;

        if (number % 5 == 0)
        {
            ledger[promise.SessionId] = promise with { Delete = false };
            if (await AskAsync(() => client.DeleteAsync(promise.SessionId), HttpStatusCode.NoContent) is null) return false;
            ledger[promise.SessionId] = promise with { Delete = true };
        }
        else if (number % 7 == 0)
        {
            ledger[promise.SessionId] = promise with { Extension = false };
            if (await AskAsync(() => client.ExtendAsync(promise.SessionId, ExtensionSeconds), HttpStatusCode.OK) is null) return false;
            ledger[promise.SessionId] = promise with { Extension = true };
        }
        return true;
    }

    /// <summary>The answer, if it promises something. A failure promises nothing, but may only be a broken connection or a 503.</summary>
    private async Task<Answer?> AskAsync(Func<Task<Answer>> ask, HttpStatusCode good)
    {
        try
        {
            var answer = await ask();
            if (answer.Status == good) return answer;
            if (answer.Status != HttpStatusCode.ServiceUnavailable) unexpected.Add(answer);
        }
        catch (HttpRequestException)
        {
        }
        return null;
    }
}

using QodOrleans.Bench.Baselines;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>Many sessions whose time is over within one second: how long until all have ended, and until all are released at their operator.
/// In turns with the same change by plain SQL. Once with a sink that is told of each end, once without.</summary>
internal static class Expiry
{
    private const string Name = "expiry";
    private const int WarmUpSessions = 5_000;

    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    // Time for the load, the host's start and its reading ahead, and then for the warm-up sessions to end.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan WarmUpBefore = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan WarmUpSpread = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        await using var receiver = new EventReceiver(run.Clock);
        var (told, quiet) = await TemplatesAsync(run, installation, receiver.Url);
        return
        [
            .. await MeasureAsync(run, installation, quiet, receiver, sink: null),
            .. await MeasureAsync(run, installation, told, receiver, receiver.Url),
        ];
    }

    private static async Task<(SessionRows Told, SessionRows Quiet)> TemplatesAsync(Run run, Installation installation, Uri sink)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        return (await Templates.TakeAsync(run, installation, host, token, sink), await Templates.TakeAsync(run, installation, host, token, sink: null));
    }

    private static async Task<IEnumerable<Measurement>> MeasureAsync(Run run, Installation installation, SessionRows rows, EventReceiver receiver, Uri? sink)
    {
        var what = sink is null ? "no sink" : "each end told to a sink";
        List<double> ended = [], released = [], plainEnded = [], plainReleased = [];
        var events = 0L;
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            // 1. The plain change, of a copy.
            await rows.ClearAsync(run.Cancellation);
            await rows.AddAsync(1, run.Options.ExpiringSessions, run.Clock.GetUtcNow(), Spread, run.Cancellation);
            await PlainExpiry.CopyAsync(installation.Database, run.Cancellation);
            var plain = await PlainExpiry.RunAsync(installation.Database, sink, run.Cancellation);
            plainEnded.Add(plain.Ended.TotalSeconds);
            plainReleased.Add(plain.Released.TotalSeconds);

            // 2. The same sessions anew, and the host.
            await rows.ClearAsync(run.Cancellation);
            var firstEnd = run.Clock.GetUtcNow() + Lead;
            await rows.AddAsync(1, run.Options.ExpiringSessions, firstEnd, Spread, run.Cancellation);
            await rows.AddAsync(run.Options.ExpiringSessions + 1, WarmUpSessions, firstEnd - WarmUpBefore, WarmUpSpread, run.Cancellation);
            await rows.SettleAsync(run.Cancellation);
            var before = receiver.Arrivals;
            var (hostEnded, hostReleased) = await HostAsync(run, installation, receiver, firstEnd, sink is null ? before : before + run.Options.ExpiringSessions + WarmUpSessions);
            ended.Add(hostEnded.TotalSeconds);
            released.Add(hostReleased.TotalSeconds);
            events += receiver.Arrivals - before;
            receiver.Take();
            run.Say($"{what}, round {round}: ended after {Text.Of(ended[^1])} s, released after {Text.Of(released[^1])} s; plain SQL {Text.Of(plainEnded[^1])} s, {Text.Of(plainReleased[^1])} s");
        }
        var sessions = run.Options.ExpiringSessions;
        string[] notes = sink is null ? [] : [$"{events} events arrived for {run.Options.Rounds * (sessions + WarmUpSessions)} ends"];
        return
        [
            Row($"{sessions} due within 1 s, all ended, {what}", ended, plainEnded, Goal.RatioAtMost(2), notes),
            Row($"{sessions} due within 1 s, all released too, {what}", released, plainReleased, Goal.RatioAtMost(2), notes),
        ];
    }

    /// <returns>The times from the first end to the last, and to the last release.</returns>
    private static async Task<(TimeSpan Ended, TimeSpan Released)> HostAsync(
        Run run, Installation installation, EventReceiver receiver, DateTimeOffset firstEnd, long arrivals)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        var ahead = firstEnd - WarmUpBefore - run.Clock.GetUtcNow();
        if (ahead < TimeSpan.Zero) throw new InvalidOperationException($"The host was ready {-ahead.TotalSeconds:0.0} s too late to be warmed up; this machine is too slow for this benchmark's lead time.");

        await Task.Delay(firstEnd - run.Clock.GetUtcNow(), run.Clock, run.Cancellation);
        TimeSpan? ended = null;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100), run.Clock);
        while (await ticks.WaitForNextTickAsync(run.Cancellation))
        {
            var asked = run.Clock.GetUtcNow();
            var furthest = await installation.Database.ScalarAsync<short>("select coalesce(min(phase), 3::int2) from qod.sessions", run.Cancellation);
            if (furthest > 1) ended ??= asked - firstEnd;
            if (furthest > 2)
            {
                await receiver.ArrivedAsync(arrivals, Longest, run.Cancellation);
                return (ended!.Value, asked - firstEnd);
            }
            if (asked - firstEnd > Longest) throw new InvalidOperationException($"After {Longest.TotalSeconds:0} s there is still a session in phase {furthest}.");
        }
        throw new OperationCanceledException();
    }

    private static Measurement Row(string what, IReadOnlyList<double> seconds, IReadOnlyList<double> plainSeconds, Goal goal, IReadOnlyList<string> notes) =>
        new(Name, what, new Quantity(seconds.Median(), "s"), seconds)
        {
            Baseline = new Baseline("plain SQL, batches of 512", new Quantity(plainSeconds.Median(), "s"), plainSeconds),
            Goal = goal,
            Notes = notes,
        };
}

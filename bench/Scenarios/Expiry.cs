using QodOrleans.Bench.Baselines;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>Many sessions whose time is over within one second: how long until all have ended, until all are released at their operator, and until each end is
/// delivered to a sink, in turns with the same change by plain SQL. And what such a burst does to the creates beside it.</summary>
internal static class Expiry
{
    private const string Name = "expiry";
    private const int WarmUpSessions = 5_000;
    private const int BurstSessions = 20_000;
    private const double BesidePerSecond = 500;

    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    // Time for the load, the start of a cluster and its reading ahead, and then for the warm-up sessions to end.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan WarmUpBefore = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan WarmUpSpread = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    // The burst, and what is still to be delivered after it, lie within the turn.
    private static readonly TimeSpan BesideBefore = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        await using var receiver = new EventReceiver(run.Clock);
        var (told, quiet) = await TemplatesAsync(run, installation, receiver.Url);
        return
        [
            .. await MeasureAsync(run, installation, quiet, receiver, withSink: false),
            .. await MeasureAsync(run, installation, told, receiver, withSink: true),
            await BurstAsync(run, installation, told, receiver),
        ];
    }

    /// <summary>The same sessions anew, and a program that ends them.</summary>
    /// <param name="start">Starts it.</param>
    internal static async Task<Ends> TurnAsync(
        Run run, Installation installation, SessionRows rows, EventReceiver receiver, bool withSink, int sessions, Func<Task<IAsyncDisposable>> start)
    {
        await rows.ClearAsync(run.Cancellation);
        var firstEnd = run.Clock.GetUtcNow() + Lead;
        await rows.AddAsync(1, sessions, firstEnd, Spread, run.Cancellation);
        await rows.AddAsync(sessions + 1, WarmUpSessions, firstEnd - WarmUpBefore, WarmUpSpread, run.Cancellation);
        await rows.SettleAsync(run.Cancellation);
        receiver.Take();
        var before = receiver.Arrivals;

        await using var host = await start();
        await WhenAsync(run, firstEnd - WarmUpBefore);
        await WhenAsync(run, firstEnd);
        TimeSpan? ended = null;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100), run.Clock);
        while (await ticks.WaitForNextTickAsync(run.Cancellation))
        {
            var asked = run.Clock.GetUtcNow();
            var furthest = await installation.Database.ScalarAsync<short>("select coalesce(min(phase), 3::int2) from qod.sessions", run.Cancellation);
            if (furthest > 1) ended ??= asked - firstEnd;
            if (furthest > 2)
            {
                if (!withSink) return new Ends(ended!.Value, asked - firstEnd, TimeSpan.Zero, 0);
                await receiver.ArrivedAsync(before + sessions + WarmUpSessions, Longest, run.Cancellation);
                var events = receiver.Take();
                return new Ends(ended!.Value, asked - firstEnd, events.Max(one => one.ReceivedAt) - firstEnd, events.Count);
            }
            if (asked - firstEnd > Longest) throw new InvalidOperationException($"After {Longest.TotalSeconds:0} s there is still a session in phase {furthest}.");
        }
        throw new OperationCanceledException();
    }

    private static async Task<(SessionRows Told, SessionRows Quiet)> TemplatesAsync(Run run, Installation installation, Uri sink)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        return (await Templates.TakeAsync(run, installation, host.Endpoint, token, sink), await Templates.TakeAsync(run, installation, host.Endpoint, token, sink: null));
    }

    private static async Task<IEnumerable<Measurement>> MeasureAsync(Run run, Installation installation, SessionRows rows, EventReceiver receiver, bool withSink)
    {
        var what = withSink ? "each end told to a sink" : "no sink";
        var sessions = run.Options.ExpiringSessions;
        List<double> ended = [], released = [], told = [], plainEnded = [], plainReleased = [];
        var events = 0L;
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            await rows.ClearAsync(run.Cancellation);
            await rows.AddAsync(1, sessions, run.Clock.GetUtcNow(), Spread, run.Cancellation);
            await PlainExpiry.CopyAsync(installation.Database, run.Cancellation);
            var plain = await PlainExpiry.RunAsync(installation.Database, withSink ? receiver.Url : null, run.Cancellation);
            plainEnded.Add(plain.Ended.TotalSeconds);
            plainReleased.Add(plain.Released.TotalSeconds);

            var ends = await TurnAsync(run, installation, rows, receiver, withSink, sessions, async () => await installation.StartHostAsync(run.Cancellation));
            ended.Add(ends.Ended.TotalSeconds);
            released.Add(ends.Released.TotalSeconds);
            told.Add(ends.Told.TotalSeconds);
            events += ends.Events;
            run.Say($"{what}, round {round}: ended after {Text.Of(ended[^1])} s, released after {Text.Of(released[^1])} s; plain SQL {Text.Of(plainEnded[^1])} s, {Text.Of(plainReleased[^1])} s");
        }
        if (!withSink)
        {
            return
            [
                Row($"{sessions} due within 1 s, all ended, {what}", ended, plainEnded, Goal.RatioAtMost(2), []),
                Row($"{sessions} due within 1 s, all released too, {what}", released, plainReleased, goal: null, []),
            ];
        }
        string[] notes = [$"{events} events arrived for {run.Options.Rounds * (sessions + WarmUpSessions)} ends"];
        return
        [
            Row($"{sessions} due within 1 s, all ended, {what}", ended, plainEnded, goal: null, notes),
            Row($"{sessions} due within 1 s, each end delivered to a sink", told, plainEnded, Goal.RatioAtMost(3), notes),
        ];
    }

    /// <summary>The same creates, once while nothing else happens and once while a burst of sessions ends and each end is delivered.</summary>
    private static async Task<Measurement> BurstAsync(Run run, Installation installation, SessionRows rows, EventReceiver receiver)
    {
        List<double> alone = [], beside = [];
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            await rows.ClearAsync(run.Cancellation);
            var firstEnd = run.Clock.GetUtcNow() + Lead;
            await rows.AddAsync(1, BurstSessions, firstEnd, Spread, run.Cancellation);
            await rows.SettleAsync(run.Cancellation);
            await using var host = await installation.StartHostAsync(run.Cancellation);
            var creates = Requests.Create(host.Endpoint, await Requests.TokenAsync(host.Endpoint, run.Cancellation), sink: null, Requests.LongDurationSeconds);
            await OpenLoop.RunAsync(creates, run.Options.Connections, BesidePerSecond, TimeSpan.FromSeconds(5), run.Cancellation);
            alone.Add(await P99Async(run, creates));
            await WhenAsync(run, firstEnd - BesideBefore);
            beside.Add(await P99Async(run, creates));
            receiver.Take();
            run.Say($"burst, round {round}: creates' p99 {Text.Of(beside[^1])} ms, without it {Text.Of(alone[^1])} ms");
        }
        return new Measurement(Name, $"creates' p99 at {Text.Of(BesidePerSecond)}/s beside {BurstSessions} ends with sinks", new Quantity(beside.Median(), "ms"), beside)
        {
            Baseline = new Baseline("the same without the ends", new Quantity(alone.Median(), "ms"), alone),
            Goal = Goal.RatioAtMost(5),
        };
    }

    private static async Task<double> P99Async(Run run, Workload creates) =>
        (await OpenLoop.RunAsync(creates, run.Options.Connections, BesidePerSecond, Beside, run.Cancellation)).Latency.Percentile(99).TotalMilliseconds;

    /// <exception cref="InvalidOperationException">That was before now: the numbers would say something else than they seem to.</exception>
    private static async Task WhenAsync(Run run, DateTimeOffset at)
    {
        var ahead = at - run.Clock.GetUtcNow();
        if (ahead < TimeSpan.Zero) throw new InvalidOperationException($"The host was ready {-ahead.TotalSeconds:0.0} s too late; this machine is too slow for this benchmark's lead time.");
        await Task.Delay(ahead, run.Clock, run.Cancellation);
    }

    private static Measurement Row(string what, IReadOnlyList<double> seconds, IReadOnlyList<double> plainSeconds, Goal? goal, IReadOnlyList<string> notes) =>
        new(Name, what, new Quantity(seconds.Median(), "s"), seconds)
        {
            Baseline = new Baseline("plain SQL, batches of 512", new Quantity(plainSeconds.Median(), "s"), plainSeconds),
            Goal = goal,
            Notes = notes,
        };

    /// <summary>Times from the first end on.</summary>
    /// <param name="Told">Until the last of the ends had arrived at the sink; zero without one.</param>
    internal readonly record struct Ends(TimeSpan Ended, TimeSpan Released, TimeSpan Told, int Events);
}

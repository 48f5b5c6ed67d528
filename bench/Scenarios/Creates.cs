using QodOrleans.Bench.Baselines;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>How many sessions are made in a second, everything on: token check, validation, conflict check, both commits, event outbox, and (in
/// the first row) delivery of every event. In turns with single-row inserts by pgbench and with a plain service that only inserts.</summary>
internal static class Creates
{
    private const string Name = "creates";
    internal static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        await using var receiver = new EventReceiver(run.Clock);
        await using var host = await installation.StartHostAsync(run.Cancellation);
        await using var plain = await installation.StartPlainAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        var rows = await Templates.TakeAsync(run, installation, host.Endpoint, token, receiver.Url);
        var script = await rows.InsertScriptAsync(run.Cancellation);

        var told = Requests.Create(host.Endpoint, token, receiver.Url, Requests.LongDurationSeconds);
        var quiet = Requests.Create(host.Endpoint, token, sink: null, Requests.LongDurationSeconds);
        var inserted = Requests.Create(plain.Endpoint, token, receiver.Url, Requests.LongDurationSeconds);

        // 1. Warm everything up, so that no turn measures a compiler.
        await ToldAsync(run, told, receiver, run.Options.WarmUp);
        await ClosedLoop.RunAsync(inserted, run.Options.Connections, run.Options.WarmUp, run.Cancellation);

        // 2. The turns.
        var tally = new Tally();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            tally.Pgbench.Add((await TurnAsync(() => Pgbench.RunAsync(installation.Database.Connection, script, run.Options.Duration, run.Cancellation))).PerSecond);
            var cpu = CpuUse.Since(host);
            var (created, events) = await TurnAsync(() => ToldAsync(run, told, receiver, run.Options.Duration));
            tally.HostCpu = cpu.Describe();
            tally.Told.Add(created);
            tally.Events += events.Count;
            tally.DistinctEvents += events.Select(one => one.EventId).Distinct().Count();
            cpu = CpuUse.Since(plain);
            tally.Plain.Add(await TurnAsync(() => ClosedLoop.RunAsync(inserted, run.Options.Connections, run.Options.Duration, run.Cancellation)));
            tally.PlainCpu = cpu.Describe();
            tally.Quiet.Add(await TurnAsync(() => ClosedLoop.RunAsync(quiet, run.Options.Connections, run.Options.Duration, run.Cancellation)));
            run.Say($"round {round}: host {Text.Of(tally.Told[^1].PerSecond)}/s with events, {Text.Of(tally.Quiet[^1].PerSecond)}/s without; "
                + $"pgbench {Text.Of(tally.Pgbench[^1])}/s; plain service {Text.Of(tally.Plain[^1].PerSecond)}/s");
        }

        // 3. Latency means something below the maximum only: half of it, at a fixed rate.
        var rate = Math.Max(1, Math.Floor(tally.Told.Select(turn => turn.PerSecond).Median() / 2));
        var atHalf = await TurnAsync(() => OpenLoop.RunAsync(told, run.Options.Connections, rate, run.Options.Duration, run.Cancellation));
        return [.. Rows(run, tally), LatencyRow(rate, atHalf)];

        // A checkpoint that falls into one turn would be charged to it alone.
        async Task<T> TurnAsync<T>(Func<Task<T>> turn)
        {
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            return await turn();
        }
    }

    /// <summary>A turn of the host with events; those still on their way at its end are waited for, so that they do not weigh on the next turn.</summary>
    private static async Task<(LoadResult Created, IReadOnlyList<ReceivedEvent> Events)> ToldAsync(Run run, Workload told, EventReceiver receiver, TimeSpan duration)
    {
        receiver.Take();
        var before = receiver.Arrivals;
        var created = await ClosedLoop.RunAsync(told, run.Options.Connections, duration, run.Cancellation);
        await receiver.ArrivedAsync(before + created.Succeeded, LongestDelivery, run.Cancellation);
        return (created, receiver.Take());
    }

    private static IEnumerable<Measurement> Rows(Run run, Tally tally)
    {
        var pgbench = Baseline($"pgbench, {Pgbench.Clients} clients", tally.Pgbench);
        var plain = Baseline($"plain service, {run.Options.Connections} connections", tally.Plain.Select(turn => turn.PerSecond));
        var created = tally.Told.Sum(turn => turn.Succeeded);
        string[] events = [$"{created} creates, {tally.Events} events arrived, {tally.DistinctEvents} distinct", tally.HostCpu];
        yield return Row("host, events delivered", tally.Told, pgbench, goal: null, events);
        yield return Row("host, events delivered", tally.Told, plain, Goal.RatioAtLeast(1.3), [$"plain service: {LatencyOf(tally.Plain)}, {tally.PlainCpu}"]);
        yield return Row("host, no sink", tally.Quiet, pgbench, goal: null, []);
        yield return Row("host, no sink", tally.Quiet, plain, Goal.RatioAtLeast(2), []);
    }

    private static Measurement Row(string what, IReadOnlyList<LoadResult> turns, Baseline baseline, Goal? goal, IEnumerable<string> notes)
    {
        var perSecond = turns.Select(turn => turn.PerSecond).ToArray();
        return new Measurement(Name, what, new Quantity(perSecond.Median(), "creates/s"), perSecond)
        {
            Baseline = baseline,
            Goal = goal,
            Notes = [LatencyOf(turns), $"{turns.Sum(turn => turn.Failed)} failed", .. notes],
        };
    }

    private static Measurement LatencyRow(double rate, LoadResult atHalf) =>
        new(Name, $"p99 at {Text.Of(rate)}/s, half the maximum, events delivered", Quantity.Milliseconds(atHalf.Latency.Percentile(99)), [atHalf.Latency.Percentile(99).TotalMilliseconds])
        {
            Notes = [atHalf.DescribeLatency()],
        };

    private static Baseline Baseline(string name, IEnumerable<double> perSecond)
    {
        var rounds = perSecond.ToArray();
        return new Baseline(name, new Quantity(rounds.Median(), "/s"), rounds);
    }

    private static string LatencyOf(IReadOnlyList<LoadResult> turns) => turns[^1].DescribeLatency();

    private sealed class Tally
    {
        public List<double> Pgbench { get; } = [];
        public List<LoadResult> Told { get; } = [];
        public List<LoadResult> Quiet { get; } = [];
        public List<LoadResult> Plain { get; } = [];
        public long Events { get; set; }
        public long DistinctEvents { get; set; }
        public string HostCpu { get; set; } = "";
        public string PlainCpu { get; set; } = "";
    }
}

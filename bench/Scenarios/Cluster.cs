using QodOrleans.Bench.Baselines;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>A gateway and one, two and three silos on this one machine: what a create costs there, how that grows with the silos, and how late
/// sessions end, and what a silo costs, beside a million that live on.</summary>
internal static class Cluster
{
    private const string Name = "cluster";
    private const int MostSilos = 3;

    /// <summary>Creates a second that any number of silos can serve on two cores.</summary>
    private const double CostRate = 1_000;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        var rows = await FirstStartAsync(run, installation);
        var script = await rows.InsertScriptAsync(run.Cancellation);

        var measurements = new List<Measurement>();
        var costs = new List<(int Silos, double[] Microseconds)>();
        for (var silos = 1; silos <= MostSilos; silos++)
        {
            var (rowsOfSize, cost) = await CreatesAsync(run, installation, script, silos);
            measurements.AddRange(rowsOfSize);
            costs.Add((silos, cost));
        }
        measurements.Add(CostRow(costs[0].Microseconds, costs[^1].Microseconds));
        await rows.ClearAsync(run.Cancellation);
        measurements.AddRange(await BesideLiveOnesAsync(run, installation, rows));
        return measurements;
    }

    /// <summary>The program that serves alone applies the schema and makes the row that others are copied from.</summary>
    private static async Task<SessionRows> FirstStartAsync(Run run, Installation installation)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        return await Templates.TakeAsync(run, installation, host.Endpoint, await Requests.TokenAsync(host.Endpoint, run.Cancellation), sink: null);
    }

    private static async Task<(IReadOnlyList<Measurement> Rows, double[] Microseconds)> CreatesAsync(Run run, Installation installation, string script, int silos)
    {
        await using var receiver = new Http.EventReceiver(run.Clock);
        await using var members = await Service.StartAsync(installation, silos, run.Cancellation);
        var token = await Requests.TokenAsync(members.Endpoint, run.Cancellation);
        var quiet = Requests.Create(members.Endpoint, token, sink: null, Requests.LongDurationSeconds);
        var told = Requests.Create(members.Endpoint, token, receiver.Url, Requests.LongDurationSeconds);
        await ClosedLoop.RunAsync(quiet, run.Options.Connections, run.Options.WarmUp, run.Cancellation);
        await ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.WarmUp, run.Cancellation);

        var (pgbench, quietTurns, toldTurns, cpu) = (new List<double>(), new List<LoadResult>(), new List<LoadResult>(), "");
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            pgbench.Add((await Pgbench.RunAsync(installation.Database.Connection, script, run.Options.Duration, run.Cancellation)).PerSecond);
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            var before = CpuOf(members);
            quietTurns.Add(await ClosedLoop.RunAsync(quiet, run.Options.Connections, run.Options.Duration, run.Cancellation));
            cpu = Describe(before, CpuOf(members), quietTurns[^1].Succeeded);
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            toldTurns.Add(await ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.Duration, run.Cancellation));
            run.Say($"{silos} silos, round {round}: {Text.Of(quietTurns[^1].PerSecond)}/s, {Text.Of(toldTurns[^1].PerSecond)}/s with events; pgbench {Text.Of(pgbench[^1])}/s; {cpu}");
        }
        var costs = new double[run.Options.Rounds];
        for (var round = 0; round < costs.Length; round++)
        {
            var before = CpuOf(members);
            var made = await OpenLoop.RunAsync(quiet, run.Options.Connections, CostRate, run.Options.Duration, run.Cancellation);
            var now = CpuOf(members);
            costs[round] = (now.Gateway - before.Gateway + (now.Silos - before.Silos)).TotalMicroseconds / made.Succeeded;
        }
        return ([Row("no sink", quietTurns, [cpu]), Row("events delivered", toldTurns, [])], costs);

        Measurement Row(string what, IReadOnlyList<LoadResult> turns, IEnumerable<string> notes)
        {
            var perSecond = turns.Select(turn => turn.PerSecond).ToArray();
            return new Measurement(Name, $"gateway and {silos} {(silos == 1 ? "silo" : "silos")}, {what}", new Quantity(perSecond.Median(), "creates/s"), perSecond)
            {
                Baseline = new Baseline($"pgbench, {Pgbench.Clients} clients", new Quantity(pgbench.Median(), "/s"), [.. pgbench]),
                Notes = [turns[^1].DescribeLatency(), $"{turns.Sum(turn => turn.Failed)} failed", .. notes],
            };
        }
    }

    private static async Task<IReadOnlyList<Measurement>> BesideLiveOnesAsync(Run run, Installation installation, SessionRows rows)
    {
        var empty = await IdleAsync(run, installation);
        await rows.AddAsync(1, run.Options.LiveSessions, run.Clock.GetUtcNow().AddHours(2), TimeSpan.FromHours(24), run.Cancellation);
        await rows.SettleAsync(run.Cancellation);
        var full = await IdleAsync(run, installation);
        run.Say($"idle silo: {Text.Of(empty.CpuShare)} of a core and {Text.Of(empty.Megabytes)} MiB, with live sessions {Text.Of(full.CpuShare)} and {Text.Of(full.Megabytes)} MiB");

        await using var receiver = new Http.EventReceiver(run.Clock);
        await using var members = await Service.StartAsync(installation, silos: 1, run.Cancellation);
        var token = await Requests.TokenAsync(members.Endpoint, run.Cancellation);
        await Lateness.TurnAsync(run, installation, receiver, members.Endpoint, token, run.Options.WarmUp);
        var turns = new List<Lateness.Turn>();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            turns.Add(await Lateness.TurnAsync(run, installation, receiver, members.Endpoint, token, run.Options.Duration));
            run.Say($"round {round}: ended {Lateness.Describe(turns[^1].Ended)}; told {Lateness.Describe(turns[^1].Told)}");
        }
        var beside = $"beside {run.Options.LiveSessions} live ones";
        return
        [
            new Measurement(Name, $"idle silo, {beside}", new Quantity(full.CpuShare, "cores"), [full.CpuShare])
            {
                Notes = [$"{Text.Of(empty.CpuShare)} with an empty store; resident {Text.Of(full.Megabytes)} MiB, and {Text.Of(empty.Megabytes)} MiB with an empty store"],
            },
            Lateness.Row($"told to the sink at 200/s, p99 after the due time, {beside}", turns, turn => turn.Told, goal: null) with { Scenario = Name },
            Lateness.Row($"end decided at 200/s, p99 after the due time, {beside}", turns, turn => turn.Ended, Goal.AtMost(100, "ms")) with { Scenario = Name },
        ];
    }

    /// <summary>What one silo takes while nothing is due.</summary>
    private static async Task<(double CpuShare, double Megabytes)> IdleAsync(Run run, Installation installation)
    {
        await using var silo = await installation.StartSiloAsync(1, run.Cancellation);
        await Task.Delay(Settling, run.Clock, run.Cancellation);
        var before = silo.ProcessorTime;
        await Task.Delay(Settling, run.Clock, run.Cancellation);
        return ((silo.ProcessorTime - before) / Settling, silo.ResidentBytes() / 1048576.0);
    }

    /// <summary>On one machine more silos only share the same cores; what they add to a create is what counts.</summary>
    private static Measurement CostRow(double[] one, double[] most) =>
        new(Name, $"CPU per create at {Text.Of(CostRate)}/s, gateway and {MostSilos} silos", new Quantity(most.Median(), "µs"), most)
        {
            Baseline = new Baseline("gateway and 1 silo", new Quantity(one.Median(), "µs"), one),
            Goal = Goal.RatioAtMost(1.3),
        };

    private static (TimeSpan Gateway, TimeSpan Silos) CpuOf(Service service) =>
        (service.Entry.ProcessorTime, service.Silos.Aggregate(TimeSpan.Zero, (sum, silo) => sum + silo.ProcessorTime));

    private static string Describe((TimeSpan Gateway, TimeSpan Silos) before, (TimeSpan Gateway, TimeSpan Silos) now, long creates) =>
        $"a create cost the gateway {Text.Of((now.Gateway - before.Gateway).TotalMicroseconds / creates)} and the silos {Text.Of((now.Silos - before.Silos).TotalMicroseconds / creates)} µs";
}

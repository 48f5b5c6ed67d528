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
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        var rows = await FirstStartAsync(run, installation);
        var script = await rows.InsertScriptAsync(run.Cancellation);

        var measurements = new List<Measurement>();
        for (var silos = 1; silos <= MostSilos; silos++) measurements.AddRange(await CreatesAsync(run, installation, script, silos));
        await rows.ClearAsync(run.Cancellation);
        measurements.AddRange(await BesideLiveOnesAsync(run, installation, rows));
        return measurements;
    }

    /// <summary>The standalone host applies the schema and makes the row that others are copied from.</summary>
    private static async Task<SessionRows> FirstStartAsync(Run run, Installation installation)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        return await Templates.TakeAsync(run, installation, host, await Requests.TokenAsync(host.Endpoint, run.Cancellation), sink: null);
    }

    private static async Task<IReadOnlyList<Measurement>> CreatesAsync(Run run, Installation installation, string script, int silos)
    {
        await using var receiver = new Http.EventReceiver(run.Clock);
        await using var members = await Members.StartAsync(installation, silos, run.Cancellation);
        var token = await Requests.TokenAsync(members.Gateway.Endpoint, run.Cancellation);
        var quiet = Requests.Create(members.Gateway.Endpoint, token, sink: null, Requests.LongDurationSeconds);
        var told = Requests.Create(members.Gateway.Endpoint, token, receiver.Url, Requests.LongDurationSeconds);
        await ClosedLoop.RunAsync(quiet, run.Options.Connections, run.Options.WarmUp, run.Cancellation);
        await ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.WarmUp, run.Cancellation);

        var (pgbench, quietTurns, toldTurns, cpu) = (new List<double>(), new List<LoadResult>(), new List<LoadResult>(), "");
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            pgbench.Add((await Pgbench.RunAsync(installation.Database.Connection, script, run.Options.Duration, run.Cancellation)).PerSecond);
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            var before = members.Cpu();
            quietTurns.Add(await ClosedLoop.RunAsync(quiet, run.Options.Connections, run.Options.Duration, run.Cancellation));
            cpu = members.Describe(before, quietTurns[^1].Succeeded);
            await installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            toldTurns.Add(await ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.Duration, run.Cancellation));
            run.Say($"{silos} silos, round {round}: {Text.Of(quietTurns[^1].PerSecond)}/s, {Text.Of(toldTurns[^1].PerSecond)}/s with events; pgbench {Text.Of(pgbench[^1])}/s; {cpu}");
        }
        return [Row("no sink", quietTurns, [cpu]), Row("events delivered", toldTurns, [])];

        Measurement Row(string what, IReadOnlyList<LoadResult> turns, IEnumerable<string> notes)
        {
            var perSecond = turns.Select(turn => turn.PerSecond).ToArray();
            return new Measurement(Name, $"gateway and {silos} {(silos == 1 ? "silo" : "silos")}, {what}", new Quantity(perSecond.Median(), "creates/s"), perSecond)
            {
                Baseline = new Baseline($"pgbench, {Pgbench.Clients} clients", new Quantity(pgbench.Median(), "/s"), [.. pgbench]),
                // The goal is about one silo: on one machine, more of them only share the same cores.
                Goal = silos == 1 ? Goal.RatioAtLeast(0.3) : null,
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
        await using var members = await Members.StartAsync(installation, silos: 1, run.Cancellation);
        var token = await Requests.TokenAsync(members.Gateway.Endpoint, run.Cancellation);
        await Lateness.TurnAsync(run, installation, receiver, members.Gateway, token, run.Options.WarmUp);
        var turns = new List<Lateness.Turn>();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            turns.Add(await Lateness.TurnAsync(run, installation, receiver, members.Gateway, token, run.Options.Duration));
            run.Say($"round {round}: ended {Lateness.Describe(turns[^1].Ended)}; told {Lateness.Describe(turns[^1].Told)}");
        }
        var beside = $"beside {run.Options.LiveSessions} live ones";
        return
        [
            new Measurement(Name, $"idle silo, {beside}", new Quantity(full.CpuShare, "cores"), [full.CpuShare])
            {
                Notes = [$"{Text.Of(empty.CpuShare)} with an empty store; resident {Text.Of(full.Megabytes)} MiB, and {Text.Of(empty.Megabytes)} MiB with an empty store"],
            },
            Lateness.Row($"told to the sink at 200/s, p99 after the due time, {beside}", turns, turn => turn.Told, Goal.AtMost(1000, "ms")) with { Scenario = Name },
            Lateness.Row($"end decided at 200/s, p99 after the due time, {beside}", turns, turn => turn.Ended, Goal.AtMost(1000, "ms")) with { Scenario = Name },
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

    /// <summary>The processes of one cluster.</summary>
    private sealed class Members(IReadOnlyList<ChildProcess> silos, ChildProcess gateway) : IAsyncDisposable
    {
        public ChildProcess Gateway => gateway;

        public static async Task<Members> StartAsync(Installation installation, int silos, CancellationToken cancellation)
        {
            var started = new List<ChildProcess>();
            for (var number = 1; number <= silos; number++) started.Add(await installation.StartSiloAsync(number, cancellation));
            return new Members(started, await installation.StartGatewayAsync(cancellation));
        }

        public (TimeSpan Gateway, TimeSpan Silos) Cpu() => (gateway.ProcessorTime, silos.Aggregate(TimeSpan.Zero, (sum, silo) => sum + silo.ProcessorTime));

        public string Describe((TimeSpan Gateway, TimeSpan Silos) before, long creates)
        {
            var now = Cpu();
            return $"a create cost the gateway {Text.Of((now.Gateway - before.Gateway).TotalMicroseconds / creates)} and the silos {Text.Of((now.Silos - before.Silos).TotalMicroseconds / creates)} µs";
        }

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            foreach (var silo in silos) await silo.DisposeAsync();
        }
    }
}

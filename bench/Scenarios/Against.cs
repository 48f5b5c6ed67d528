using System.Collections.Concurrent;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>This checkout's programs and another's, in alternating turns on one machine: what a change costs, or saves. Each side has a database and a data
/// folder of its own. The side that begins changes with each round, so that what drifts is charged to neither.</summary>
internal static class Against
{
    /// <summary>A ratio near to 1 is judged by what a create costs at one rate that both can serve, in as many rounds.</summary>
    private const int FixedRateRounds = 9;

    private const int GetConnections = 64;
    private const double GetRate = 1_000;
    private static readonly int[] ClusterSizes = [1, 3];

    public static Task<IReadOnlyList<Measurement>> CreatesAsync(Run run) => CreatesAsync(run, "creates", silos: 0);

    public static Task<IReadOnlyList<Measurement>> ExpiryAsync(Run run) => ExpiryAsync(run, "expiry", silos: 0);

    public static Task<IReadOnlyList<Measurement>> LatenessAsync(Run run) => LatenessAsync(run, Lateness.Name, silos: 0);

    /// <summary>The same through a gateway and silos.</summary>
    public static async Task<IReadOnlyList<Measurement>> ClusterAsync(Run run)
    {
        var measurements = new List<Measurement>();
        foreach (var silos in ClusterSizes)
        {
            measurements.AddRange(await CreatesAsync(run, "cluster", silos));
            measurements.AddRange(await ExpiryAsync(run, "cluster", silos));
        }
        measurements.AddRange(await LatenessAsync(run, "cluster", silos: 1));
        return measurements;
    }

    public static async Task<IReadOnlyList<Measurement>> GetsAsync(Run run)
    {
        await using var pair = await Pair.CreateAsync(run);
        await pair.StartAsync(silos: 0, run.Cancellation);
        foreach (var side in pair.Both)
        {
            var made = new ConcurrentBag<Guid>();
            var create = Requests.Create(
                side.Service.Endpoint, side.Token, sink: null, Requests.LongDurationSeconds, body => made.Add(Requests.SessionIdOf(body)));
            await ClosedLoop.RunAsync(create, GetConnections, TimeSpan.FromSeconds(3), run.Cancellation);
            side.Reads = Requests.Get(side.Service.Endpoint, side.Token, [.. made]);
            await OpenLoop.RunAsync(side.Reads, GetConnections, GetRate, run.Options.WarmUp, run.Cancellation);
        }
        await pair.InTurnsAsync(run.Options.Rounds, async side =>
        {
            var read = await OpenLoop.RunAsync(side.Reads!, GetConnections, GetRate, run.Options.Duration, run.Cancellation);
            side.Add($"p99 at {Text.Of(GetRate)}/s, recent sessions", read.Latency.Percentile(99).TotalMilliseconds, "ms");
        });
        return pair.Compare("gets");
    }

    public static async Task<IReadOnlyList<Measurement>> RestartAsync(Run run)
    {
        await using var pair = await Pair.CreateAsync(run);
        foreach (var side in pair.Both) await TemplatesAsync(run, side, withSink: false);
        await pair.InTurnsAsync(run.Options.Rounds, side => StartAsync(run, side, "empty"));
        foreach (var side in pair.Both)
        {
            await side.Quiet!.AddAsync(1, run.Options.LiveSessions, run.Clock.GetUtcNow().AddHours(1), TimeSpan.FromHours(24), run.Cancellation);
            await side.Quiet.SettleAsync(run.Cancellation);
        }
        await pair.InTurnsAsync(run.Options.Rounds, side => StartAsync(run, side, $"{run.Options.LiveSessions} live sessions"));
        return pair.Compare("restart");
    }

    private static async Task StartAsync(Run run, Side side, string what)
    {
        await using var host = await side.Installation.StartHostAsync(run.Cancellation);
        await Task.Delay(Restart.Settling, run.Clock, run.Cancellation);
        side.Add($"ready, {what}", host.ReadyAfter.TotalSeconds, "s");
        side.Add($"resident and idle, {what}", host.ResidentBytes() / 1048576.0, "MiB");
    }

    private static async Task<IReadOnlyList<Measurement>> CreatesAsync(Run run, string scenario, int silos)
    {
        await using var pair = await Pair.CreateAsync(run);
        foreach (var side in pair.Both) await side.PrepareAsync(run.Cancellation);
        await pair.StartAsync(silos, run.Cancellation);
        foreach (var side in pair.Both)
        {
            await ClosedLoop.RunAsync(side.CreatesOf(told: false), run.Options.Connections, run.Options.WarmUp, run.Cancellation);
            await side.ToldAsync(run, told => ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.WarmUp, run.Cancellation));
        }

        // 1. The most that each can do.
        List<double> rates = [];
        await pair.InTurnsAsync(run.Options.Rounds, async side =>
        {
            await side.Installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            var quiet = await ClosedLoop.RunAsync(side.CreatesOf(told: false), run.Options.Connections, run.Options.Duration, run.Cancellation);
            side.Add($"{Shape(silos)}, no sink", quiet.PerSecond, "creates/s");
            await side.Installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            var told = await side.ToldAsync(run, told => ClosedLoop.RunAsync(told, run.Options.Connections, run.Options.Duration, run.Cancellation));
            side.Add($"{Shape(silos)}, events delivered", told.PerSecond, "creates/s");
            rates.Add(told.PerSecond);
        });

        // 2. What a create costs at a rate that both can serve.
        var rate = Math.Max(1, Math.Floor(rates.Median() / 2));
        await pair.InTurnsAsync(run.Options.Quick ? run.Options.Rounds : FixedRateRounds, async side =>
        {
            await side.Installation.Database.ExecuteAsync("checkpoint", run.Cancellation);
            var (cpu, wal) = (CpuUse.Since(side.Service.Processes), await side.WalBytesAsync(run.Cancellation));
            var told = await side.ToldAsync(run, told => OpenLoop.RunAsync(told, run.Options.Connections, rate, run.Options.Duration, run.Cancellation));
            var (service, butDriver) = cpu.Used();
            var what = $"{Shape(silos)}, at {Text.Of(rate)}/s with events";
            side.Add($"{what}: CPU per create, its programs", service.TotalMicroseconds / told.Succeeded, "µs");
            side.Add($"{what}: CPU per create, all but the driver", butDriver.TotalMicroseconds / told.Succeeded, "µs");
            side.Add($"{what}: WAL per create", (double)(await side.WalBytesAsync(run.Cancellation) - wal) / told.Succeeded, "bytes");
            side.Add($"{what}: p99", told.Latency.Percentile(99).TotalMilliseconds, "ms");
        });
        return pair.Compare(scenario);
    }

    private static async Task<IReadOnlyList<Measurement>> ExpiryAsync(Run run, string scenario, int silos)
    {
        await using var pair = await Pair.CreateAsync(run);
        foreach (var side in pair.Both) await TemplatesAsync(run, side, withSink: true);
        await pair.InTurnsAsync(run.Options.Rounds, async side =>
        {
            foreach (var (rows, withSink) in new[] { (side.Quiet!, false), (side.Told!, true) })
            {
                var ends = await Expiry.TurnAsync(run, side.Installation, rows, side.Receiver, withSink, run.Options.ExpiringSessions,
                    async () => await Service.StartAsync(side.Installation, silos, run.Cancellation));
                var what = $"{Shape(silos)}, {run.Options.ExpiringSessions} due within 1 s";
                side.Add($"{what}, all ended, {(withSink ? "with sinks" : "no sink")}", ends.Ended.TotalSeconds, "s");
                if (withSink) side.Add($"{what}, each end delivered", ends.Told.TotalSeconds, "s");
            }
        });
        return pair.Compare(scenario);
    }

    private static async Task<IReadOnlyList<Measurement>> LatenessAsync(Run run, string scenario, int silos)
    {
        await using var pair = await Pair.CreateAsync(run);
        foreach (var side in pair.Both) await side.PrepareAsync(run.Cancellation);
        await pair.StartAsync(silos, run.Cancellation);
        foreach (var side in pair.Both) await TurnAsync(side, run.Options.WarmUp);
        await pair.InTurnsAsync(run.Options.Rounds, async side =>
        {
            var turn = await TurnAsync(side, run.Options.Duration);
            side.Add($"{Shape(silos)}, end decided at 200/s, p99 after the due time", turn.Ended.Percentile(99).TotalMilliseconds, "ms");
            side.Add($"{Shape(silos)}, told to the sink at 200/s, p99 after the due time", turn.Told.Percentile(99).TotalMilliseconds, "ms");
        });
        return pair.Compare(scenario);

        Task<Lateness.Turn> TurnAsync(Side side, TimeSpan length) =>
            Lateness.TurnAsync(run, side.Installation, side.Receiver, side.Service.Endpoint, side.Token, length);
    }

    private static string Shape(int silos) => silos switch { 0 => "./qod up", 1 => "gateway and 1 silo", _ => $"gateway and {silos} silos" };

    /// <summary>The side's own program makes the rows that others are copied from.</summary>
    private static async Task TemplatesAsync(Run run, Side side, bool withSink)
    {
        await using var host = await side.Installation.StartHostAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        side.Quiet = await Templates.TakeAsync(run, side.Installation, host.Endpoint, token, sink: null);
        if (withSink) side.Told = await Templates.TakeAsync(run, side.Installation, host.Endpoint, token, side.Receiver.Url);
    }

    /// <summary>One checkout: what belongs to it, and what was measured of it.</summary>
    private sealed class Side(string name, Installation installation, EventReceiver receiver)
    {
        private readonly Dictionary<string, (string Unit, List<double> Rounds)> measured = [];

        public string Name => name;

        public Installation Installation => installation;

        public EventReceiver Receiver => receiver;

        /// <summary>While one runs for several rounds.</summary>
        public Service Service { get; set; } = null!;

        public string Token { get; set; } = "";

        public Workload? Reads { get; set; }

        public SessionRows? Quiet { get; set; }

        public SessionRows? Told { get; set; }

        public IEnumerable<(string What, string Unit, IReadOnlyList<double> Rounds)> Measured =>
            measured.Select(one => (one.Key, one.Value.Unit, (IReadOnlyList<double>)one.Value.Rounds));

        /// <summary>The schema, before silos look for it.</summary>
        public async Task PrepareAsync(CancellationToken cancellation) => await (await installation.StartHostAsync(cancellation)).DisposeAsync();

        public void Add(string what, double value, string unit)
        {
            if (!measured.TryGetValue(what, out var one)) measured[what] = one = (unit, []);
            one.Rounds.Add(value);
        }

        public Workload CreatesOf(bool told) => Requests.Create(Service.Endpoint, Token, told ? receiver.Url : null, Requests.LongDurationSeconds);

        /// <summary>Creates with events; those on their way at the end are waited for, so that they do not weigh on the other side.</summary>
        public async Task<LoadResult> ToldAsync(Run run, Func<Workload, Task<LoadResult>> load)
        {
            var before = receiver.Arrivals;
            var result = await load(CreatesOf(told: true));
            await receiver.ArrivedAsync(before + result.Succeeded, Creates.LongestDelivery, run.Cancellation);
            receiver.Take();
            return result;
        }

        /// <summary>Of the whole server: the other side is idle meanwhile.</summary>
        public async Task<decimal> WalBytesAsync(CancellationToken cancellation) =>
            await installation.Database.ScalarAsync<decimal>("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')", cancellation);
    }

    private sealed class Pair : IAsyncDisposable
    {
        private readonly Run run;
        private readonly List<Side> sides = [];

        private Pair(Run run) => this.run = run;

        public IReadOnlyList<Side> Both => sides;

        public static async Task<Pair> CreateAsync(Run run)
        {
            var pair = new Pair(run);
            foreach (var (name, programs) in new[] { ("this", run.Options.Programs), ("that", run.Options.Against!) })
                pair.sides.Add(new Side(name, await Installation.CreateAsync(run.Options, programs, run.Cancellation), new EventReceiver(run.Clock)));
            return pair;
        }

        public async Task StartAsync(int silos, CancellationToken cancellation)
        {
            foreach (var side in sides)
            {
                side.Service = await Service.StartAsync(side.Installation, silos, cancellation);
                side.Token = await Requests.TokenAsync(side.Service.Endpoint, cancellation);
            }
        }

        public async Task InTurnsAsync(int rounds, Func<Side, Task> turn)
        {
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var side in round % 2 == 1 ? sides : Enumerable.Reverse(sides)) await turn(side);
                foreach (var side in sides)
                {
                    var latest = side.Measured.Where(one => one.Rounds.Count == round).Select(one => $"{one.What} {Text.Of(one.Rounds[^1])} {one.Unit}");
                    run.Say($"round {round} of {rounds}, {side.Name}: {string.Join("; ", latest)}");
                }
            }
        }

        /// <summary>This ÷ that, by medians, with the ratio of each round beside it.</summary>
        public IReadOnlyList<Measurement> Compare(string scenario) =>
        [
            .. sides[0].Measured.Zip(sides[1].Measured, (here, there) =>
            {
                var ratios = here.Rounds.Zip(there.Rounds, (a, b) => a / b).ToArray();
                return new Measurement(scenario, here.What, new Quantity(here.Rounds.Median(), here.Unit), here.Rounds)
                {
                    Baseline = new Baseline("that", new Quantity(there.Rounds.Median(), there.Unit), there.Rounds),
                    Notes =
                    [
                        $"this ÷ that by round {Text.Of(ratios)}: median {Text.Of(ratios.Median())}, from {Text.Of(ratios.Min())} to {Text.Of(ratios.Max())}",
                    ],
                };
            }),
        ];

        public async ValueTask DisposeAsync()
        {
            foreach (var side in sides)
            {
                if (side.Service is not null) await side.Service.DisposeAsync();
                await side.Receiver.DisposeAsync();
                await side.Installation.DisposeAsync();
            }
        }
    }
}

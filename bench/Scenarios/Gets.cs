using System.Collections.Concurrent;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>GET of a session, by a fixed rate of requests, in turns with an endpoint that answers <c>{}</c> and looks at nothing. Once for
/// sessions that were made just now, as a client polls them, and once for any of a number that no cache here holds.</summary>
internal static class Gets
{
    private const string Name = "gets";
    private const int Connections = 64;
    private const int StoredSessions = 100_000;
    private static readonly double[] Rates = [1_000, 3_000];

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        await using var host = await installation.StartHostAsync(run.Cancellation);
        await using var plain = await installation.StartPlainAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);

        // 1. Sessions to ask for.
        var rows = await Templates.TakeAsync(run, installation, host.Endpoint, token, sink: null);
        await rows.AddAsync(1, StoredSessions, run.Clock.GetUtcNow().AddHours(2), TimeSpan.FromHours(12), run.Cancellation);
        await rows.SettleAsync(run.Cancellation);
        var made = new ConcurrentBag<Guid>();
        var create = Requests.Create(host.Endpoint, token, sink: null, Requests.LongDurationSeconds, body => made.Add(Requests.SessionIdOf(body)));
        await ClosedLoop.RunAsync(create, Connections, TimeSpan.FromSeconds(3), run.Cancellation);

        var empty = Requests.GetEmpty(plain.Endpoint);
        var recent = Requests.Get(host.Endpoint, token, [.. made]);
        var any = Requests.Get(host.Endpoint, token, [.. Enumerable.Range(1, StoredSessions).Select(SessionRows.IdOf)]);

        // 2. Warm up, then take turns at each rate.
        foreach (var workload in (Workload[])[empty, recent, any]) await OpenLoop.RunAsync(workload, Connections, Rates[^1], run.Options.WarmUp, run.Cancellation);

        var measurements = new List<Measurement>();
        foreach (var rate in Rates)
        {
            var (emptyTurns, recentTurns, anyTurns) = (new List<LoadResult>(), new List<LoadResult>(), new List<LoadResult>());
            for (var round = 1; round <= run.Options.Rounds; round++)
            {
                emptyTurns.Add(await OpenLoop.RunAsync(empty, Connections, rate, run.Options.Duration, run.Cancellation));
                recentTurns.Add(await OpenLoop.RunAsync(recent, Connections, rate, run.Options.Duration, run.Cancellation));
                anyTurns.Add(await OpenLoop.RunAsync(any, Connections, rate, run.Options.Duration, run.Cancellation));
                run.Say($"{Text.Of(rate)}/s, round {round}: p99 {P99(recentTurns[^1])} ms recent, {P99(anyTurns[^1])} ms any, {P99(emptyTurns[^1])} ms empty");
            }
            measurements.Add(Row($"p99 at {Text.Of(rate)}/s, {made.Count} recent sessions", recentTurns, emptyTurns, Goal.RatioAtMost(2.5)));
            measurements.Add(Row($"p99 at {Text.Of(rate)}/s, any of {StoredSessions} stored", anyTurns, emptyTurns, Goal.RatioAtMost(5)));
        }
        return measurements;
    }

    private static Measurement Row(string what, IReadOnlyList<LoadResult> turns, IReadOnlyList<LoadResult> emptyTurns, Goal goal) => new(Name, what, Median(turns), P99s(turns))
    {
        Baseline = new Baseline("empty endpoint", Median(emptyTurns), P99s(emptyTurns)),
        Goal = goal,
        Notes = [turns[^1].DescribeLatency(), $"empty endpoint: {emptyTurns[^1].DescribeLatency()}"],
    };

    private static Quantity Median(IReadOnlyList<LoadResult> turns) => new(P99s(turns).Median(), "ms");

    private static double[] P99s(IReadOnlyList<LoadResult> turns) => [.. turns.Select(turn => turn.Latency.Percentile(99).TotalMilliseconds)];

    private static string P99(LoadResult turn) => Text.Of(turn.Latency.Percentile(99).TotalMilliseconds);
}

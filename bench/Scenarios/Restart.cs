using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>A host starts on a store full of live sessions: how long until it serves, and how much memory they take while nobody asks for them.</summary>
internal static class Restart
{
    private const string Name = "restart";

    // What start-up leaves behind is collected by then, and what the host reads ahead is read.
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        var rows = await FirstStartAsync(run, installation);

        var empty = await StartsAsync(run, installation, "empty", checks: null);
        await rows.AddAsync(1, run.Options.LiveSessions, run.Clock.GetUtcNow().AddHours(1), TimeSpan.FromHours(24), run.Cancellation);
        await rows.SettleAsync(run.Cancellation);
        var full = await StartsAsync(run, installation, $"{run.Options.LiveSessions} sessions", checks: SessionRows.IdOf(run.Options.LiveSessions / 2));

        var sessions = run.Options.LiveSessions;
        var bytes = (full.Select(start => (double)start.ResidentBytes).Median() - empty.Select(start => (double)start.ResidentBytes).Median()) / sessions;
        return
        [
            new Measurement(Name, $"ready with {sessions} live sessions", new Quantity(Seconds(full).Median(), "s"), Seconds(full))
            {
                Goal = Goal.AtMost(5, "s"),
                Notes = [$"empty: {Text.Of(Seconds(empty))} s", "a session of those was read by GET after each start"],
            },
            new Measurement(Name, "resident memory per live idle session", new Quantity(bytes, "bytes"), [bytes])
            {
                Notes = [$"resident {Text.Of(Megabytes(full))} MiB with them, {Text.Of(Megabytes(empty))} MiB without, {Settling.TotalSeconds:0} s after ready"],
            },
        ];
    }

    /// <summary>The first start applies the schema, and is not measured.</summary>
    private static async Task<SessionRows> FirstStartAsync(Run run, Installation installation)
    {
        await using var host = await installation.StartHostAsync(run.Cancellation);
        return await Templates.TakeAsync(run, installation, host.Endpoint, await Requests.TokenAsync(host.Endpoint, run.Cancellation), sink: null);
    }

    private static async Task<IReadOnlyList<Start>> StartsAsync(Run run, Installation installation, string what, Guid? checks)
    {
        var starts = new List<Start>();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            await using var host = await installation.StartHostAsync(run.Cancellation);
            await Task.Delay(Settling, run.Clock, run.Cancellation);
            starts.Add(new Start(host.ReadyAfter, host.ResidentBytes()));
            if (checks is { } id) await CheckAsync(run, host, id);
            run.Say($"{what}, start {round}: ready after {Text.Of(host.ReadyAfter.TotalSeconds)} s, resident {Text.Of(starts[^1].ResidentBytes / 1048576.0)} MiB");
        }
        return starts;
    }

    /// <summary>Rows that the host could not read would make for a fast start.</summary>
    private static async Task CheckAsync(Run run, ChildProcess host, Guid id)
    {
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        using var connection = await HttpConnection.ConnectAsync(host.Endpoint, run.Cancellation);
        var answer = await connection.SendAsync(Requests.Get(host.Endpoint, token, [id]).NewSource()(), run.Cancellation);
        if (answer.Status != 200) throw new InvalidOperationException($"A session that was loaded into the store is answered {answer.Status}.");
    }

    private static double[] Seconds(IEnumerable<Start> starts) => [.. starts.Select(start => start.ReadyAfter.TotalSeconds)];

    private static IEnumerable<double> Megabytes(IEnumerable<Start> starts) => starts.Select(start => start.ResidentBytes / 1048576.0);

    private readonly record struct Start(TimeSpan ReadyAfter, long ResidentBytes);
}

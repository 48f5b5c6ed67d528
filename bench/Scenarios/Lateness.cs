using System.Collections.Concurrent;
using System.Net;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Load;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>Sessions come at 200 a second and end at 200 a second: how long after its due time each one ended, and its client was told.</summary>
internal static class Lateness
{
    internal const string Name = "lateness";
    private const int Connections = 32;
    private const double PerSecond = 200;
    private const int SessionSeconds = 10;

    // Ended sessions are read from the database at the end, and are only kept there for six minutes.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(SessionSeconds + 30);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Run run)
    {
        await using var installation = await Installation.CreateAsync(run.Options, run.Cancellation);
        await using var receiver = new EventReceiver(run.Clock);
        await using var host = await installation.StartHostAsync(run.Cancellation);
        var token = await Requests.TokenAsync(host.Endpoint, run.Cancellation);
        await TurnAsync(run, installation, receiver, host.Endpoint, token, run.Options.WarmUp);

        var turns = new List<Turn>();
        var length = run.Options.Duration < LongestTurn ? run.Options.Duration : LongestTurn;
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            turns.Add(await TurnAsync(run, installation, receiver, host.Endpoint, token, length));
            run.Say($"round {round}: ended {Describe(turns[^1].Ended)}; told {Describe(turns[^1].Told)}; earliest {Text.Of(turns[^1].Earliest.TotalMilliseconds)} ms");
        }
        return
        [
            Row("told to the sink, p99 after the due time", turns, turn => turn.Told, goal: null),
            Row("end decided, p99 after the due time", turns, turn => turn.Ended, Goal.AtMost(25, "ms")),
            NeverEarly(turns),
        ];
    }

    internal static async Task<Turn> TurnAsync(Run run, Installation installation, EventReceiver receiver, IPEndPoint host, string token, TimeSpan length)
    {
        receiver.Take();
        var before = receiver.Arrivals;
        var made = new ConcurrentDictionary<Guid, bool>();
        var create = Requests.Create(host, token, receiver.Url, SessionSeconds, body => made.TryAdd(Requests.SessionIdOf(body), true));
        var load = await OpenLoop.RunAsync(create, Connections, PerSecond, length, run.Cancellation);

        // Each session tells twice: that it is there, and that it is over.
        await receiver.ArrivedAsync(before + (2 * load.Succeeded), LongestDelivery, run.Cancellation);
        var ends = receiver.Take().Where(one => one.Unavailable).DistinctBy(one => one.EventId).ToDictionary(one => one.SessionId, one => one.ReceivedAt);
        return await ReadAsync(installation.Database, made, ends, load, run.Cancellation);
    }

    private static async Task<Turn> ReadAsync(
        ScratchDatabase database, ConcurrentDictionary<Guid, bool> made, Dictionary<Guid, DateTimeOffset> ends, LoadResult load, CancellationToken cancellation)
    {
        var turn = new Turn(new Recorder(), new Recorder(), load);
        await using var command = database.Source.CreateCommand(
            "select id, started_at + make_interval(secs => duration_s), ended_at from qod.sessions where ended_at is not null");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(0);
            if (!made.ContainsKey(id)) continue;
            var due = reader.GetFieldValue<DateTimeOffset>(1);
            var ended = reader.GetFieldValue<DateTimeOffset>(2) - due;
            turn.Ended.Record(ended);
            if (ended < turn.Earliest) turn.Earliest = ended;
            if (ends.TryGetValue(id, out var told)) turn.Told.Record(told - due);
        }
        return turn;
    }

    internal static Measurement Row(string what, IReadOnlyList<Turn> turns, Func<Turn, Recorder> which, Goal? goal)
    {
        var p99 = turns.Select(turn => which(turn).Percentile(99).TotalMilliseconds).ToArray();
        return new Measurement(Name, what, new Quantity(p99.Median(), "ms"), p99)
        {
            Goal = goal,
            Notes =
            [
                Describe(which(turns[^1])),
                $"{turns.Sum(turn => which(turn).Count)} ends of {turns.Sum(turn => turn.Load.Succeeded)} sessions at {PerSecond}/s, {turns.Sum(turn => turn.Load.Failed)} failed",
            ],
        };
    }

    private static Measurement NeverEarly(IReadOnlyList<Turn> turns)
    {
        var earliest = turns.Select(turn => turn.Earliest.TotalMilliseconds).ToArray();
        return new Measurement(Name, "the earliest end, after its due time", new Quantity(earliest.Min(), "ms"), earliest);
    }

    internal static string Describe(Recorder recorder) =>
        $"p50 {Text.Of(recorder.Percentile(50).TotalMilliseconds)}, p99 {Text.Of(recorder.Percentile(99).TotalMilliseconds)}, max {Text.Of(recorder.Max.TotalMilliseconds)} ms";

    /// <param name="Ended">Lateness of the decision, as the store has it; its commit comes after.</param>
    /// <param name="Told">Lateness of the event's arrival.</param>
    internal sealed record Turn(Recorder Ended, Recorder Told, LoadResult Load)
    {
        public TimeSpan Earliest { get; set; } = TimeSpan.MaxValue;
    }
}

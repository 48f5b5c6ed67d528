using System.Globalization;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>Many worlds, one per seed, each on one thread.</summary>
internal sealed class Runner
{
    private readonly Lock gate = new();
    private long next;

    public long Seeds { get; private set; }

    public List<(long Seed, string What)> Violations { get; } = [];

    public long[] Faults { get; } = new long[Enum.GetValues<Fault>().Length];

    public HashSet<(SessionPhase Phase, string Command)> Pairs { get; } = [];

    public HashSet<string> Effects { get; } = [];

    public long Sessions { get; private set; }

    public long Choices { get; private set; }

    public long Steps { get; private set; }

    /// <param name="threads">Worlds at one time.</param>
    /// <param name="stopsAtFirst">Looks no further once a seed has failed.</param>
    public static Runner Run(long from, long count, int threads, bool stopsAtFirst = false)
    {
        var runner = new Runner { next = from };
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => runner.Work(from + count, stopsAtFirst))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        runner.Violations.Sort();
        return runner;
    }

    public void Print(TextWriter to)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Sessions} sessions, {Choices} choices, {Steps} steps"));
        to.WriteLine($"faults: {string.Join(", ", Enum.GetValues<Fault>().Select(fault => $"{fault} {Faults[(int)fault]}"))}");
        to.WriteLine($"effects: {string.Join(", ", Effects.Order())}");
        foreach (var phase in Pairs.GroupBy(pair => pair.Phase).OrderBy(phase => phase.Key))
            to.WriteLine($"{phase.Key}: {string.Join(", ", phase.Select(pair => pair.Command).Order())}");
        foreach (var (seed, what) in Violations) to.WriteLine($"seed {seed}: {what}");
    }

    private void Work(long end, bool stopsAtFirst)
    {
        while (Take(end, stopsAtFirst) is { } seed) Count(World.Run(seed));
    }

    private long? Take(long end, bool stopsAtFirst)
    {
        lock (gate) return next < end && !(stopsAtFirst && Violations.Count > 0) ? next++ : null;
    }

    private void Count(World world)
    {
        lock (gate)
        {
            Seeds++;
            Sessions += world.Ledger.Made;
            Choices += world.Scheduler.Choices;
            Steps += world.Scheduler.Steps;
            Pairs.UnionWith(world.Pairs);
            Effects.UnionWith(world.Effects);
            for (var kind = 0; kind < Faults.Length; kind++) Faults[kind] += world.Faults.Seen[kind];
            if (world.Violation is { } what) Violations.Add((world.Seed, what));
        }
    }
}

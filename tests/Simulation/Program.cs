using System.Diagnostics;
using QodOrleans.Simulation;

// usage: QodOrleans.Simulation [--seeds N] [--from S] [--first] [--trace SEED]
var (seeds, from, isFirst, traced) = (2_000L, 1L, false, (long?)null);
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seeds" when long.TryParse(args.ElementAtOrDefault(++i), out seeds) && seeds > 0: break;
        case "--from" when long.TryParse(args.ElementAtOrDefault(++i), out from): break;
        case "--trace" when long.TryParse(args.ElementAtOrDefault(++i), out var seed): traced = seed; break;
        case "--first": isFirst = true; break;
        default:
            Console.Error.WriteLine("usage: simulate [--seeds N] [--from S] [--first] [--trace SEED]");
            return 2;
    }
}
if (traced is { } one)
{
    var world = World.Run(one, isTraced: true);
    Console.Out.Write(world.Trace.Text);
    return world.Violation is null ? 0 : 1;
}

var watch = Stopwatch.StartNew();
var runner = Runner.Run(from, seeds, Environment.ProcessorCount, isFirst);
runner.Print(Console.Out);
Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s");
Console.WriteLine($"{runner.Seeds} seeds, {runner.Violations.Count} violations");
return runner.Violations.Count == 0 ? 0 : 1;

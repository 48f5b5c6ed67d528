using System.CommandLine;
using QodOrleans.Bench;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Plain;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;
using QodOrleans.Bench.Scenarios;

var postgres = new Option<string>("--postgres") { Description = "Connection string of a superuser, to any existing database", Required = true };
var checkout = new Option<DirectoryInfo>("--checkout") { Description = "The built checkout that is measured", Required = true };
var against = new Option<DirectoryInfo?>("--against") { Description = "Another built checkout, whose programs take turns with this one's, in place of the baselines" };
var duration = new Option<int?>("--duration") { Description = "Seconds of each measured turn (default 30)" };
var rounds = new Option<int>("--rounds") { Description = "Measured turns of each service", DefaultValueFactory = _ => 3 };
var connections = new Option<int>("--connections") { Description = "Connections of the closed loop, 1 to 1,024", DefaultValueFactory = _ => 128 };
var quick = new Option<bool>("--quick") { Description = "Turns of 5 s and a tenth of the sessions: to try things out, not to quote" };
var json = new Option<FileInfo?>("--json") { Description = "Also write the result to this file, for programs" };
var name = new Argument<string?>("name") { Description = $"One of {string.Join(", ", Scenario.All.Select(one => one.Name))}; all when left out", Arity = ArgumentArity.ZeroOrOne };

var root = new RootCommand("The benchmarks of QodOrleans, as ratios to baselines measured in the same run.")
{
    name, postgres, checkout, against, duration, rounds, connections, quick, json, PlainService.Command(),
};

root.SetAction(async (parsed, cancellation) =>
{
    var scenarios = Scenario.All.Where(one => parsed.GetValue(name) is not { } only || one.Name == only).ToArray();
    if (scenarios.Length == 0)
    {
        await Console.Error.WriteLineAsync($"There is no benchmark '{parsed.GetValue(name)}'. There are: {string.Join(", ", Scenario.All.Select(one => one.Name))}.");
        return 2;
    }

    var isQuick = parsed.GetValue(quick);
    var options = new BenchOptions
    {
        Postgres = parsed.GetRequiredValue(postgres),
        Programs = Programs.In(parsed.GetRequiredValue(checkout)),
        Against = parsed.GetValue(against) is { } other ? Programs.In(other) : null,
        CommandLine = string.Join(' ', BenchOptions.AsTyped(args)),
        Duration = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(duration) ?? (isQuick ? 5 : 30), 1, 600)),
        WarmUp = TimeSpan.FromSeconds(isQuick ? 3 : 10),
        Rounds = Math.Clamp(parsed.GetValue(rounds), 1, 20),
        Connections = Math.Clamp(parsed.GetValue(connections), 1, 1024),
        Quick = isQuick,
    };
    var surroundings = await Surroundings.ReadAsync(options, cancellation);
    var measurements = new List<Measurement>();
    foreach (var scenario in scenarios)
    {
        await Console.Error.WriteLineAsync($"{scenario.Name}: {scenario.Description}");
        measurements.AddRange(await (options.Against is null ? scenario.RunAsync : scenario.CompareAsync)(new Run(options, cancellation)));
    }

    await Console.Out.WriteLineAsync(MarkdownReport.Write(surroundings, measurements));
    if (parsed.GetValue(json) is { } file) await File.WriteAllTextAsync(file.FullName, JsonReport.Write(surroundings, measurements), cancellation);
    return 0;
});

// Cancelling stops the hosts and drops the databases, which takes longer than the library's two seconds.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });

using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Scenarios;

/// <summary>A run's options, and its progress on the error stream.</summary>
internal sealed record Run(BenchOptions Options, CancellationToken Cancellation)
{
    public TimeProvider Clock { get; } = TimeProvider.System;

    public TextWriter Progress { get; init; } = Console.Error;

    public void Say(string progress) => Progress.WriteLine($"  {progress}");
}

/// <summary>A benchmark that can be asked for by name. Each makes what it needs, and leaves nothing behind.</summary>
/// <param name="CompareAsync">The same measures of two checkouts in turns.</param>
internal sealed record Scenario(
    string Name, string Description, Func<Run, Task<IReadOnlyList<Measurement>>> RunAsync, Func<Run, Task<IReadOnlyList<Measurement>>> CompareAsync)
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("creates", "creates per second, beside pgbench and a plain service", Creates.RunAsync, Against.CreatesAsync),
        new("gets", "GET of a session at a fixed rate, beside an empty endpoint", Gets.RunAsync, Against.GetsAsync),
        new("expiry", "many sessions that end within one second, beside plain SQL", Expiry.RunAsync, Against.ExpiryAsync),
        new("lateness", "how late sessions end at 200 a second", Lateness.RunAsync, Against.LatenessAsync),
        new("restart", "start with many live sessions, and the memory they take", Restart.RunAsync, Against.RestartAsync),
        new("cluster", "creates through a gateway and one to three silos, and due work beside many live sessions", Cluster.RunAsync, Against.ClusterAsync),
    ];
}

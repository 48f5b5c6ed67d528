using QodOrleans.Hosting.Clustering;

namespace QodOrleans.Silo;

/// <summary>What the command line decides beside <see cref="Hosting.HostSettings"/>: <c>--api</c> and <c>--store</c>, or the same keys under
/// <c>Qod:</c>.</summary>
/// <param name="Api">Whether the whole API is served from this process. Default: no.</param>
/// <param name="Store"><c>postgres</c> (default), or <c>memory</c>: one process, and nothing kept.</param>
internal sealed record SiloSettings(bool Api, string Store)
{
    public static IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>(QodClusterOptions.Switches)
    {
        ["--api"] = "Qod:Api",
        ["--store"] = "Qod:Store",
    };

    public bool InMemory => Store == "memory";

    /// <summary><c>--api</c> stands alone; the configuration's command line wants a value for each switch.</summary>
    public static string[] Spell(string[] args) => [.. args.Select(arg => arg == "--api" ? "--api=true" : arg)];

    /// <exception cref="InvalidOperationException">A value is none of those allowed.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var store = configuration["Qod:Store"] ?? "postgres";
        return store is "postgres" or "memory"
            ? new SiloSettings(configuration.GetValue("Qod:Api", false), store)
            : throw new InvalidOperationException($"Qod:Store is '{store}'; it must be one of: postgres, memory.");
    }
}

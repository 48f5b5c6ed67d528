using Microsoft.Extensions.Configuration;

namespace QodOrleans.Hosting;

/// <summary>Settings of earlier releases that no program reads any more. Whoever still sets one expects an effect that it no longer has, so the program
/// refuses to start and names the setting that replaces it.</summary>
internal static class RetiredSettings
{
    /// <summary>For each, the setting that replaces it.</summary>
    private static readonly Dictionary<string, string> Successors = new()
    {
        ["Qod:Engine:CachedSessions"] = "Qod:Cluster:GrainsIdleFor",
        ["Qod:Engine:CachedDevices"] = "Qod:Cluster:GrainsIdleFor",
        ["Qod:Cluster:DueInFlight"] = "Qod:Engine:DueInFlight",
    };

    /// <exception cref="InvalidOperationException">One is set.</exception>
    public static void Refuse(IConfiguration configuration)
    {
        foreach (var (retired, successor) in Successors)
            if (configuration[retired] is not null)
                throw new InvalidOperationException($"{retired} is no setting any more; {successor} has taken its place. Remove it.");
    }
}

using Microsoft.Extensions.Configuration;

namespace QodOrleans.Hosting;

/// <summary>Settings of earlier releases that nothing reads any more. One that is still set was meant to do something: the program does not start without
/// it.</summary>
internal static class RetiredSettings
{
    /// <summary>What stands in the place of each.</summary>
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

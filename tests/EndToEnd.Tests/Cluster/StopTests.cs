using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>A stop that nothing can hold up.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_silo_ends_in_its_time_though_its_database_is_gone()
    {
        await using var cluster = new RealCluster
        {
            GatewayCount = 0,
            Settings = new Dictionary<string, string> { ["Qod__Cluster__DrainTimeout"] = "00:00:02" },
        };
        await cluster.HaveSilosAsync(1);
        await cluster.Server.StopImmediateAsync();

        cluster.Silos[0].Process.Terminate();

        Assert.NotEqual(0, await cluster.Silos[0].Process.ExitAsync(TimeSpan.FromSeconds(20)));
    }
}


namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>Two gateways in front of two silos. Whoever answered is lost: the other gateway goes on, and the lost one comes back.</summary>
public sealed class ClusterService : Service
{
    private RealCluster? cluster;
    private int at;

    internal override Uri Address => cluster!.Gateways[at].Address;

    internal override Uri OtherAddress => cluster!.Gateways[1 - at].Address;

    public override async ValueTask InitializeAsync()
    {
        var settings = await SettingsAsync();
        cluster = new RealCluster { Settings = settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value) };
        await cluster.HaveSilosAsync(2);
    }

    internal override async Task CrashAsync()
    {
        var lost = cluster!.Gateways[at];
        lost.Process.Kill();
        await lost.Process.ExitAsync(TimeSpan.FromSeconds(10));
        at = 1 - at;
        await lost.StartAsync();
    }

    internal override async Task RestartAsync()
    {
        var leaving = cluster!.Gateways[at];
        leaving.Process.Terminate();
        Assert.Equal(0, await leaving.Process.ExitAsync(TimeSpan.FromSeconds(40)));
        at = 1 - at;
        await leaving.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
    }
}

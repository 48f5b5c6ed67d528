using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>One silo that serves the API.</summary>
public sealed class OneSiloService(PostgresServer server) : Service
{
    private Broker? broker;

    internal override Uri Address => broker!.Address;

    internal override Uri OtherAddress => Address;

    public override async ValueTask InitializeAsync() => broker = await Broker.StartAsync(server, await SettingsAsync());

    internal override async Task CrashAsync()
    {
        broker!.Kill();
        await broker.ExitAsync();
        await broker.RestartAsync();
    }

    internal override async Task RestartAsync()
    {
        broker!.Terminate();
        Assert.Equal(0, await broker.ExitAsync());
        await broker.RestartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (broker is not null) await broker.DisposeAsync();
    }
}

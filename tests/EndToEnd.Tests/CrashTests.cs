using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>Whatever dies, under load: what was acknowledged is still true afterwards, and is told once.</summary>
[Collection<Alone>]
public sealed class CrashTests(PostgresServer postgres)
{
    private static readonly TimeSpan OverdueEndsWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Kill_of_the_host_loses_nothing_that_was_acknowledged()
    {
        await using var sink = await EventSink.StartAsync();
        await using var broker = await Broker.StartAsync(postgres);
        using var client = await broker.ClientAsync();
        var load = await Load.StartAsync(client, sink);

        broker.Kill();
        Assert.NotEqual(0, await broker.ExitAsync());
        await load.FailedAndDueAsync();
        await broker.RestartAsync();

        await load.VerifyAsync(client, OverdueEndsWithin);
    }

    [Fact]
    public async Task An_immediate_stop_of_Postgres_loses_nothing_that_was_acknowledged()
    {
        await using var sink = await EventSink.StartAsync();
        await using var server = await PrivatePostgres.StartAsync();
        await using var broker = await Broker.StartAsync(server);
        using var client = await broker.ClientAsync();
        var load = await Load.StartAsync(client, sink);

        await server.StopImmediateAsync();
        await load.FailedAndDueAsync();
        await server.RestartAsync();
        await broker.HealthyAsync(TimeSpan.FromSeconds(30));

        await load.VerifyAsync(client, OverdueEndsWithin);
    }

    [Fact]
    public async Task SIGTERM_under_load_drains_and_loses_nothing()
    {
        await using var sink = await EventSink.StartAsync();
        await using var broker = await Broker.StartAsync(postgres);
        using var client = await broker.ClientAsync();
        var load = await Load.StartAsync(client, sink);

        broker.Terminate();
        Assert.Equal(0, await broker.ExitAsync());
        await load.FailedAndDueAsync();
        await broker.RestartAsync();

        await load.VerifyAsync(client, OverdueEndsWithin);
    }
}

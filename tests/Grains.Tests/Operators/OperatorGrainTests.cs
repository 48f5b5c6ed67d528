using System.Net;
using Npgsql;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains.Tests.Operators;

/// <summary>The operators' administration, over Orleans's ADO.NET provider and our own statements for it.</summary>
public sealed class OperatorGrainTests : IAsyncLifetime
{
    private static readonly SiloAddress One = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress Two = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 1);

    private readonly ClusterOverPostgres fixture = new();

    private IOperatorGrain Operator => fixture.Cluster.Client.GetGrain<IOperatorGrain>("acme");

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task What_was_decided_outlives_the_cluster()
    {
        Assert.Equal(new OperatorAdministration(), await Operator.GetAsync());
        var decided = new OperatorAdministration { Mode = OperatorMode.Killed, Limits = new OperatorLimits(ConcurrentCalls: 7, CallsPerSecond: 70) };
        await Operator.SetAsync(new OperatorAdministration { Mode = OperatorMode.Draining });
        await Operator.SetAsync(decided);

        await fixture.CrashAndRestartAsync();

        Assert.Equal(decided, await Operator.GetAsync());
        var quota = await Operator.RenewAsync(new QuotaRequest(One, Held: 0, Wanted: 1, Calls: 0, Unanswered: 0));
        Assert.Equal((OperatorMode.Killed, 7, 70.0), (quota.Mode, quota.ConcurrentCalls, quota.CallsPerSecond));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Operator.SetAsync(decided with { Limits = new OperatorLimits(0, null) }));
    }

    /// <summary>As Orleans 10.2.2 wrote it, with the names of the types: a type that is renamed or moved must still be found by its old name.</summary>
    [Fact]
    public async Task What_an_earlier_release_stored_is_still_read()
    {
        const string stored =
            """{"$id":"1","$type":"QodOrleans.Grains.Operators.OperatorAdministration, QodOrleans.Grains","Mode":1""" +
            ""","Limits":{"$id":"2","$type":"QodOrleans.Grains.Operators.OperatorLimits, QodOrleans.Grains","ConcurrentCalls":7,"CallsPerSecond":70,"AreInRange":true}}""";
        await Operator.SetAsync(new OperatorAdministration { Mode = OperatorMode.Killed });
        await using var database = NpgsqlDataSource.Create(fixture.Database);
        await using var overwrite = database.CreateCommand("update qod.grain_states set payload = convert_to($1, 'UTF8')");
        overwrite.Parameters.Add(new() { Value = stored });
        Assert.Equal(1, await overwrite.ExecuteNonQueryAsync());

        await fixture.CrashAndRestartAsync();

        Assert.Equal(new OperatorAdministration { Mode = OperatorMode.Draining, Limits = new OperatorLimits(ConcurrentCalls: 7, CallsPerSecond: 70) }, await Operator.GetAsync());
    }

    [Fact]
    public async Task Failures_that_no_silo_would_mind_alone_open_the_breaker_for_all()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(TimeSpan.Zero, (await Operator.RenewAsync(new QuotaRequest(One, 1, 1, Calls: 8, Unanswered: 8))).PausedFor);
            Assert.Equal(TimeSpan.Zero, (await Operator.RenewAsync(new QuotaRequest(Two, 1, 1, Calls: 8, Unanswered: 8))).PausedFor);
        }
        Assert.NotEqual(TimeSpan.Zero, (await Operator.RenewAsync(new QuotaRequest(One, 1, 1, Calls: 8, Unanswered: 8))).PausedFor);
        Assert.NotEqual(TimeSpan.Zero, (await Operator.RenewAsync(new QuotaRequest(Two, 1, 1, Calls: 0, Unanswered: 0))).PausedFor);
    }
}

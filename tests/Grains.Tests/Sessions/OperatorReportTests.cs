using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QodOrleans.Contracts;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Abstractions;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Sessions;

/// <summary>What an operator says once is kept until it is stored: it may have no second chance to say it.</summary>
public sealed class OperatorReportTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ClusterOverMemory fixture = new();
    private readonly ManualTimeProvider backgroundTime = new();
    private OrleansSessionEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        await fixture.InitializeAsync();
        fixture.Options.RequestLimit = 1;
        engine = new OrleansSessionEngine(
            fixture.Cluster.Client, fixture.Store, ISessionEngineFixture.Profiles, new DeviceKeyHasher(new byte[32]), fixture.Time, backgroundTime, Options.Create(fixture.Options),
            NullLogger<OrleansSessionEngine>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        engine.Dispose();
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_report_is_insisted_on_beyond_the_deadline_of_calls_until_the_store_takes_it()
    {
        var session = await CreatedAsync();
        fixture.SiloStore.Sever();

        var report = engine.ReportAsync(session.Id, OperatorOutcome.Terminated()).AsTask();
        for (var waited = TimeSpan.Zero; waited < 2 * fixture.Options.CallDeadline; waited += Pause)
        {
            await backgroundTime.TimerSetAsync(Pause);
            backgroundTime.Advance(Pause);
        }
        Assert.False(report.IsCompleted);
        Assert.Equal(QosStatus.Available, (await fixture.Store.ReadAsync(session.Id))!.Status);

        await backgroundTime.TimerSetAsync(Pause);
        fixture.SiloStore.Mend();
        backgroundTime.Advance(Pause);
        await report;
        Assert.Equal(StatusInfo.NetworkTerminated, (await fixture.Store.ReadAsync(session.Id))!.StatusInfo);
    }

    [Fact]
    public async Task A_report_that_still_waits_when_the_engine_goes_is_the_operators_to_repeat()
    {
        var session = await CreatedAsync();
        fixture.SiloStore.Sever();
        var report = engine.ReportAsync(session.Id, OperatorOutcome.Terminated()).AsTask();
        await backgroundTime.TimerSetAsync(Pause);

        engine.Dispose();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => report);
    }

    [Fact]
    public async Task More_reports_than_the_bound_are_refused_at_once()
    {
        var session = await CreatedAsync();
        fixture.SiloStore.Sever();
        var first = engine.ReportAsync(session.Id, OperatorOutcome.Terminated()).AsTask();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.ReportAsync(session.Id, OperatorOutcome.Terminated()).AsTask());

        await backgroundTime.TimerSetAsync(Pause);
        fixture.SiloStore.Mend();
        backgroundTime.Advance(Pause);
        await first;
        await engine.ReportAsync(session.Id, OperatorOutcome.Terminated());
    }

    private async Task<QosSession> CreatedAsync()
    {
        var result = await fixture.Engine.CreateSessionAsync(
            new CreateSession
            {
                Caller = new Caller("alice"),
                Surface = "test",
                Device = new Device { PhoneNumber = "+34600000001" },
                ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
                QosProfile = "QOS_E",
                Duration = TimeSpan.FromSeconds(300),
            },
            default);
        Assert.Null(result.Error);
        return result.Session!;
    }
}

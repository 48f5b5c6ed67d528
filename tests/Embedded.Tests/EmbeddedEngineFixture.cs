using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QodOrleans.Contracts;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Memory;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

namespace QodOrleans.Embedded.Tests;

/// <summary>The embedded engine over a store that outlives it, and the simulated operators.</summary>
public abstract class EmbeddedEngineFixture : ISessionEngineFixture
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    private readonly EventRecorder events = new();
    private ServiceProvider operators = null!;
    private ISessionStore durable = null!;
    private SeverableStore store = null!;
    private EmbeddedSessionEngine engine = null!;

    public ISessionEngine Engine => engine;

    public ManualTimeProvider Time { get; } = new();

    /// <summary>Past the engine: what another hand does to the sessions.</summary>
    public ISessionStore Durable => durable;

    public IReadOnlyList<QosStatusChanged> Events => events.Snapshot();

    public SessionPolicy Policy { get; set; } = new();

    public EmbeddedOptions Options { get; init; } = new();

    protected abstract Task<ISessionStore> OpenStoreAsync();

    protected abstract ValueTask CloseStoreAsync();

    public async ValueTask InitializeAsync()
    {
        durable = await OpenStoreAsync();
        operators = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging()
            .AddMetrics()
            .AddSimulatedOperators(NoSettings)
            .BuildServiceProvider();
        await StartAsync();
    }

    /// <summary>As a host does it; what it waits for is not cut short.</summary>
    public Task StopAsync() => engine.StopAsync(CancellationToken.None);

    public async Task CrashAndRestartAsync()
    {
        store.Sever();
        await engine.DisposeAsync();
        await StartAsync();
    }

    public bool OperatorHolds(SessionId id)
    {
        var directory = operators.GetRequiredService<OperatorDirectory>();
        return directory.Routes.Any(route => directory.TryGetSimulated(route.Id, out var simulated) && simulated.Holds(id));
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await operators.DisposeAsync();
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        store = new SeverableStore(durable);
        engine = new EmbeddedSessionEngine(
            Policy,
            ISessionEngineFixture.Profiles,
            operators.GetRequiredService<OperatorDirectory>(),
            operators.GetRequiredService<OperatorReportRelay>(),
            new DeviceKeyHasher(new byte[32]),
            store, events, Time,
            operators.GetRequiredService<IMeterFactory>(),
            Microsoft.Extensions.Options.Options.Create(Options),
            NullLogger<EmbeddedSessionEngine>.Instance);
        await engine.StartAsync(default);
    }

    private sealed class EventRecorder : IEventDispatcher
    {
        private readonly Lock gate = new();
        private readonly List<QosStatusChanged> events = [];

        public void Dispatch(QosStatusChanged change)
        {
            lock (gate) events.Add(change);
        }

        public QosStatusChanged[] Snapshot()
        {
            lock (gate) return [.. events];
        }
    }
}

public sealed class MemoryEngineFixture : EmbeddedEngineFixture
{
    protected override Task<ISessionStore> OpenStoreAsync() => Task.FromResult<ISessionStore>(new MemoryStore());

    protected override ValueTask CloseStoreAsync() => ValueTask.CompletedTask;
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.TestingHost;
using QodOrleans.Contracts;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Abstractions;
using QodOrleans.Operators;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests;

/// <summary>Silos and a client in this process, over a store of their own that outlives them; the operators live outside, as real ones do, and each silo calls
/// them within limits of its own. Sessions live by the test's clock, the cluster by the real one.</summary>
public abstract class OrleansClusterFixture(short silos) : ISessionEngineFixture
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    private readonly EventRecorder events = new();
    private ServiceProvider operators = null!;
    private ISessionStore durable = null!;
    private SeverableStore store = null!;
    private OrleansSessionEngine engine = null!;

    public InProcessTestCluster Cluster { get; private set; } = null!;

    public ISessionEngine Engine => engine;

    /// <summary>Past the silos: what another hand does to the sessions.</summary>
    public ISessionStore Store => durable;

    public ManualTimeProvider Time { get; } = new();

    public IReadOnlyList<QosStatusChanged> Events => events.Snapshot();

    public SessionPolicy Policy { get; set; } = new();

    /// <summary>Awaited before an operator hears of an extension, with the duration that is wanted.</summary>
    internal Func<TimeSpan, Task> WhenExtended { get; set; } = _ => Task.CompletedTask;

    /// <summary>Has every call of the client to a grain in its hands.</summary>
    internal Func<IOutgoingGrainCallContext, Task> WhenCalled { get; set; } = call => call.Invoke();

    internal SessionCallOptions Options { get; } = new();

    /// <summary>What the silos write to.</summary>
    internal SeverableStore SiloStore => store;

    protected abstract Task<ISessionStore> OpenStoreAsync();

    protected abstract ValueTask CloseStoreAsync();

    /// <summary>Where the operators' administration is kept.</summary>
    protected abstract void AddOperatorStorage(ISiloBuilder silo);

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

    public async Task CrashAndRestartAsync()
    {
        store.Sever();
        var dead = Cluster;
        engine.Dispose();
        await StartAsync();
        // Nothing of it is waited for: an operator that is slow by the test's clock would hold up a goodbye for ever.
        foreach (var silo in dead.Silos.ToArray()) await dead.KillSiloAsync(silo);
        await dead.DisposeAsync();
    }

    public bool OperatorHolds(SessionId id)
    {
        var directory = operators.GetRequiredService<OperatorDirectory>();
        return directory.Routes.Any(route => directory.TryGetSimulated(route.Id, out var simulated) && simulated.Holds(id));
    }

    public async ValueTask DisposeAsync()
    {
        // A skipped test has nothing to stop.
        if (Cluster is null) return;
        engine.Dispose();
        await Cluster.DisposeAsync();
        await operators.DisposeAsync();
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        store = new SeverableStore(durable);
        var builder = new InProcessTestClusterBuilder(silos);
        // Part of the key of what Orleans stores: another one would find nothing of before.
        builder.Options.ServiceId = "qod";
        builder.ConfigureSilo((_, silo) =>
        {
            AddOperatorStorage(silo.AddQodGrains(NoSettings).AddActivityPropagation());
            silo.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(Options));
            silo.Services.AddOperators(NoSettings).AddSingleton(new OperatorAdapterKind(SimulatedExtensions.Kind, Overheard));
            silo.Services.AddSingleton(Policy);
            silo.Services.AddSingleton(ISessionEngineFixture.Profiles);
            silo.Services.AddSingleton(new DeviceKeyHasher(new byte[32]));
            silo.Services.AddSingleton<ISessionStore>(store);
            silo.Services.AddSingleton<IEventDispatcher>(events);
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        builder.ConfigureClient(client => client.AddActivityPropagation().AddOutgoingGrainCallFilter(call => WhenCalled(call)));
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.Warning));
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        engine = new OrleansSessionEngine(
            Cluster.Client, Store, ISessionEngineFixture.Profiles, new DeviceKeyHasher(new byte[32]), Time, TimeProvider.System,
            Microsoft.Extensions.Options.Options.Create(Options), NullLogger<OrleansSessionEngine>.Instance);
        operators.GetRequiredService<OperatorReportRelay>().Attach(engine);
    }

    private OverheardOperator Overheard(OperatorAdapterContext context) =>
        operators.GetRequiredService<OperatorDirectory>().TryGetSimulated(context.Id, out var simulated)
            ? new OverheardOperator(simulated, this)
            : throw new InvalidOperationException($"There is no operator '{context.Id}'.");

    private sealed class OverheardOperator(IOperatorAdapter inner, OrleansClusterFixture fixture) : IOperatorAdapter
    {
        public OperatorId Id => inner.Id;

        public OperatorCapabilities Capabilities => inner.Capabilities;

        public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => inner.CreateAsync(session, cancellation);

        public async ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation)
        {
            await fixture.WhenExtended(session.Duration);
            return await inner.ExtendAsync(session, cancellation);
        }

        public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) => inner.DeleteAsync(session, cancellation);

        public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => inner.LookUpAsync(session, cancellation);

        public ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation) => inner.IdentifyAsync(device, cancellation);
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

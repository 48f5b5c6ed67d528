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
using QodOrleans.Grains.Hosting;
using QodOrleans.Operators;
using QodOrleans.Operators.Simulated;
using QodOrleans.Postgres;
using QodOrleans.TestSupport;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace QodOrleans.Grains.Tests;

/// <summary>Two silos and a client in this process, over a database of their own; the operators live outside, as real ones do. Sessions live by the
/// test's clock, the cluster by the real one.</summary>
public sealed class OrleansClusterFixture : ISessionEngineFixture
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    private readonly EventRecorder events = new();
    private PostgresServer server = null!;
    private string database = null!;
    private IConfiguration configuration = null!;
    private ServiceProvider outside = null!;
    private SeverableStore store = null!;
    private OrleansSessionEngine engine = null!;

    public InProcessTestCluster Cluster { get; private set; } = null!;

    public ISessionEngine Engine => engine;

    public ISessionStore Store => outside.GetRequiredService<ISessionStore>();

    public ManualTimeProvider Time { get; } = new();

    public IReadOnlyList<QosStatusChanged> Events => events.Snapshot();

    public SessionPolicy Policy { get; set; } = new();

    /// <summary>Awaited before an operator hears of an extension, with the duration that is wanted.</summary>
    internal Func<TimeSpan, Task> WhenExtended { get; set; } = _ => Task.CompletedTask;

    public short Silos { get; init; } = 2;

    /// <summary>Connection string of the database that the silos share.</summary>
    internal string Database => database;

    /// <summary>What the silos write to.</summary>
    internal SeverableStore SiloStore => store;

    public async ValueTask InitializeAsync()
    {
        server = await TestContext.Current.GetFixture<PostgresServer>() ?? throw new InvalidOperationException("The assembly has no Postgres server.");
        if (server.WhyNone is { } why) Assert.Skip(why);

        database = await server.CreateDatabaseAsync();
        configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Qod:Postgres:ConnectionString", database)])
            .Build();
        // The store keeps real time: its deadlines are about the database.
        outside = new ServiceCollection()
            .AddQodPostgres(configuration)
            .AddKeyedSingleton("operators", (_, _) => new ServiceCollection()
                .AddSingleton<TimeProvider>(Time)
                .AddLogging()
                .AddMetrics()
                .AddSimulatedOperators(NoSettings)
                .BuildServiceProvider())
            .BuildServiceProvider();
        await outside.GetRequiredService<Migrations>().MigrateAsync();
        await StartAsync();
    }

    public async Task CrashAndRestartAsync()
    {
        store.Sever();
        var dead = Cluster;
        engine.Dispose();
        await StartAsync();
        await dead.DisposeAsync();
    }

    public bool OperatorHolds(SessionId id)
    {
        var directory = Operators.GetRequiredService<OperatorDirectory>();
        return directory.Routes.Any(route => directory.TryGetSimulated(route.Id, out var simulated) && simulated.Holds(id));
    }

    public async ValueTask DisposeAsync()
    {
        // A skipped test has nothing to stop.
        if (database is null) return;
        engine.Dispose();
        await Cluster.DisposeAsync();
        await outside.DisposeAsync();
        await server.DropDatabaseAsync(database);
    }

    private ServiceProvider Operators => outside.GetRequiredKeyedService<ServiceProvider>("operators");

    private async Task StartAsync()
    {
        store = new SeverableStore(Store);
        var builder = new InProcessTestClusterBuilder(Silos);
        // Part of the key of what Orleans stores: another one would find nothing of before.
        builder.Options.ServiceId = "qod";
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddQodGrains(NoSettings).AddQodOperatorStorage(configuration).AddActivityPropagation();
            silo.Services.AddSingleton(Operators.GetRequiredService<IOptions<OperatorsOptions>>());
            silo.Services.AddSingleton(Policy);
            silo.Services.AddSingleton(ISessionEngineFixture.Profiles);
            silo.Services.AddSingleton(new DeviceKeyHasher(new byte[32]));
            silo.Services.AddSingleton(Overheard(Operators.GetRequiredService<OperatorDirectory>()));
            silo.Services.AddSingleton<ISessionStore>(store);
            silo.Services.AddSingleton<IEventDispatcher>(events);
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        builder.ConfigureClient(client => client.AddActivityPropagation());
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.Warning));
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        engine = new OrleansSessionEngine(
            Cluster.Client, Store, ISessionEngineFixture.Profiles, new DeviceKeyHasher(new byte[32]), Time, TimeProvider.System,
            Options.Create(new GrainEngineOptions()), NullLogger<OrleansSessionEngine>.Instance);
        Operators.GetRequiredService<OperatorReportRelay>().Attach(engine);
    }

    private OperatorDirectory Overheard(OperatorDirectory operators) => new(
        operators.Routes,
        operators.Routes.Select(route => operators.TryGet(route.Id, out _, out var adapter) ? new OverheardOperator(adapter, this) : throw new InvalidOperationException()));

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

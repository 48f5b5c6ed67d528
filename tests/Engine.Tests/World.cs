using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Core;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Engine.Tests;

/// <summary>The engine of one process without anything that carries it: sessions and devices are made where they are asked for. The operator answers as
/// a test says.</summary>
internal sealed class World : IDueSessionHost, IEventDispatcher, IOperatorAdapter, IDisposable
{
    public static readonly Caller Alice = new("alice");

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly EngineMetrics metrics;
    private readonly Dictionary<SessionId, SessionProcess> sessions = [];
    private readonly Dictionary<DeviceKey, DeviceAdmission> devices = [];

    public World(EngineOptions? options = null)
    {
        Options = options ?? new EngineOptions();
        WhenDue = due => SessionOf(due.Id).DueAsync();
        Store = new GatedStore(Memory);
        metrics = new EngineMetrics(services.GetRequiredService<IMeterFactory>(), InFlight);
        Due = new DueSessionScheduler(this, Store, Time, Time, metrics, Options, NullLogger<DueSessionScheduler>.Instance);
        var route = new OperatorRoute { Id = Id, DisplayName = "Test", NumberPrefixes = ["+34"], Networks = [] };
        Services = new SessionServices(
            new SessionPolicy(), new QosProfileCatalog([new QosProfile { Name = "QOS_E" }]), new OperatorDirectory([route], [this]),
            new DeviceKeyHasher(new byte[32]), Store, (session, validUntil) => DeviceOf(session.Terms.DeviceKey).AdmitAsync(session, validUntil), this, Due, InFlight, metrics,
            Time, Options, Calls, NullLogger<SessionProcess>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public EngineOptions Options { get; }

    public SessionCallOptions Calls { get; } = new();

    public MemoryStore Memory { get; } = new();

    /// <summary>What the engine sees of it.</summary>
    public GatedStore Store { get; }

    public InFlight InFlight { get; } = new();

    public DueSessionScheduler Due { get; }

    public SessionServices Services { get; }

    public IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    public List<QosStatusChanged> Events { get; } = [];

    /// <summary>How often a session said that nothing more is to come.</summary>
    public Dictionary<SessionId, int> Left { get; } = [];

    /// <summary>Sessions in the order in which their releases reached the operator.</summary>
    public List<SessionId> Released { get; } = [];

    public Func<OperatorSession, ValueTask<OperatorOutcome>> WhenCreated { get; set; } = _ => new(OperatorOutcome.Accepted());

    public Func<OperatorSession, ValueTask<OperatorOutcome>> WhenExtended { get; set; } = _ => new(OperatorOutcome.Accepted());

    public Func<OperatorSession, ValueTask<OperatorOutcome>> WhenReleased { get; set; } = _ => new(OperatorOutcome.Accepted());

    public Func<DueSession, Task> WhenDue { get; set; }

    public OperatorId Id { get; } = new("test-op");

    public OperatorCapabilities Capabilities { get; } = new();

    public SessionId NewId() => new(Guid.CreateVersion7(Time.GetUtcNow()));

    public SessionProcess SessionOf(SessionId id)
    {
        if (!sessions.TryGetValue(id, out var session))
            sessions[id] = session = new SessionProcess(id, Services, () => Left[id] = Left.GetValueOrDefault(id) + 1);
        return session;
    }

    public DeviceAdmission DeviceOf(DeviceKey key)
    {
        if (!devices.TryGetValue(key, out var device)) devices[key] = device = new DeviceAdmission(key, Services, () => devices.Remove(key));
        return device;
    }

    public Task<SessionResult> CreateAsync(SessionId id, string phone = "+34600000001", int seconds = 60) =>
        SessionOf(id).CreateAsync(Request(phone, seconds), Time.GetUtcNow());

    public async Task<QosSession> CreatedAsync(string phone = "+34600000001", int seconds = 60)
    {
        var result = await CreateAsync(NewId(), phone, seconds);
        Assert.Null(result.Error);
        return result.Session!;
    }

    public static CreateSession Request(string phone, int seconds) => new()
    {
        Caller = Alice,
        Surface = "test",
        Device = new Device { PhoneNumber = phone },
        ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(seconds),
        Sink = new Sink(new Uri("https://sink.example/events"), null),
    };

    public bool IsOurs(SessionId id) => true;

    public Task CallAsync(DueSession due) => WhenDue(due);

    public Task ReleaseAsync(SessionId id) => SessionOf(id).ReleaseAsync();

    public void Dispatch(QosStatusChanged change) => Events.Add(change);

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => WhenCreated(session);

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => WhenExtended(session);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation)
    {
        Released.Add(session.Id);
        return WhenReleased(session);
    }

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => new(OperatorOutcome.Absent());

    public void Dispose()
    {
        Due.Dispose();
        metrics.Dispose();
        services.Dispose();
    }
}

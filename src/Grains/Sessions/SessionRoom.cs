using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Devices;
using QodOrleans.Grains.Events;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains.Sessions;

/// <summary>What all session grains of a silo share, resolved once instead of once for each of a million activations.</summary>
internal sealed class SessionRoom(
    SessionPolicy policy, QosProfileCatalog profiles, ClusterOperators operators, DeviceKeyHasher deviceKeys, [FromKeyedServices(SessionStorage.Name)] IGrainStorage storage,
    IGrainFactory grains, EventRouter events, WorkUnderWay work, TimeProvider time, GrainMetrics metrics, IOptions<GrainEngineOptions> options, ILogger<QosSessionGrain> log)
{
    public SessionMachine Machine { get; } = new(policy);

    public QosProfileCatalog Profiles { get; } = profiles;

    public LineFinder Lines { get; } = new(operators.Directory);

    public DeviceKeyHasher DeviceKeys { get; } = deviceKeys;

    public GrainReferences<IDeviceGrain> Devices { get; } = new(grains);

    public OperatorCalls Operators { get; } = new(
        operators.Directory, (id, @operator) => Log.OperatorMissing(log, id, @operator), (id, bug) => Log.Failed(log, id, nameof(IOperatorAdapter), bug));

    public IGrainStorage Storage { get; } = storage;

    public EventRouter Events { get; } = events;

    public WorkUnderWay Work { get; } = work;

    public TimeProvider Time { get; } = time;

    public GrainMetrics Metrics { get; } = metrics;

    public GrainEngineOptions Options { get; } = options.Value;

    public ILogger Logger { get; } = log;

    /// <summary>Whole milliseconds: what is stored must read back as it was decided.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());
}

using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>What all sessions and devices of a process share. It is resolved once, not once for each of a million.</summary>
/// <param name="operators">The operators that are configured in this process.</param>
/// <param name="admit">Calls the owner of the device, which admits the session until the given time.</param>
/// <param name="events">Receives committed events for delivery.</param>
public sealed class SessionServices(
    SessionPolicy policy, QosProfileCatalog profiles, OperatorDirectory operators, DeviceKeyHasher deviceKeys, ISessionStore store,
    Func<QosSession, DateTimeOffset, Task<AdmissionOutcome>> admit, IEventDispatcher events, DueSessionScheduler due, InFlight inFlight, EngineMetrics metrics,
    TimeProvider time, EngineOptions options, SessionCallOptions calls, ILogger<SessionProcess> log)
{
    public TimeProvider Time { get; } = time;

    /// <summary>In whole milliseconds, because the store keeps no more: what is read back must equal what was decided.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Counts the work that sessions and devices have under way.</summary>
    public InFlight InFlight { get; } = inFlight;

    internal SessionPolicy Policy { get; } = policy;

    internal SessionMachine Machine { get; } = new(policy);

    internal QosProfileCatalog Profiles { get; } = profiles;

    internal SubscriberResolver Subscribers { get; } = new(operators);

    internal OperatorCalls Operators { get; } = new(
        operators, (id, @operator) => Log.OperatorMissing(log, id, @operator), (id, bug) => Log.Failed(log, id, nameof(IOperatorAdapter), bug));

    internal DeviceKeyHasher DeviceKeys { get; } = deviceKeys;

    internal ISessionStore Store { get; } = store;

    internal Func<QosSession, DateTimeOffset, Task<AdmissionOutcome>> Admit { get; } = admit;

    internal IEventDispatcher Events { get; } = events;

    internal DueSessionScheduler Due { get; } = due;

    internal EngineMetrics Metrics { get; } = metrics;

    internal EngineOptions Options { get; } = options;

    internal SessionCallOptions Calls { get; } = calls;

    internal ILogger Logger { get; } = log;
}

using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Operators;

/// <summary>Names an operator in configuration, keys, logs and metrics, for example <c>movistar-es</c>.</summary>
public readonly record struct OperatorId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>What an operator can do, so that it is not called for what it cannot do.</summary>
/// <param name="CanExtend">False: the broker's own clock ends the session later, and the operator is not asked.</param>
/// <param name="CanLookUp">False: a create whose outcome stays unknown is settled at the provisioning deadline, by deleting what may exist.</param>
/// <param name="CanIdentify">False: the identifier alone says who the device is, so its number and its address count as two subscribers.</param>
public sealed record OperatorCapabilities(bool CanExtend = true, bool CanLookUp = true, bool CanIdentify = false);

/// <summary>A session as an operator needs to see it.</summary>
/// <param name="Id">Ours; the operator's transaction id. A repeated create with the same id must not make a second session.</param>
/// <param name="Subscriber">As the routing resolved it, for example <c>tel:+34600000001</c>. Personal data.</param>
/// <param name="Profile">The operator's own name for the QoS profile.</param>
/// <param name="Duration">Whole seconds. A hint where the operator has clocks of its own; the broker ends sessions itself.</param>
/// <param name="Reference">The operator's name for it, once it gave one.</param>
public sealed record OperatorSession(
    SessionId Id,
    string Subscriber,
    Device Device,
    ApplicationServer ApplicationServer,
    PortsSpec? DevicePorts,
    PortsSpec? ApplicationServerPorts,
    string Profile,
    TimeSpan Duration,
    string? Reference,
    string? Correlator)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(OperatorSession)}({Id}, {Profile}, {Duration})";
}

/// <summary>Whose device it is, as its operator says.</summary>
/// <param name="Kind">Accepted (it is ours), UnknownSubscriber, Unreachable or Unknown.</param>
/// <param name="PhoneNumber">E.164 with "+"; null where the operator does not tell it. Personal data.</param>
public readonly record struct OperatorIdentity(OperatorOutcomeKind Kind, string? PhoneNumber = null)
{
    /// <inheritdoc cref="OperatorOutcome.RetryAfter" />
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(OperatorIdentity)}({Kind})";
}

/// <summary>One operator's southbound interface, in the domain's terms. An adapter holds no rule of a session's life.</summary>
/// <remarks>Called concurrently, by one engine at a time per session; every call may be repeated, so every call is idempotent by
/// <see cref="OperatorSession.Id"/>. A call throws only for a bug: whatever the network does is an <see cref="OperatorOutcome"/>. Deadline,
/// retry, breaker and concurrency limit stand around the adapter, not in it; it must stop when <c>cancellation</c> says so.</remarks>
public interface IOperatorAdapter
{
    OperatorId Id { get; }

    OperatorCapabilities Capabilities { get; }

    /// <returns>Accepted, Pending, Refused, UnknownSubscriber, Unreachable or Unknown.</returns>
    ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation);

    /// <param name="session">With the duration that is wanted, counted from the start.</param>
    /// <returns>Accepted, Refused, Unreachable or Unknown.</returns>
    ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation);

    /// <returns>Accepted (it is gone), Absent (it was not there), Refused, Unreachable or Unknown.</returns>
    ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation);

    /// <returns>Accepted, Pending, Refused, Terminated, Absent, Unreachable or Unknown.</returns>
    ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation);

    /// <summary>Asks whose device it is, so that one device is one subscriber however a client names it. Changes nothing at the operator. Called only
    /// where <see cref="OperatorCapabilities.CanIdentify"/> is true.</summary>
    /// <param name="device">With exactly one identifier: a phone number, or an address in the operator's networks.</param>
    ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation) =>
        throw new NotSupportedException($"Operator {Id} cannot identify devices.");
}

/// <summary>Takes what operators report by themselves. A report may come early, late, twice or out of order.</summary>
public interface IOperatorReports
{
    /// <summary>Returns when the report's change is durable. Only then the operator's report may be acknowledged. While the change cannot be stored, it is
    /// tried again for as long as the process lives, whether or not the caller still waits.</summary>
    /// <param name="report">Accepted, Pending, Refused or Terminated.</param>
    /// <exception cref="Storage.StoreUnavailableException">Not stored, and not tried any more: too many reports are waiting already, or the process
    /// stops. The operator must repeat it.</exception>
    ValueTask ReportAsync(SessionId id, OperatorOutcome report);
}

/// <summary>Passes reports to the engine of this process. Adapters get this object, because they are made before the engine.</summary>
public sealed class OperatorReportRelay : IOperatorReports
{
    private volatile IOperatorReports? engine;

    public void Attach(IOperatorReports target) => engine = target;

    public ValueTask ReportAsync(SessionId id, OperatorOutcome report) =>
        engine?.ReportAsync(id, report) ?? throw new InvalidOperationException("An operator reported before the engine was started.");
}

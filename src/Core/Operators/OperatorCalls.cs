using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Operators;

/// <summary>Calls the operator that a session is pinned to. Always an outcome, never an exception. Every engine calls operators through it.</summary>
/// <param name="missing">Told of a session whose operator is not configured here.</param>
/// <param name="failed">Told of an adapter that threw.</param>
public sealed class OperatorCalls(OperatorDirectory directory, Action<SessionId, OperatorId> missing, Action<SessionId, Exception> failed)
{
    public bool CanExtend(QosSession session) => directory.TryGet(session.Terms.Operator, out _, out var adapter) && adapter.Capabilities.CanExtend;

    public ValueTask<OperatorOutcome> CreateAsync(QosSession session) =>
        CallAsync(session, session.Duration, static (adapter, told) => adapter.CreateAsync(told, CancellationToken.None));

    public ValueTask<OperatorOutcome> DeleteAsync(QosSession session) =>
        CallAsync(session, session.Duration, static (adapter, told) => adapter.DeleteAsync(told, CancellationToken.None));

    /// <summary>If the operator cannot look sessions up, the outcome stays unknown, and the session is released at the provisioning deadline.</summary>
    public ValueTask<OperatorOutcome> LookUpAsync(QosSession session) => CallAsync(
        session, session.Duration,
        static (adapter, told) =>
            adapter.Capabilities.CanLookUp ? adapter.LookUpAsync(told, CancellationToken.None) : new(OperatorOutcome.Unknown("cannot be asked")));

    /// <param name="untilExpiry">Cancelled when the session expires: an extension after that has no use.</param>
    public ValueTask<OperatorOutcome> ExtendAsync(QosSession session, TimeSpan duration, CancellationToken untilExpiry) =>
        CallAsync(session, duration, (adapter, told) => adapter.ExtendAsync(told, untilExpiry));

    private async ValueTask<OperatorOutcome> CallAsync(
        QosSession session, TimeSpan duration, Func<IOperatorAdapter, OperatorSession, ValueTask<OperatorOutcome>> call)
    {
        var terms = session.Terms;
        if (!directory.TryGet(terms.Operator, out var route, out var adapter))
        {
            missing(session.Id, terms.Operator);
            return OperatorOutcome.Unreachable("not configured");
        }
        try
        {
            return await call(adapter, new OperatorSession(
                session.Id, terms.Subscriber, terms.Device, terms.ApplicationServer, terms.DevicePorts, terms.ApplicationServerPorts,
                route.ProfileFor(terms.ClientId, terms.QosProfile), duration, session.OperatorReference, terms.Correlator));
        }
        catch (OperationCanceledException)
        {
            return OperatorOutcome.Unknown("cancelled");
        }
        catch (Exception bug)
        {
            // An adapter that throws may already have sent its request, so the outcome is unknown.
            failed(session.Id, bug);
            return OperatorOutcome.Unknown(bug.GetType().Name);
        }
    }
}

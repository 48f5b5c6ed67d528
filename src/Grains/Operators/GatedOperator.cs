using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Operators;

/// <summary>An operator behind this silo's share of the cluster's limits. A call that is not let through has certainly not been made.</summary>
internal sealed class GatedOperator(IOperatorAdapter inner, OperatorGate gate) : IOperatorAdapter
{
    public OperatorId Id => inner.Id;

    public OperatorCapabilities Capabilities => inner.Capabilities;

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(isNew: true, inner.CreateAsync, session, cancellation);

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(isNew: false, inner.ExtendAsync, session, cancellation);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(isNew: false, inner.DeleteAsync, session, cancellation);

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(isNew: false, inner.LookUpAsync, session, cancellation);

    public async ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation)
    {
        if (await gate.EnterAsync(isNew: true) is not null) return new OperatorIdentity(OperatorOutcomeKind.Unreachable);
        var kind = OperatorOutcomeKind.Unknown;
        try
        {
            var identity = await inner.IdentifyAsync(device, cancellation);
            kind = identity.Kind;
            return identity;
        }
        finally
        {
            gate.Leave(kind);
        }
    }

    private async ValueTask<OperatorOutcome> CallAsync(
        bool isNew, Func<OperatorSession, CancellationToken, ValueTask<OperatorOutcome>> call, OperatorSession session, CancellationToken cancellation)
    {
        if (await gate.EnterAsync(isNew) is { } why) return OperatorOutcome.Unreachable(why);
        var kind = OperatorOutcomeKind.Unknown;
        try
        {
            var outcome = await call(session, cancellation);
            kind = outcome.Kind;
            return outcome;
        }
        finally
        {
            gate.Leave(kind);
        }
    }
}

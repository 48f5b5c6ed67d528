using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Tests;

/// <summary>An operator that does in each attempt what the test says. Attempts count from 1.</summary>
internal sealed class ScriptedOperator(string id, Func<int, CancellationToken, ValueTask<OperatorOutcome>> script) : IOperatorAdapter
{
    private int attempts;

    public ScriptedOperator(string id, Func<int, OperatorOutcome> script)
        : this(id, (attempt, _) => new(script(attempt)))
    {
    }

    public int Attempts => Volatile.Read(ref attempts);

    public OperatorId Id { get; } = new(id);

    public OperatorCapabilities Capabilities { get; } = new(CanIdentify: true);

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => AttemptAsync(cancellation);

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => AttemptAsync(cancellation);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) => AttemptAsync(cancellation);

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => AttemptAsync(cancellation);

    public async ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation)
    {
        var outcome = await AttemptAsync(cancellation);
        return new OperatorIdentity(outcome.Kind, outcome.Kind == OperatorOutcomeKind.Accepted ? device.PhoneNumber : null) { RetryAfter = outcome.RetryAfter };
    }

    private ValueTask<OperatorOutcome> AttemptAsync(CancellationToken cancellation) => script(Interlocked.Increment(ref attempts), cancellation);

    /// <summary>Never answers; throws when cancelled, as a client library does. Within the cancelling call, so that a test can tell when it was.</summary>
    public static async ValueTask<OperatorOutcome> SilenceAsync(CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<OperatorOutcome>();
        await using var registration = cancellation.Register(() => answer.TrySetCanceled(cancellation));
        return await answer.Task;
    }
}

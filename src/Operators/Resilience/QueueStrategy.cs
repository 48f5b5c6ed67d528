using System.Threading.RateLimiting;
using Polly;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Resilience;

/// <summary>Lets so many calls through at a time, lets some more wait, and answers the rest.</summary>
internal sealed class QueueStrategy(ConcurrencyLimiter limiter) : ResilienceStrategy<OperatorOutcome>
{
    protected override async ValueTask<Outcome<OperatorOutcome>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<OperatorOutcome>>> callback, ResilienceContext context, TState state)
    {
        RateLimitLease lease;
        try
        {
            lease = await limiter.AcquireAsync(permitCount: 1, context.CancellationToken);
        }
        catch (OperationCanceledException cancelled)
        {
            return Outcome.FromException<OperatorOutcome>(cancelled);
        }
        using (lease)
            return lease.IsAcquired ? await callback(context, state) : Outcome.FromResult(OperatorOutcome.Unreachable("busy"));
    }
}

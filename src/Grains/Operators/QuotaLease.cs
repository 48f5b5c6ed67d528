using QodOrleans.Core.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Grains.Operators;

/// <summary>What this silo may do at one operator, put into force at the operator's own limiter and breaker: so a call asks nobody.</summary>
internal sealed class QuotaLease : IDisposable
{
    /// <summary>For so long calls wait for the first quota. Then, as when a lease has ended unrenewed, the silo makes one at a time: others may have been given
    /// the rest.</summary>
    private static readonly TimeSpan FirstQuotaTimeout = TimeSpan.FromSeconds(2);

    private const int Least = 1;

    private readonly ResilientOperator @operator;
    private readonly Lock gate = new();
    private readonly ITimer leaseEnd;
    private readonly ITimer pauseEnd;
    private double? callsPerSecond;
    private int held;

    public QuotaLease(ResilientOperator @operator, TimeProvider backgroundTime)
    {
        this.@operator = @operator;
        // Nobody calls before it is known whether he may.
        @operator.Limiter.SetLimits(concurrentCalls: 0, callsPerSecond: null);
        leaseEnd = backgroundTime.CreateTimer(static lease => ((QuotaLease)lease!).FallBack(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pauseEnd = backgroundTime.CreateTimer(static lease => ((QuotaLease)lease!).@operator.Close(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public OperatorId Id => @operator.Id;

    public void Start() => leaseEnd.Change(FirstQuotaTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>What the operator's grain is to know, since it was last told.</summary>
    public QuotaRequest Request(SiloAddress silo)
    {
        lock (gate)
        {
            var usage = @operator.TakeUsage();
            return new QuotaRequest(silo, held, usage.Peak, usage.Calls, usage.Unanswered);
        }
    }

    public void Renewed(OperatorQuota quota)
    {
        lock (gate)
        {
            // First whether the operator is called at all: the limit lets in calls that wait.
            var isKilled = quota.Mode == OperatorMode.Killed;
            var isPaused = !isKilled && quota.PausedFor > TimeSpan.Zero;
            if (isKilled) @operator.Isolate("switched off");
            else if (isPaused) @operator.Isolate("breaker open");
            else @operator.Close();
            @operator.IsDraining = quota.Mode == OperatorMode.Draining;
            // The mode has no end: a switch that was turned off stays off when the lease has ended.
            pauseEnd.Change(isPaused ? quota.PausedFor : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            (held, callsPerSecond) = (quota.ConcurrentCalls, quota.CallsPerSecond);
            @operator.Limiter.SetLimits(held, callsPerSecond);
            leaseEnd.Change(quota.Lease, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        leaseEnd.Dispose();
        pauseEnd.Dispose();
    }

    private void FallBack()
    {
        lock (gate)
        {
            held = Least;
            @operator.Limiter.SetLimits(held, callsPerSecond);
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Grains.Operators;

/// <inheritdoc cref="IOperatorGrain" />
/// <remarks>Only the administration is stored. Who has which quota is known to those who have one, and they say so when they ask.</remarks>
internal sealed class OperatorGrain : Grain, IOperatorGrain
{
    /// <summary>Silos ask every second, and may miss many times before they lose their quota: the grain may be moving.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly IPersistentState<OperatorAdministration> administration;
    private readonly ResilienceOptions configured;
    private readonly TimeProvider backgroundTime;
    private readonly ILogger<OperatorGrain> log;
    private readonly QuotaAllocator allocator = new(Lease);
    private readonly BreakerWindow window;
    private DateTimeOffset pausedUntil;

    public OperatorGrain(
        [PersistentState("operator", GrainsExtensions.OperatorStorage)] IPersistentState<OperatorAdministration> administration,
        IOptions<OperatorsOptions> operators, [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime, ILogger<OperatorGrain> log)
    {
        (this.administration, this.backgroundTime, this.log) = (administration, backgroundTime, log);
        var id = this.GetPrimaryKeyString();
        configured = operators.Value.Operators.FirstOrDefault(one => one.Id == id)?.Resilience ?? new ResilienceOptions();
        window = new BreakerWindow(configured.BreakerWindow);
    }

    public Task<OperatorQuota> RenewAsync(QuotaRequest request)
    {
        var now = backgroundTime.GetUtcNow();
        var (mode, limits) = (administration.State.Mode, administration.State.Limits);
        var limit = limits.ConcurrentCalls ?? configured.ConcurrentCalls;
        var granted = allocator.Grant(request.Silo, request.Held, request.Wanted, limit, now);
        window.Add(request.Calls, request.Unanswered, now);
        if (now >= pausedUntil && window.IsBroken(configured.BreakerMinimumCalls, configured.BreakerFailureRatio))
        {
            pausedUntil = now + configured.BreakDuration;
            // Counted anew afterwards: else the failures of before would keep it open for ever.
            window.Clear();
            Log.OperatorPaused(log, this.GetPrimaryKeyString(), configured.BreakDuration);
        }
        var paused = pausedUntil > now ? pausedUntil - now : TimeSpan.Zero;
        return Task.FromResult(new OperatorQuota(mode, granted, limits.CallsPerSecond * (double)granted / limit, paused, Lease));
    }

    public async Task SetAsync(OperatorAdministration decision)
    {
        if (!decision.Limits.AreInRange) throw new ArgumentOutOfRangeException(nameof(decision), decision.Limits, $"A limit is 1 to {OperatorLimits.Most}.");

        administration.State = decision;
        try
        {
            await administration.WriteStateAsync();
        }
        catch
        {
            // What is stored decides, and is read by the next activation.
            DeactivateOnIdle();
            throw;
        }
    }

    public Task<OperatorAdministration> GetAsync() => Task.FromResult(administration.State);
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Hosting;

/// <summary>Ready means that the store answers: the same way, and as fast, as a session's own read.</summary>
public sealed class StoreHealthCheck(ISessionStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.ReadAsync(new SessionId(Guid.Empty)).AsTask().WaitAsync(Timeout, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The session store does not answer.");
        }
    }
}

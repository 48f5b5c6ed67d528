using Microsoft.Extensions.Hosting;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.Grants;

/// <summary>Forgets codes, backchannel requests and consents some time after their end. Every gateway does it; the store keeps them from disturbing each
/// other.</summary>
internal sealed class GrantSweeper(IGrantStore store, TimeProvider time, ILogger<GrantSweeper> log) : BackgroundService
{
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>How long an expired grant stays distinguishable from an unknown one: for expired_token, and for the replay of a code in the log.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    private const int PageSize = 1000;
    private const int MostPages = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await SweepAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    internal async Task SweepAsync(CancellationToken cancellation)
    {
        try
        {
            for (var page = 0; page < MostPages; page++)
                if (await store.SweepAsync(time.GetUtcNow() - Grace, PageSize, cancellation) < PageSize) return;
        }
        catch (StoreUnavailableException)
        {
            log.SweepFailed();
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QodOrleans.Operators;

namespace QodOrleans.Grains.Operators;

/// <summary>Keeps this silo's quotas at all operators: asks each operator's grain for one every second.</summary>
internal sealed class OperatorQuotaClient(
    OperatorAdapters operators, IGrainFactory grains, ILocalSiloDetails silo, [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime,
    ILogger<OperatorQuotaClient> log) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly QuotaLease[] leases = [.. operators.All.Select(@operator => new QuotaLease(@operator, backgroundTime))];
    private readonly CancellationTokenSource stopping = new();

    public void Start()
    {
        foreach (var lease in leases) _ = RenewAsync(lease);
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
        foreach (var lease in leases) lease.Dispose();
    }

    private async Task RenewAsync(QuotaLease lease)
    {
        lease.Start();
        var @operator = grains.GetGrain<IOperatorGrain>(lease.Id.Value);
        try
        {
            using var timer = new PeriodicTimer(Period, backgroundTime);
            do
            {
                try
                {
                    lease.Renewed(await @operator.RenewAsync(lease.Request(silo.SiloAddress)));
                }
                catch (Exception exception)
                {
                    // The grain is moving, or the database that holds its administration does not answer. The quota holds until its lease ends.
                    Log.QuotaNotRenewed(log, lease.Id, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The silo stops.
        }
    }
}

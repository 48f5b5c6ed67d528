using Microsoft.Extensions.Hosting;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Operators;

/// <summary>Takes what the operators of this silo say unasked to the grains.</summary>
internal sealed class OperatorReportsToGrains(OperatorReportRelay relay, OrleansSessionEngine engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        relay.Attach(engine);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

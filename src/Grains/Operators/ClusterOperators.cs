using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Operators;
using QodOrleans.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Grains.Operators;

/// <summary>The operators as a silo calls them: each behind a gate, whose share is renewed every second.</summary>
internal sealed class ClusterOperators : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly IGrainFactory grains;
    private readonly ILocalSiloDetails silo;
    private readonly TimeProvider pace;
    private readonly ILogger<ClusterOperators> log;
    private readonly OperatorGate[] gates;
    private readonly CancellationTokenSource stopping = new();

    public ClusterOperators(
        OperatorDirectory operators, IOptions<OperatorsOptions> options, IGrainFactory grains, ILocalSiloDetails silo,
        [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider pace, ILogger<ClusterOperators> log)
    {
        (this.grains, this.silo, this.pace, this.log) = (grains, silo, pace, log);
        var resilience = options.Value.Operators.ToDictionary(one => one.Id, one => one.Resilience);
        var gated = new List<(OperatorGate Gate, GatedOperator Adapter)>();
        foreach (var route in operators.Routes)
        {
            operators.TryGet(route.Id, out _, out var adapter);
            var gate = new OperatorGate(route.Id, (resilience.GetValueOrDefault(route.Id.Value) ?? new ResilienceOptions()).QueuedCalls, pace);
            gated.Add((gate, new GatedOperator(adapter!, gate)));
        }
        gates = [.. gated.Select(one => one.Gate)];
        Directory = new OperatorDirectory(operators.Routes, gated.Select(one => one.Adapter));
    }

    public OperatorDirectory Directory { get; }

    public void Start()
    {
        foreach (var gate in gates) _ = RenewAsync(gate);
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private async Task RenewAsync(OperatorGate gate)
    {
        var @operator = grains.GetGrain<IOperatorGrain>(gate.Id.Value);
        try
        {
            using var timer = new PeriodicTimer(Period, pace);
            do
            {
                try
                {
                    gate.Renewed(await @operator.RenewAsync(gate.Ask(silo.SiloAddress)));
                }
                catch (Exception exception)
                {
                    // The grain is moving, or the database that holds its administration does not answer. The share holds until its lease ends.
                    Log.ShareNotRenewed(log, gate.Id, exception);
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

using System.Diagnostics;
using System.Diagnostics.Metrics;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Resilience;

/// <summary>Meter <c>QodOrleans.Operators</c>, one for all operators of a host. Costs next to nothing where nobody listens.</summary>
public sealed class OperatorMetrics
{
    private readonly Counter<long> calls;
    private readonly Histogram<double> latency;

    public OperatorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(OperatorTelemetry.Name);
        calls = meter.CreateCounter<long>("qod.operator.calls", "{call}", "Calls to an operator, by qod.operator, qod.operation and qod.outcome.");
        latency = meter.CreateHistogram<double>("qod.operator.latency", "s", "Time until an operator answered, queueing and retries included; same tags.");
    }

    internal void Count(OperatorOperation operation, OperatorId @operator, OperatorOutcome outcome, TimeSpan elapsed)
    {
        var tags = new TagList
        {
            { "qod.operator", @operator.Value },
            { "qod.operation", OperatorTelemetry.NameOf(operation) },
            { "qod.outcome", OperatorTelemetry.NameOf(outcome.Kind) },
        };
        calls.Add(1, tags);
        latency.Record(elapsed.TotalSeconds, tags);
    }
}

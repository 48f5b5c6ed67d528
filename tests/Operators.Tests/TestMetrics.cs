using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Operators.Tests;

internal static class TestMetrics
{
    /// <summary>Metrics that nobody listens to, as a host has them.</summary>
    public static OperatorMetrics Unobserved() => new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Operators.Simulated;

/// <summary>Operators without a network, for sandboxes and tests.</summary>
public static class SimulatedExtensions
{
    /// <summary>What <see cref="OperatorOptions.Adapter"/> calls this kind.</summary>
    public const string Kind = "simulated";

    private static readonly TimeSpan LongestLatency = TimeSpan.FromMinutes(1);

    /// <summary>The configured operators, with the simulated kind known: all that the sandbox needs.</summary>
    public static IServiceCollection AddSimulatedOperators(this IServiceCollection services, IConfiguration configuration) =>
        services.AddOperators(configuration).AddSimulatedOperator();

    /// <summary>Makes the kind known to the configuration. Every adapter has one such method.</summary>
    public static IServiceCollection AddSimulatedOperator(this IServiceCollection services) =>
        services.AddSingleton(new OperatorAdapterKind(Kind, Create));

    /// <summary>The simulated network behind an operator, to see what it holds; false where a real one stands there.</summary>
    public static bool TryGetSimulated(this OperatorDirectory directory, OperatorId id, [NotNullWhen(true)] out SimulatedOperator? simulated)
    {
        simulated = directory.TryGet(id, out _, out var adapter) ? (adapter as ResilientOperator)?.Inner as SimulatedOperator : null;
        return simulated is not null;
    }

    private static SimulatedOperator Create(OperatorAdapterContext context)
    {
        var options = context.Settings.GetSection("Simulated").Get<SimulatedOptions>() ?? new SimulatedOptions();
        if (options.Latency < TimeSpan.Zero || options.Latency > LongestLatency)
            throw new InvalidOperationException($"Operator '{context.Id}': Simulated:Latency is {options.Latency}; it must be 00:00:00 to {LongestLatency}.");
        foreach (var line in options.Lines)
        {
            if (line.TryRead(out _)) continue;
            throw new InvalidOperationException(
                $"Operator '{context.Id}': a line of Simulated:Lines has network '{line.Network}'; it must be an address range, with a phone number of + and 5 to 15 digits.");
        }

        return new SimulatedOperator(
            context.Id, options,
            context.Services.GetRequiredService<IOperatorReports>(),
            context.Services.GetRequiredService<TimeProvider>(),
            context.Services.GetRequiredService<ILogger<SimulatedOperator>>());
    }
}

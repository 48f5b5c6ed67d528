using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Operators;

/// <summary>Makes the adapter of every configured operator, each behind its own limits, and owns them.</summary>
public sealed class OperatorAdapters(
    IOptions<OperatorsOptions> options, IEnumerable<OperatorAdapterKind> kinds, IServiceProvider services, OperatorMetrics metrics, TimeProvider time,
    ILoggerFactory logs) : IDisposable
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    public IReadOnlyList<ResilientOperator> All { get; } = [.. options.Value.Operators.Select(@operator => new ResilientOperator(
        kinds.Last(kind => kind.Name == @operator.Adapter)
            .Create(new OperatorAdapterContext(new OperatorId(@operator.Id), @operator.Settings ?? NoSettings, services)),
        @operator.Resilience, metrics, time, logs.CreateLogger<ResilientOperator>()))];

    internal OperatorDirectory Directory() => new(options.Value.Operators.Select(@operator => @operator.ToRoute()), All);

    public void Dispose()
    {
        foreach (var adapter in All) adapter.Dispose();
    }
}

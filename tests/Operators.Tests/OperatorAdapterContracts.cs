using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Operators.Resilience;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

namespace QodOrleans.Operators.Tests;

public sealed class SimulatedOperatorContract : OperatorAdapterContract<SimulatedFixture>;

public sealed class ResilientOperatorContract : OperatorAdapterContract<ResilientFixture>;

public class SimulatedFixture : IOperatorAdapterFixture
{
    private readonly SimulatedOperator simulated;

    public SimulatedFixture() => simulated = new(
        new OperatorId("simulated"), new SimulatedOptions(), new RecordedReports(Time), Time, NullLogger<SimulatedOperator>.Instance);

    protected ManualTimeProvider Time { get; } = new();

    public virtual IOperatorAdapter Adapter => simulated;

    public string Accepted => "tel:+34600000001";

    public string Silent => "tel:+34600009004";

    public string Stranger => "tel:+34600009006";

    public IReadOnlyCollection<SessionId> Held => [.. simulated.Sessions.Select(session => session.Id)];

    public ValueTask InitializeAsync() => default;

    public virtual ValueTask DisposeAsync()
    {
        simulated.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }
}

public sealed class ResilientFixture : SimulatedFixture
{
    private readonly ResilientOperator resilient;

    public ResilientFixture() => resilient = new(base.Adapter, new ResilienceOptions(), TestMetrics.Unobserved(), Time, NullLogger<ResilientOperator>.Instance);

    public override IOperatorAdapter Adapter => resilient;

    public override ValueTask DisposeAsync()
    {
        resilient.Dispose();
        return base.DisposeAsync();
    }
}

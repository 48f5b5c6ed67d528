namespace QodOrleans.Operators.Simulated;

/// <summary>The <c>Simulated</c> section of an operator in <c>Qod:Operators</c>.</summary>
public sealed class SimulatedOptions
{
    /// <summary>How long every answer travels, zero to one minute. Default zero: answers are immediate. For load tests that want an operator
    /// as far away as a real one; what is asked takes effect at once, only the answer is late.</summary>
    public TimeSpan Latency { get; set; }
}

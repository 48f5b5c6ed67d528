using System.Diagnostics.Metrics;

namespace QodOrleans.Grains;

/// <summary>The cluster's metrics, beside the engine's. Labels are outcomes: few, and without personal data.</summary>
internal sealed class GrainMetrics : IDisposable
{
    public const string Name = "QodOrleans.Grains";

    private readonly Meter meter;
    private readonly Counter<long> forwarded;

    public GrainMetrics(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        forwarded = meter.CreateCounter<long>("qod.grain.events_forwarded", "{event}", "Events passed on to the silo that tells them, by outcome.");
    }

    public void Forwarded(int count, bool arrived) => forwarded.Add(count, new KeyValuePair<string, object?>("qod.outcome", arrived ? "arrived" : "failed"));

    public void Dispose() => meter.Dispose();
}

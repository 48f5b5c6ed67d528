using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace QodOrleans.Api.Tests;

/// <summary>Counts what one instrument of one gateway records.</summary>
internal sealed class MetricReader : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly List<(long Value, string? Outcome)> records = [];

    public MetricReader(string instrument, Gateway gateway)
    {
        var factory = gateway.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (published, self) =>
        {
            if (published.Name == instrument && published.Meter.Scope == factory) self.EnableMeasurementEvents(published);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            string? outcome = null;
            foreach (var (name, tag) in tags)
                if (name == "qod.outcome") outcome = (string?)tag;
            lock (gate) records.Add((value, outcome));
        });
        listener.Start();
    }

    public long Sum
    {
        get
        {
            lock (gate) return records.Sum(record => record.Value);
        }
    }

    public IReadOnlyList<string?> Outcomes
    {
        get
        {
            lock (gate) return [.. records.Select(record => record.Outcome)];
        }
    }

    public void Dispose() => listener.Dispose();
}

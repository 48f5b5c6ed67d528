using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace QodOrleans.Deploy.Tests;

/// <summary>Listens to every meter of this process: which instruments there are, by the names that Prometheus gives them, and the labels seen on
/// them.</summary>
internal sealed partial class Instruments : IDisposable
{
    private static readonly Dictionary<string, string> UnitNames = new()
    {
        ["s"] = "seconds", ["ms"] = "milliseconds", ["By"] = "bytes", ["%"] = "percent",
    };

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, Instrument> byName = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> labels = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> firsts = new();

    public Instruments()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            foreach (var name in NamesOf(instrument)) byName[name] = instrument;
            self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<byte>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<short>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<float>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<decimal>((instrument, _, tags, _) => See(instrument, tags));
        listener.Start();
    }

    /// <summary>Time series by their names, with the instrument that makes each.</summary>
    public IReadOnlyDictionary<string, Instrument> Series => byName;

    /// <summary>The labels that were seen on an instrument; null where it has measured nothing yet.</summary>
    public IReadOnlyCollection<string>? LabelsOf(Instrument instrument) => labels.TryGetValue(instrument.Name, out var seen) ? [.. seen.Keys] : null;

    /// <summary>Waits until an instrument has measured something.</summary>
    public Task MeasuredAsync(string instrument) => FirstOf(instrument).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Asks the observable ones.</summary>
    public void Observe() => listener.RecordObservableInstruments();

    public void Dispose() => listener.Dispose();

    private void See(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var seen = labels.GetOrAdd(instrument.Name, _ => []);
        foreach (var (key, _) in tags) seen[Clean(key)] = true;
        FirstOf(instrument.Name).TrySetResult();
    }

    private TaskCompletionSource FirstOf(string instrument) =>
        firsts.GetOrAdd(instrument, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>OpenTelemetry's rules for Prometheus: dots and dashes become underscores, the unit and "total" for what only grows are appended unless they
    /// are there already, a unit in braces is a remark.</summary>
    internal static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var isHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
        var isCounter = kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);

        var name = Clean(instrument.Name);
        var unit = instrument.Unit is null or "" || instrument.Unit.StartsWith('{') ? ""
            : instrument.Unit == "1" ? (isCounter || isHistogram ? "" : "ratio")
            : UnitNames.GetValueOrDefault(instrument.Unit, Clean(instrument.Unit));
        if (unit != "" && !name.Split('_').Contains(unit)) name += "_" + unit;
        if (isCounter && !name.EndsWith("_total", StringComparison.Ordinal)) name += "_total";
        return isHistogram ? [name + "_bucket", name + "_sum", name + "_count"] : [name];
    }

    private static string Clean(string name) => Separators().Replace(name, "_");

    [GeneratedRegex("[^a-zA-Z0-9:]+")]
    private static partial Regex Separators();
}

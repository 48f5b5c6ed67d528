using Microsoft.Extensions.Logging;

namespace QodOrleans.TestSupport;

/// <summary>Keeps what is logged. For many threads.</summary>
public sealed class RecordedLog<T> : ILogger<T>
{
    private readonly Lock gate = new();
    private readonly List<(int Id, string Line)> lines = [];

    /// <summary>Ids of the events, in order.</summary>
    public IReadOnlyList<int> Ids
    {
        get { lock (gate) return [.. lines.Select(line => line.Id)]; }
    }

    /// <summary>The texts of one event, in order.</summary>
    public IReadOnlyList<string> Of(int id)
    {
        lock (gate) return [.. lines.Where(line => line.Id == id).Select(line => line.Line)];
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate) lines.Add((eventId.Id, formatter(state, exception)));
    }
}

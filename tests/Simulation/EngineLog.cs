using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;

namespace QodOrleans.Simulation;

/// <summary>Reads what the engine says of itself: which command met which phase, and what must never be said.</summary>
internal sealed class EngineLog(World world) : ILogger<SessionProcess>, ILogger<DueSessionScheduler>
{
    private const int Decides = 6008;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Trace or >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            world.Violate($"the engine says: {formatter(state, exception)} {exception}");
        }
        else if (eventId.Id == Decides && state is IReadOnlyList<KeyValuePair<string, object?>> said)
        {
            var phase = (SessionPhase)said[1].Value!;
            var command = (SessionCommand)said[2].Value!;
            world.Pairs.Add((phase, command.GetType().Name));
            if (world.Trace.IsOn) world.Trace.Note($"{world.Trace.Name((SessionId)said[0].Value!)} in {phase}: {command}");
        }
    }
}

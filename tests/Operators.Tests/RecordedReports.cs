using System.Collections.Concurrent;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Operators.Tests;

/// <summary>An engine that takes reports, or cannot store them.</summary>
internal sealed class RecordedReports(TimeProvider time) : IOperatorReports
{
    private readonly ConcurrentQueue<(DateTimeOffset At, SessionId Id, OperatorOutcomeKind Kind)> taken = new();

    public bool IsDown { get; set; }

    public IReadOnlyList<(DateTimeOffset At, SessionId Id, OperatorOutcomeKind Kind)> Taken => [.. taken];

    public ValueTask ReportAsync(SessionId id, OperatorOutcome report)
    {
        if (IsDown) throw new InvalidOperationException("The store does not answer.");
        taken.Enqueue((time.GetUtcNow(), id, report.Kind));
        return ValueTask.CompletedTask;
    }
}

using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Simulated;

/// <summary>What the simulated network knows of a session besides its id. Sessions without a memory of their own share one.</summary>
internal sealed class HeldSession(SimulatedBehaviour behaviour, string profile, DateTimeOffset createdAt)
{
    private int deletesToFail = behaviour.FailingDeletes;

    public SimulatedBehaviour Behaviour => behaviour;

    public string Profile => profile;

    /// <summary>Fires the report; null where none is due.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>How often the report was given in vain.</summary>
    public int FailedReports { get; set; }

    /// <summary>Time is never stored, always compared: a look-up needs no timer to be right.</summary>
    public OperatorOutcome StateAt(DateTimeOffset now) =>
        behaviour.Report is { } report && now >= createdAt + behaviour.ReportsAfter ? report
        : behaviour.AnswersAfter > TimeSpan.Zero && now < createdAt + behaviour.AnswersAfter ? OperatorOutcome.Pending()
        : behaviour.Answer;

    /// <summary>Whether the network spends anything on it.</summary>
    public bool IsLiveAt(DateTimeOffset now) => StateAt(now).Kind is OperatorOutcomeKind.Accepted or OperatorOutcomeKind.Pending;

    /// <summary>How long a create, or its repetition, must wait for its answer.</summary>
    public TimeSpan AnswersIn(DateTimeOffset now) => behaviour.AnswersAfter == Timeout.InfiniteTimeSpan
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromTicks(Math.Max(0, (createdAt + behaviour.AnswersAfter - now).Ticks));

    public bool FailsThisDelete() => Volatile.Read(ref deletesToFail) > 0 && Interlocked.Decrement(ref deletesToFail) >= 0;
}

using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Simulated;

/// <summary>What the simulated network does with a subscriber's sessions: a table by the last four digits of the phone number.</summary>
internal sealed class SimulatedBehaviour
{
    private static readonly SimulatedBehaviour AcceptsAtOnce = new();

    private static readonly Dictionary<string, SimulatedBehaviour>.AlternateLookup<ReadOnlySpan<char>> ByLastDigits = new Dictionary<string, SimulatedBehaviour>
    {
        ["9001"] = new() { Answer = OperatorOutcome.Pending(), Report = OperatorOutcome.Accepted(), ReportsAfter = TimeSpan.FromSeconds(2) },
        ["9002"] = new() { Answer = OperatorOutcome.Pending(), Report = OperatorOutcome.Refused("simulated"), ReportsAfter = TimeSpan.FromSeconds(2) },
        ["9003"] = new() { Report = OperatorOutcome.Terminated("simulated"), ReportsAfter = TimeSpan.FromSeconds(3) },
        ["9004"] = new() { AnswersAfter = Timeout.InfiniteTimeSpan },
        ["9005"] = new() { Answer = OperatorOutcome.Unreachable("simulated"), Holds = false },
        ["9006"] = new() { Answer = OperatorOutcome.UnknownSubscriber(), Holds = false },
        ["9007"] = new() { AnswersAfter = TimeSpan.FromSeconds(5) },
        ["9008"] = new() { Extension = OperatorOutcome.Refused("simulated") },
        ["9009"] = new() { FailingDeletes = 3 },
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>To the create, and to every repetition of it.</summary>
    public OperatorOutcome Answer { get; private init; } = OperatorOutcome.Accepted();

    /// <summary>A session that is answered later is set up when it is answered; one that is never answered (infinite), at once.</summary>
    public TimeSpan AnswersAfter { get; private init; }

    /// <summary>False: the create leaves nothing behind.</summary>
    public bool Holds { get; private init; } = true;

    /// <summary>What the operator says unasked, <see cref="ReportsAfter"/> the create.</summary>
    public OperatorOutcome? Report { get; private init; }

    public TimeSpan ReportsAfter { get; private init; }

    public OperatorOutcome Extension { get; private init; } = OperatorOutcome.Accepted();

    public int FailingDeletes { get; private init; }

    /// <summary>Whether the operator does not know the subscriber, whatever it is asked about him.</summary>
    public bool IsStranger => Answer.Kind == OperatorOutcomeKind.UnknownSubscriber;

    /// <summary>Whether two sessions can differ in anything but their id: in their age, or in how often they were deleted.</summary>
    public bool HasMemory => AnswersAfter > TimeSpan.Zero || Report is not null || FailingDeletes > 0;

    /// <param name="subscriber">Anything but a phone number behaves like 0000: a port of 9001 is not meant.</param>
    public static SimulatedBehaviour Of(string subscriber) =>
        subscriber.StartsWith("tel:", StringComparison.Ordinal) && ByLastDigits.TryGetValue(subscriber.AsSpan(subscriber.Length - 4), out var special)
            ? special
            : AcceptsAtOnce;
}

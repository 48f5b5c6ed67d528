using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Operators;

/// <summary>What an operator's outcome means to the machine. Rows: every outcome; columns: what was asked.</summary>
public sealed class OperatorCommandsTests
{
    private const string Table = """
        outcome           | create, caller waiting            | create, answered       | look up                 | delete                | extend           | report
        Accepted          | OperatorAccepted                  | OperatorAccepted       | OperatorAccepted        | OperatorReleased      | OperatorExtended | OperatorAccepted
        Pending           | OperatorPending                   | OperatorPending        | OperatorPending         | OperatorReleaseFailed | refused          | OperatorPending
        Refused           | Refused, caller waiting           | Refused                | Refused                 | OperatorReleaseFailed | refused          | Refused
        UnknownSubscriber | UnknownSubscriber, caller waiting | UnknownSubscriber      | UnknownSubscriber       | OperatorReleased      | refused          | UnknownSubscriber
        Absent            | OperatorOutcomeUnknown            | OperatorOutcomeUnknown | SessionAbsentAtOperator | OperatorReleased      | refused          | OperatorOutcomeUnknown
        Terminated        | OperatorTerminated                | OperatorTerminated     | OperatorTerminated      | OperatorReleased      | refused          | OperatorTerminated
        Unreachable       | Unreachable, caller waiting       | Unreachable            | nothing                 | OperatorReleaseFailed | unanswered       | Unreachable
        Unknown           | OperatorOutcomeUnknown            | OperatorOutcomeUnknown | nothing                 | OperatorReleaseFailed | unanswered       | OperatorOutcomeUnknown
        """;

    private static readonly Dictionary<string, string[]> Rows = Table.Split('\n').Skip(1)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(columns => columns[0], columns => columns[1..]);

    public static TheoryData<OperatorOutcomeKind> Kinds => [.. Enum.GetValues<OperatorOutcomeKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_outcome_means_what_the_table_says(OperatorOutcomeKind kind)
    {
        var outcome = new OperatorOutcome(kind, Reference: "op-1");

        Assert.Equal(
            Rows[kind.ToString()],
            new[]
            {
                Words(OperatorCommands.AfterCreate(outcome, callerWaiting: true)),
                Words(OperatorCommands.AfterCreate(outcome, callerWaiting: false)),
                Words(OperatorCommands.AfterLookUp(outcome)),
                Words(OperatorCommands.AfterDelete(outcome)),
                Words(OperatorCommands.AfterExtend(outcome, TimeSpan.FromSeconds(90))),
                Words(OperatorCommands.AfterReport(outcome)),
            });
    }

    [Fact]
    public void The_operators_reference_and_the_duration_go_along()
    {
        Assert.Equal(new SessionCommand.OperatorAccepted("op-1"), OperatorCommands.AfterCreate(OperatorOutcome.Accepted("op-1"), callerWaiting: true));
        Assert.Equal(new SessionCommand.OperatorPending("op-1"), OperatorCommands.AfterReport(OperatorOutcome.Pending("op-1")));
        Assert.Equal(new SessionCommand.OperatorExtended(TimeSpan.FromSeconds(90)), OperatorCommands.AfterExtend(OperatorOutcome.Accepted(), TimeSpan.FromSeconds(90)));
    }

    private static string Words(SessionCommand? command) => command switch
    {
        null => "nothing",
        SessionCommand.OperatorRefused refused => refused.Cause + (refused.CallerWaiting ? ", caller waiting" : ""),
        SessionCommand.OperatorExtensionFailed failed => failed.Refused ? "refused" : "unanswered",
        _ => command.GetType().Name,
    };
}

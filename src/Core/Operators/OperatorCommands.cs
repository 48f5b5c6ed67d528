using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Operators;

/// <summary>Translates an operator's outcome into the command for the session machine, depending on what the operator was asked.</summary>
public static class OperatorCommands
{
    /// <param name="callerWaiting">True while the client's create has not been answered.</param>
    public static SessionCommand AfterCreate(OperatorOutcome outcome, bool callerWaiting) => outcome.Kind switch
    {
        OperatorOutcomeKind.Accepted => new SessionCommand.OperatorAccepted(outcome.Reference),
        OperatorOutcomeKind.Pending => new SessionCommand.OperatorPending(outcome.Reference),
        OperatorOutcomeKind.Refused => new SessionCommand.OperatorRefused(RefusalCause.Refused, callerWaiting),
        OperatorOutcomeKind.UnknownSubscriber => new SessionCommand.OperatorRefused(RefusalCause.UnknownSubscriber, callerWaiting),
        OperatorOutcomeKind.Unreachable => new SessionCommand.OperatorRefused(RefusalCause.Unreachable, callerWaiting),
        OperatorOutcomeKind.Terminated => new SessionCommand.OperatorTerminated(),
        _ => new SessionCommand.OperatorOutcomeUnknown(),
    };

    /// <returns>Null where the operator did not answer: the session looks it up again when it is due.</returns>
    public static SessionCommand? AfterLookUp(OperatorOutcome outcome) => outcome.Kind switch
    {
        OperatorOutcomeKind.Absent => new SessionCommand.SessionAbsentAtOperator(),
        OperatorOutcomeKind.Unreachable or OperatorOutcomeKind.Unknown => null,
        _ => AfterCreate(outcome, callerWaiting: false),
    };

    public static SessionCommand AfterDelete(OperatorOutcome outcome) => outcome.Kind switch
    {
        OperatorOutcomeKind.Accepted or OperatorOutcomeKind.Absent or OperatorOutcomeKind.Terminated or OperatorOutcomeKind.UnknownSubscriber =>
            new SessionCommand.OperatorReleased(),
        _ => new SessionCommand.OperatorReleaseFailed(),
    };

    public static SessionCommand AfterExtend(OperatorOutcome outcome, TimeSpan duration) => outcome.Kind switch
    {
        OperatorOutcomeKind.Accepted => new SessionCommand.OperatorExtended(duration),
        OperatorOutcomeKind.Unreachable or OperatorOutcomeKind.Unknown => new SessionCommand.OperatorExtensionFailed(Refused: false),
        _ => new SessionCommand.OperatorExtensionFailed(Refused: true),
    };

    /// <summary>For what an operator reports by itself.</summary>
    public static SessionCommand AfterReport(OperatorOutcome report) => AfterCreate(report, callerWaiting: false);
}

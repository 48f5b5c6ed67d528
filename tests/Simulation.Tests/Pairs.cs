using static QodOrleans.Core.Sessions.SessionPhase;

namespace QodOrleans.Simulation.Tests;

/// <summary>Which command the machine can be asked in which phase. A session is made by <c>Create</c> itself, an extension is settled within the turn that
/// asked
/// for it, a release is answered only once one was sent, and of a session that is gone only its operator still speaks.</summary>
internal static class Pairs
{
    private static readonly string[] OfOperators =
        ["SessionAbsentAtOperator", "OperatorAccepted", "OperatorPending", "OperatorRefused", "OperatorTerminated", "OperatorOutcomeUnknown"];
    private static readonly string[] OfReleases = ["OperatorReleased", "OperatorReleaseFailed"];
    private static readonly string[] OfClients = ["Delete", "Extend"];
    private static readonly string[] OfTime = ["DeadlineReached"];

    /// <summary>Can happen, but not in every few thousand worlds: a look-up must be under way when the last release of a session is done that its client
    /// deleted; or a session
    /// that failed as a whole is made again by the next attempt, before its release is answered.</summary>
    public static IReadOnlyList<(Core.Sessions.SessionPhase, string)> Rare { get; } =
        [(Gone, "OperatorRefused"), (Gone, "OperatorTerminated"), (Requested, "OperatorReleased"), (Requested, "OperatorReleaseFailed")];

    public static IReadOnlyList<(Core.Sessions.SessionPhase, string)> Possible { get; } =
    [
        .. OfOperators.Concat(OfClients).Concat(OfTime).Select(command => (Requested, command)),
        .. OfOperators.Concat(OfClients).Concat(OfTime).Concat(["OperatorExtended", "OperatorExtensionFailed"]).Select(command => (Active, command)),
        .. OfOperators.Concat(OfReleases).Concat(OfClients).Concat(OfTime).Select(command => (Releasing, command)),
        .. OfOperators.Concat(OfReleases).Concat(OfClients).Concat(OfTime).Select(command => (Retained, command)),
        .. OfOperators.Concat(OfReleases).Select(command => (Gone, command)).Except(Rare),
    ];
}

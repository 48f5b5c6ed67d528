using System.Diagnostics;
using QodOrleans.Core.Operators;

namespace QodOrleans.Operators.Resilience;

/// <summary>What is called at an operator, as metrics and traces name it.</summary>
internal enum OperatorOperation
{
    Create,
    Extend,
    Delete,
    LookUp,
    Identify,
}

/// <summary>Activity source <c>QodOrleans.Operators</c>, and the names that spans, metrics and log lines share.</summary>
internal static class OperatorTelemetry
{
    public const string Name = "QodOrleans.Operators";

    private static readonly ActivitySource Activities = new(Name);

    private static readonly string[] Outcomes =
        ["accepted", "pending", "refused", "unknown_subscriber", "absent", "terminated", "unreachable", "unknown"];

    /// <summary>For tags and logs.</summary>
    public static string NameOf(OperatorOperation operation) => operation switch
    {
        OperatorOperation.Create => "create",
        OperatorOperation.Extend => "extend",
        OperatorOperation.Delete => "delete",
        OperatorOperation.LookUp => "look_up",
        _ => "identify",
    };

    public static string NameOf(OperatorOutcomeKind outcome) => Outcomes[(int)outcome];

    /// <summary>Null where nobody listens. Without the subscriber: traces hold no personal data.</summary>
    /// <param name="session">Null where the call is not about one.</param>
    public static Activity? Start(OperatorOperation operation, OperatorId @operator, OperatorSession? session)
    {
        if (!Activities.HasListeners()) return null;
        var activity = Activities.StartActivity($"operator {NameOf(operation)}", ActivityKind.Client);
        activity?.SetTag("qod.operator", @operator.Value);
        if (session is null) return activity;
        activity?.SetTag("qod.session.id", session.Id.ToString());
        activity?.SetTag("qod.correlator", session.Correlator);
        return activity;
    }

    public static void Stop(Activity? activity, OperatorOutcome outcome)
    {
        if (activity is null) return;
        activity.SetTag("qod.outcome", NameOf(outcome.Kind));
        if (IsNoAnswer(outcome)) activity.SetStatus(ActivityStatusCode.Error, outcome.Detail);
    }

    /// <summary>Whether the operator was silent: its own "no" is an answer, and so is its "not now".</summary>
    public static bool IsNoAnswer(OperatorOutcome outcome) =>
        outcome is { Kind: OperatorOutcomeKind.Unknown } or { Kind: OperatorOutcomeKind.Unreachable, RetryAfter: null };
}

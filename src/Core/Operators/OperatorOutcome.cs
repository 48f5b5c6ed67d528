namespace QodOrleans.Core.Operators;

/// <summary>How a call to an operator ended, or what the operator reports by itself. Two things matter: whether the operator has answered, and if not, whether
/// the call can have taken effect there.</summary>
public enum OperatorOutcomeKind
{
    /// <summary>The operator has done what was asked.</summary>
    Accepted,

    /// <summary>The operator has received the request and will accept or refuse it later.</summary>
    Pending,

    /// <summary>The operator refuses.</summary>
    Refused,

    /// <summary>The operator does not know the subscriber.</summary>
    UnknownSubscriber,

    /// <summary>The operator does not have the session.</summary>
    Absent,

    /// <summary>The operator ended the session.</summary>
    Terminated,

    /// <summary>The call certainly did not take effect: refused connection, open breaker, 503 before processing.</summary>
    Unreachable,

    /// <summary>The call may have taken effect or not: it timed out, or the connection broke after sending. Never treat it as a failure.</summary>
    Unknown,
}

/// <param name="Reference">The operator's own name for the session, where it gave one.</param>
/// <param name="Detail">For the log: the operator's reason, without personal data.</param>
public readonly record struct OperatorOutcome(OperatorOutcomeKind Kind, string? Reference = null, string? Detail = null)
{
    /// <summary>Set for an unreachable operator that answered 429, or 503 with <c>Retry-After</c>: it is not called again before this time is over, and its
    /// breaker does not count the answer. Above zero, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static OperatorOutcome Accepted(string? reference = null) => new(OperatorOutcomeKind.Accepted, reference);

    public static OperatorOutcome Pending(string? reference = null) => new(OperatorOutcomeKind.Pending, reference);

    public static OperatorOutcome Refused(string? detail = null) => new(OperatorOutcomeKind.Refused, Detail: detail);

    public static OperatorOutcome UnknownSubscriber() => new(OperatorOutcomeKind.UnknownSubscriber);

    public static OperatorOutcome Absent() => new(OperatorOutcomeKind.Absent);

    public static OperatorOutcome Terminated(string? detail = null) => new(OperatorOutcomeKind.Terminated, Detail: detail);

    public static OperatorOutcome Unreachable(string? detail = null, TimeSpan? retryAfter = null) =>
        new(OperatorOutcomeKind.Unreachable, Detail: detail) { RetryAfter = retryAfter };

    public static OperatorOutcome Unknown(string? detail = null) => new(OperatorOutcomeKind.Unknown, Detail: detail);
}

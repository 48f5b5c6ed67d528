namespace QodOrleans.Core.Operators;

/// <summary>What came of a call to an operator, sorted by who is at fault.</summary>
public enum OperatorOutcomeKind
{
    /// <summary>Done.</summary>
    Accepted,

    /// <summary>Taken in; the operator will confirm or refuse later.</summary>
    Pending,

    /// <summary>The operator said no.</summary>
    Refused,

    /// <summary>The operator does not know the subscriber.</summary>
    UnknownSubscriber,

    /// <summary>The operator does not have the session.</summary>
    Absent,

    /// <summary>The operator ended the session.</summary>
    Terminated,

    /// <summary>The call certainly did not take effect: refused connection, open breaker, 503 before processing.</summary>
    Unreachable,

    /// <summary>It may have taken effect: timed out, or the connection broke after sending. Never to be read as failure.</summary>
    Unknown,
}

/// <param name="Reference">The operator's own name for the session, where it gave one.</param>
/// <param name="Detail">For the log: the operator's reason, without personal data.</param>
public readonly record struct OperatorOutcome(OperatorOutcomeKind Kind, string? Reference = null, string? Detail = null)
{
    /// <summary>Of an unreachable operator that answered "not now" (429, or 503 with <c>Retry-After</c>): it is not called before, and its breaker does not
    /// count it. Above zero, or null.</summary>
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

using QodOrleans.Core.Engine;

namespace QodOrleans.Core.Sessions;

/// <summary>What can happen to a session: a client's request, an operator's answer or report, or a deadline.</summary>
public abstract record SessionCommand
{
    private SessionCommand() { }

    /// <summary>The client asks for a session. The caller makes the id, and repeats the create with the same id.</summary>
    public sealed record Create(SessionId Id, SessionTerms Terms, TimeSpan Duration) : SessionCommand;

    /// <summary>The operator has set it up.</summary>
    public sealed record OperatorAccepted(string? Reference) : SessionCommand;

    /// <summary>The operator has received the create and will accept or refuse it later.</summary>
    public sealed record OperatorPending(string? Reference) : SessionCommand;

    /// <summary>The operator will not set it up.</summary>
    /// <param name="Cause">What a waiting caller is told.</param>
    /// <param name="CallerWaiting">True while the client has no answer to its create. Then the create can fail, and no session is left.</param>
    public sealed record OperatorRefused(RefusalCause Cause, bool CallerWaiting) : SessionCommand;

    /// <summary>The operator did not answer. The session may exist there or not.</summary>
    public sealed record OperatorOutcomeUnknown : SessionCommand;

    /// <summary>The session was looked up, and the operator does not have it.</summary>
    public sealed record SessionAbsentAtOperator : SessionCommand;

    /// <summary>The operator ended it.</summary>
    public sealed record OperatorTerminated : SessionCommand;

    /// <summary>The operator has deleted it, or never had it.</summary>
    public sealed record OperatorReleased : SessionCommand;

    /// <summary>The operator's delete failed, or its outcome is unknown.</summary>
    public sealed record OperatorReleaseFailed : SessionCommand;

    /// <summary>The client asks for more time.</summary>
    /// <param name="Additional">Whole seconds, at least 1.</param>
    /// <param name="Limit">CAMARA's releases have different limits, so the surface that is called gives its own.</param>
    public sealed record Extend(TimeSpan Additional, ExtensionLimit Limit) : SessionCommand;

    /// <summary>The operator has agreed to the new duration.</summary>
    public sealed record OperatorExtended(TimeSpan Duration) : SessionCommand;

    /// <summary>The operator refuses the new duration, or did not answer in time.</summary>
    public sealed record OperatorExtensionFailed(bool Refused) : SessionCommand;

    /// <summary>The client deletes it.</summary>
    public sealed record Delete : SessionCommand;

    /// <summary>The session may be due. Before <see cref="QosSession.DueAt"/> this changes nothing.</summary>
    public sealed record DeadlineReached : SessionCommand;
}

/// <summary>Why an operator does not set a session up.</summary>
public enum RefusalCause
{
    /// <summary>It refuses.</summary>
    Refused,

    /// <summary>It does not know the subscriber.</summary>
    UnknownSubscriber,

    /// <summary>It cannot be reached, and has certainly not set anything up.</summary>
    Unreachable,
}

/// <summary>How far an extension may go. Source: docs/conformance.md, Q03.</summary>
public abstract record ExtensionLimit
{
    private ExtensionLimit() { }

    /// <summary>0.10: what remains after the extension is at most this; the overall duration may exceed it.</summary>
    public sealed record RemainingAtMost(TimeSpan Remaining) : ExtensionLimit;

    /// <summary>0.11 and later: the overall duration since the start is at most this.</summary>
    public sealed record OverallAtMost(TimeSpan Overall) : ExtensionLimit;
}

using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Engine;

/// <summary>Who is asking: the client of the access token, and its user where the token names one.</summary>
/// <param name="Subject">The pairwise name of the end user; null for a 2-legged token.</param>
/// <param name="Line">Set if and only if the token is 3-legged.</param>
public sealed record Caller(string ClientId, string? Subject = null, Line? Line = null)
{
    /// <summary>A client sees its own sessions only, and with a 3-legged token only those of the same user.</summary>
    public bool Owns(QosSession session) =>
        session.Terms.ClientId == ClientId && (Subject is null || session.Terms.Subject == Subject);

    /// <summary>The client, and whether a user stands behind it, not which.</summary>
    public override string ToString() => Subject is null ? ClientId : $"{ClientId} for a user";
}

/// <summary>A session as a client asks for it: valid in form, not yet checked against profiles, operators or other sessions.</summary>
public sealed record CreateSession
{
    public required Caller Caller { get; init; }

    /// <summary>Name of the surface that the request came in by.</summary>
    public required string Surface { get; init; }

    public required Device Device { get; init; }

    public required ApplicationServer ApplicationServer { get; init; }

    public PortsSpec? DevicePorts { get; init; }

    public PortsSpec? ApplicationServerPorts { get; init; }

    public required string QosProfile { get; init; }

    /// <summary>Whole seconds, at least 1.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Where events go, already vetted; null for none.</summary>
    public Sink? Sink { get; init; }

    public string? Correlator { get; init; }
}

/// <summary>A session, or why there is none.</summary>
public readonly record struct SessionResult(QosSession? Session, SessionError? Error)
{
    public static implicit operator SessionResult(QosSession session) => new(session, null);

    public static implicit operator SessionResult(SessionError error) => new(null, error);
}

/// <summary>The one door to the sessions. Surfaces call it; the embedded and the cluster engine stand behind it.</summary>
/// <remarks>No result says "done" before the store has committed it. Expected failures are results; an exception is a bug. Every call ends
/// within a bounded time: overload and outages are answered, not waited out. Cancelling a call stops the waiting, never the work.</remarks>
public interface ISessionEngine
{
    /// <summary>Makes a session. Answers when the operator has, or REQUESTED after <c>Qod:Sessions:CreateWait</c>.</summary>
    /// <returns>The session; or DeviceNotIdentified, DeviceInconsistent, ServiceNotApplicable, ProfileUnknown, ProfileNotApplicable,
    /// DurationOutOfRange, Conflict, OperatorUnavailable, Overloaded, StoreUnavailable. After an error there is no session.</returns>
    Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation);

    /// <returns>The session as last committed; or NotFound, NotOwner, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation);

    /// <returns>The deleted session, whose flow is free at once; or NotFound, NotOwner, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation);

    /// <param name="additional">Whole seconds, at least 1.</param>
    /// <returns>The extended session; or NotFound, NotOwner, SessionInactive, ExtensionRefused, OperatorUnavailable, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation);
}

using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Core.Engine;

/// <summary>Who is asking: the client of the access token, and its user where the token names one.</summary>
/// <param name="Subject">The end user, by a name that only this client knows; null for a 2-legged token.</param>
/// <param name="Line">What a 3-legged token is good for; null for a 2-legged one.</param>
public sealed record Caller(string ClientId, string? Subject = null, Line? Line = null)
{
    /// <summary>A client sees its own sessions only, and with a 3-legged token, of these, those of the same user and those on the user's line that were
    /// made without a user.</summary>
    public bool Owns(QosSession session)
    {
        var terms = session.Terms;
        if (terms.ClientId != ClientId) return false;
        if (Subject is null || terms.Subject == Subject) return true;
        return terms.Subject is null && Line is { } line && terms.Operator == line.Operator && terms.Subscriber == line.ToSubscriber();
    }

    /// <summary>Whose sessions a list is to hold, in the store's words; null where all of the client's may be in it.</summary>
    public SessionUser? User(DeviceKeyHasher deviceKeys) =>
        Subject is null ? null : new SessionUser(Subject, Line is { } line ? deviceKeys.KeyOf(line.Operator, line.ToSubscriber()) : null);

    /// <summary>The client, and whether a user stands behind it, not which.</summary>
    public override string ToString() => Subject is null ? ClientId : $"{ClientId} for a user";
}

/// <summary>A session as a client asks for it: valid in form, not yet checked against profiles, operators or other sessions.</summary>
public sealed record CreateSession
{
    public required Caller Caller { get; init; }

    /// <summary>Name of the surface that the request came in by.</summary>
    public required string Surface { get; init; }

    /// <inheritdoc cref="SessionTerms.SessionsUrl"/>
    public string? SessionsUrl { get; init; }

    /// <summary>Null for the caller's own line, which must then have one.</summary>
    public required Device? Device { get; init; }

    public required ApplicationServer ApplicationServer { get; init; }

    public PortsSpec? DevicePorts { get; init; }

    public PortsSpec? ApplicationServerPorts { get; init; }

    public required string QosProfile { get; init; }

    /// <summary>Whole seconds, at least 1.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Where events go, already vetted; null for none.</summary>
    public Sink? Sink { get; init; }

    public string? Correlator { get; init; }

    /// <summary>What the session is made with, now that its device is found.</summary>
    public SessionTerms TermsFor(ResolvedDevice device, DeviceKey key, DateTimeOffset now) => new()
    {
        ClientId = Caller.ClientId,
        Subject = Caller.Subject,
        Surface = Surface,
        SessionsUrl = SessionsUrl,
        Operator = device.Route.Id,
        Subscriber = device.Subscriber,
        DeviceKey = key,
        Device = Device ?? Caller.Line!.Device,
        DeviceFromToken = Device is null,
        ApplicationServer = ApplicationServer,
        DevicePorts = DevicePorts,
        ApplicationServerPorts = ApplicationServerPorts,
        QosProfile = QosProfile,
        Sink = Sink,
        Correlator = Correlator,
        CreatedAt = now,
    };
}

/// <summary>A session, or why there is none.</summary>
public readonly record struct SessionResult(QosSession? Session, SessionError? Error)
{
    public static implicit operator SessionResult(QosSession session) => new(session, null);

    public static implicit operator SessionResult(SessionError error) => new(null, error);
}

/// <summary>Sessions, newest first, or why there are none to be had. An empty list is no error.</summary>
public readonly record struct SessionListResult(IReadOnlyList<QosSession>? Sessions, SessionError? Error)
{
    public static implicit operator SessionListResult(SessionError error) => new(null, error);
}

/// <summary>A line, or why there is none.</summary>
public readonly record struct LineResult(Line? Line, SessionError? Error)
{
    public static implicit operator LineResult(Line line) => new(line, null);

    public static implicit operator LineResult(SessionError error) => new(null, error);
}

/// <summary>The one door to the sessions. Surfaces call it; the grains stand behind it.</summary>
/// <remarks>No result says "done" before the store has committed it. Expected failures are results; an exception is a bug. Every call ends
/// within a bounded time: overload and outages are answered, not waited out. Cancelling a call stops the waiting, never the work.</remarks>
public interface ISessionEngine
{
    /// <summary>No list is longer; what is older is left out.</summary>
    public const int LongestList = 1_000;

    /// <summary>Makes a session. Answers when the operator has, or REQUESTED after <c>Qod:Sessions:CreateWait</c>.</summary>
    /// <returns>The session; or DeviceNotIdentified, DeviceInconsistent, DeviceNotOfToken, ServiceNotApplicable, ProfileUnknown,
    /// ProfileNotApplicable, DurationOutOfRange, Conflict, OperatorUnavailable, Overloaded, StoreUnavailable. After an error there is no session.</returns>
    Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation);

    /// <returns>The session as last committed; or NotFound, NotOwner, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation);

    /// <returns>The deleted session, whose flow is free at once; or NotFound, NotOwner, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation);

    /// <param name="additional">Whole seconds, at least 1.</param>
    /// <returns>The extended session; or NotFound, NotOwner, SessionInactive, ExtensionRefused, OperatorUnavailable, Overloaded, StoreUnavailable.</returns>
    Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation);

    /// <summary>The caller's own sessions that are REQUESTED or AVAILABLE.</summary>
    /// <returns>The sessions; or Overloaded, StoreUnavailable.</returns>
    Task<SessionListResult> ListSessionsAsync(Caller caller, CancellationToken cancellation);

    /// <summary>The caller's own sessions of one device, those that have ended and are still readable included.</summary>
    /// <param name="device">Null for the caller's own line, which must then have one.</param>
    /// <returns>The sessions; or DeviceNotIdentified, DeviceInconsistent, DeviceNotOfToken, ServiceNotApplicable, OperatorUnavailable,
    /// Overloaded, StoreUnavailable.</returns>
    Task<SessionListResult> RetrieveSessionsAsync(Caller caller, Device? device, CancellationToken cancellation);

    /// <summary>Finds the line that somebody is to be authorized for, by what he says or by where he asks from.</summary>
    /// <param name="device">With one identifier or more.</param>
    /// <returns>The line; or DeviceNotIdentified, DeviceInconsistent, ServiceNotApplicable, OperatorUnavailable, Overloaded.</returns>
    Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation);
}

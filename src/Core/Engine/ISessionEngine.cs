using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Engine;

/// <summary>The only way to the sessions. Surfaces call it, and grains do the work.</summary>
/// <remarks>A result without an error is committed in the store. Expected failures are results; an exception is a bug. Every call ends within a bounded time,
/// also during overload or an outage. Cancelling a call ends the wait for it, not the work.</remarks>
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

    /// <summary>Finds the line that a person is to be authorized for, by what they state or by where they call from.</summary>
    /// <param name="device">With one identifier or more.</param>
    /// <returns>The line; or DeviceNotIdentified, DeviceInconsistent, ServiceNotApplicable, OperatorUnavailable, Overloaded.</returns>
    Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation);
}

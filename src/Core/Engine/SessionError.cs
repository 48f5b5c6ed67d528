using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Engine;

/// <summary>What can go wrong for a client. A surface turns each into its own status, code and text.</summary>
public enum SessionErrorCode
{
    /// <summary>No identifier that any operator here understands.</summary>
    DeviceNotIdentified,

    /// <summary>Identifiers of different devices.</summary>
    DeviceInconsistent,

    /// <summary>Another device than the line that the caller's token stands for.</summary>
    DeviceNotOfToken,

    /// <summary>The device's operator offers no QoD.</summary>
    ServiceNotApplicable,

    /// <summary>No profile of that name.</summary>
    ProfileUnknown,

    /// <summary>The profile exists, but is not for new sessions.</summary>
    ProfileNotApplicable,

    /// <summary>Shorter or longer than the profile allows.</summary>
    DurationOutOfRange,

    /// <summary>Another session holds an overlapping flow of the same device.</summary>
    Conflict,

    /// <summary>No such session, or not any more.</summary>
    NotFound,

    /// <summary>Another client's, or another user's, session.</summary>
    NotOwner,

    /// <summary>Only an AVAILABLE session can be extended.</summary>
    SessionInactive,

    /// <summary>The operator refuses the longer duration; the old end stands.</summary>
    ExtensionRefused,

    /// <summary>The device's operator does not answer. Repeating later may help.</summary>
    OperatorUnavailable,

    /// <summary>More work than we take in. Repeating later helps.</summary>
    Overloaded,

    /// <summary>The store does not answer. Repeating later helps.</summary>
    StoreUnavailable,
}

/// <summary>An expected outcome that is not a session. All of them are made here.</summary>
/// <param name="Message">Value, limit and remedy, in English; surfaces with texts of their own replace it.</param>
/// <param name="RetryAfter">Set where repeating the same request may succeed.</param>
public sealed record SessionError(SessionErrorCode Code, string Message, TimeSpan? RetryAfter = null)
{
    public static SessionError DeviceNotIdentified() =>
        new(SessionErrorCode.DeviceNotIdentified, "No operator here knows the device by the identifiers given.");

    public static SessionError DeviceInconsistent() =>
        new(SessionErrorCode.DeviceInconsistent, "The identifiers given belong to different devices.");

    public static SessionError DeviceNotOfToken() =>
        new(SessionErrorCode.DeviceNotOfToken, "The access token is for another device than the one given.");

    public static SessionError ServiceNotApplicable(OperatorId @operator) =>
        new(SessionErrorCode.ServiceNotApplicable, $"Operator {@operator} offers no quality on demand.");

    public static SessionError ProfileUnknown(string name) =>
        new(SessionErrorCode.ProfileUnknown, $"There is no QoS profile '{name}'.");

    public static SessionError ProfileNotApplicable(string name) =>
        new(SessionErrorCode.ProfileNotApplicable, $"QoS profile '{name}' is not available for new sessions.");

    public static SessionError DurationOutOfRange(TimeSpan asked, TimeSpan least, TimeSpan most) =>
        new(SessionErrorCode.DurationOutOfRange,
            $"A duration of {asked.TotalSeconds:0} s is outside the profile's {least.TotalSeconds:0} to {most.TotalSeconds:0} s.");

    public static SessionError Conflict() => new(SessionErrorCode.Conflict, "Another session holds an overlapping flow of this device.");

    public static SessionError NotFound() => new(SessionErrorCode.NotFound, "There is no such session.");

    public static SessionError NotOwner() => new(SessionErrorCode.NotOwner, "The session belongs to another client or user.");

    public static SessionError SessionInactive(QosStatus status) =>
        new(SessionErrorCode.SessionInactive, $"The session is {status.ToString().ToUpperInvariant()}; only an AVAILABLE one can be extended.");

    public static SessionError ExtensionRefused() =>
        new(SessionErrorCode.ExtensionRefused, "The operator refused to extend the session; it still ends at its expiresAt.");

    public static SessionError OperatorUnavailable(OperatorId @operator) =>
        new(SessionErrorCode.OperatorUnavailable, $"Operator {@operator} does not answer.", TimeSpan.FromSeconds(2));

    public static SessionError Overloaded() => new(SessionErrorCode.Overloaded, "Too many requests are waiting.", TimeSpan.FromSeconds(1));

    public static SessionError StoreUnavailable() => new(SessionErrorCode.StoreUnavailable, "The session store does not answer.", TimeSpan.FromSeconds(2));
}

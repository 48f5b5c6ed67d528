using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>The errors of this release, in its own sentences. Where a sentence would leave a developer guessing, what was wrong follows it.</summary>
internal static class Qod110Errors
{
    public static readonly ErrorAnswer MissingIdentifier = Error(422, "MISSING_IDENTIFIER", "The device cannot be identified.");
    public static readonly ErrorAnswer UnnecessaryIdentifier = Error(422, "UNNECESSARY_IDENTIFIER", "The device is already identified by the access token.");
    public static readonly ErrorAnswer UnsupportedIdentifier = Error(422, "UNSUPPORTED_IDENTIFIER", "The identifier provided is not supported.");
    public static readonly ErrorAnswer InvalidCredential = Error(400, "INVALID_CREDENTIAL", "Only Access token is supported");
    public static readonly ErrorAnswer InvalidToken = Error(400, "INVALID_TOKEN", "Only bearer token is supported");
    public static readonly ErrorAnswer NotFound = Error(404, "NOT_FOUND", "The specified resource is not found.");

    private static readonly ErrorAnswer IdentifierNotFound = Error(404, "IDENTIFIER_NOT_FOUND", "Device identifier not found.");
    private static readonly ErrorAnswer ServiceNotApplicable =
        Error(422, "SERVICE_NOT_APPLICABLE", "The service is not available for the provided identifier.");
    private static readonly ErrorAnswer Conflict = Error(409, "CONFLICT", "Conflict with an existing session for the same device.");
    private static readonly ErrorAnswer PermissionDenied =
        Error(403, "PERMISSION_DENIED", "Client does not have sufficient permissions to perform this action.");
    private static readonly ErrorAnswer DurationOutOfRange = Error(
        400, "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE", "The requested duration is out of the allowed range for the specific QoS profile");
    private static readonly ErrorAnswer ProfileNotApplicable = Error(
        422, "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE", "The requested QoS Profile is currently not available for session creation.");
    private static readonly ErrorAnswer Unauthenticated = Error(
        401, "UNAUTHENTICATED", "Request not authenticated due to missing, invalid, or expired credentials. A new authentication is required.");
    private static readonly ErrorAnswer MethodNotAllowed = Error(
        405, "METHOD_NOT_ALLOWED", "The requested method is not allowed/supported on the target resource.");
    private static readonly ErrorAnswer NotAcceptable = Error(
        406, "NOT_ACCEPTABLE", "The server cannot produce a response matching the content requested by the client through `Accept-*` headers.");
    private static readonly ErrorAnswer MediaTypeUnsupported = Error(
        415, "UNSUPPORTED_MEDIA_TYPE", "The server refuses to accept the request because the payload format is in an unsupported format.");

    // Commonalities has no words for these two.
    private static readonly ErrorAnswer RequestTimeout = Error(408, "REQUEST_TIMEOUT", "The request came too slowly.");
    private static readonly ErrorAnswer BodyTooLarge = Error(413, "PAYLOAD_TOO_LARGE", $"A body has at most {JsonBody.LongestBytes} bytes.");

    /// <param name="detail">The place, and what should be there.</param>
    public static ErrorAnswer InvalidArgument(string detail) =>
        Error(400, "INVALID_ARGUMENT", $"Client specified an invalid argument, request body or query param. {detail}");

    public static ErrorAnswer InvalidArgument(string place, string rule) => InvalidArgument($"{place}: {rule}");

    public static ErrorAnswer OutOfRange(string place, string rule) => Error(400, "OUT_OF_RANGE", $"Client specified an invalid range. {place}: {rule}");

    public static ErrorAnswer InvalidSink(string why) => Error(400, "INVALID_SINK", $"sink not valid for the specified protocol: it {why}");

    /// <param name="qosStatus">The state that forbids it.</param>
    public static ErrorAnswer ExtensionNotAllowed(string qosStatus) => ExtensionRefused(
        $"Extending the session duration is not allowed in the current state ({qosStatus}). The session must be in the AVAILABLE state.");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        // Identifiers go to the engine one at a time: it finds inconsistent what an operator does not recognize as its own.
        SessionErrorCode.DeviceNotIdentified or SessionErrorCode.DeviceInconsistent => IdentifierNotFound,
        SessionErrorCode.DeviceNotOfToken or SessionErrorCode.NotOwner => PermissionDenied,
        SessionErrorCode.ServiceNotApplicable => ServiceNotApplicable,
        SessionErrorCode.ProfileUnknown => InvalidArgument("qosProfile", error.Message),
        SessionErrorCode.ProfileNotApplicable => ProfileNotApplicable,
        SessionErrorCode.DurationOutOfRange => DurationOutOfRange,
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => NotFound,
        SessionErrorCode.SessionInactive => ExtensionNotAllowed("UNAVAILABLE"),
        // The only code that the release has for an extension that cannot be had; a 200 with nothing extended would have to be noticed.
        SessionErrorCode.ExtensionRefused => ExtensionRefused(error.Message),
        SessionErrorCode.OperatorUnavailable or SessionErrorCode.Overloaded or SessionErrorCode.StoreUnavailable => Unavailable(error.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Code, "No status for this error."),
    };

    /// <summary>What goes wrong outside the operations, in the same shape.</summary>
    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.BodyInvalid or FaultKind.MemberInvalid or FaultKind.HeaderInvalid or FaultKind.PathParameterInvalid or FaultKind.QueryInvalid =>
            InvalidArgument(fault.Detail),
        FaultKind.MemberMissing => InvalidArgument(fault.Detail, "is required"),
        FaultKind.MemberInsufficient => InvalidArgument(fault.Detail, "must not be empty"),
        FaultKind.PortInvalid => OutOfRange(fault.Detail, "must be 0 to 65535"),
        FaultKind.PortRangesInvalid => OutOfRange(fault.Detail, "must be 0 to 65535, and from not above to"),
        FaultKind.UriTooLong => Error(414, "URI_TOO_LONG", "The path and query are too long."),
        FaultKind.BodyMissing => InvalidArgument("body", "a JSON object is needed"),
        FaultKind.BodyTooLarge => BodyTooLarge,
        FaultKind.MediaTypeUnsupported => MediaTypeUnsupported,
        FaultKind.NotAcceptable => NotAcceptable,
        // Why, or which scope, is in WWW-Authenticate.
        FaultKind.CredentialsMissing or FaultKind.CredentialsExpired or FaultKind.Unauthenticated => Unauthenticated,
        FaultKind.Forbidden => PermissionDenied,
        FaultKind.QosProfileUnknown or FaultKind.QosProfilesNone or FaultKind.PathUnknown => NotFound,
        FaultKind.MethodNotAllowed => MethodNotAllowed,
        FaultKind.RequestTimeout => RequestTimeout,
        FaultKind.TooManyRequests => Error(429, "TOO_MANY_REQUESTS", "Rate limit reached.", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable(retryAfter: null),
        FaultKind.Internal => Error(500, "INTERNAL", $"Unknown server error. Typically a server bug. It is logged as {fault.Detail}."),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    private static ErrorAnswer ExtensionRefused(string message) => Error(409, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED", message);

    private static ErrorAnswer Unavailable(TimeSpan? retryAfter) =>
        Error(503, "UNAVAILABLE", "Service Unavailable.", FaultAnswers.RetryAfterSeconds(retryAfter));

    private static ErrorAnswer Error(int status, string code, string message, int retryAfterSeconds = 0) =>
        ErrorInfo.Answer(status, code, message, retryAfterSeconds);
}

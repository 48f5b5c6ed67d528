using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>The errors of this release: its statuses, codes and texts, so far as it has them.</summary>
internal static class Qod010Errors
{
    private static readonly ErrorAnswer QosProfilesNotFound = Error(404, "NOT_FOUND", "No QoS Profiles found");
    private static readonly ErrorAnswer QosProfileNotFound = Error(404, "NOT_FOUND", "QosProfile Id does not exist");
    private static readonly ErrorAnswer DeviceNotIdentified = Invalid("Unable to identify device from specified parameters: device");
    private static readonly ErrorAnswer DeviceInconsistent = Invalid("Multiple inconsistent parameters specified: device");
    private static readonly ErrorAnswer DurationOutOfRange = OutOfRange("The requested duration is out of the allowed range for the specific QoS profile");
    private static readonly ErrorAnswer Conflict = Error(409, "CONFLICT", "Another session is created for the same device");
    private static readonly ErrorAnswer SessionNotFound = Error(404, "NOT_FOUND", "Session Id does not exist");
    private static readonly ErrorAnswer NotOwner = Error(403, "PERMISSION_DENIED", "Operation not allowed: the session belongs to another client or user");
    private static readonly ErrorAnswer DeviceNotOfToken = Error(403, "PERMISSION_DENIED", "Operation not allowed: the access token is for another device");
    private static readonly ErrorAnswer SessionInactive = Invalid("The target session is inactive");
    private static readonly ErrorAnswer ServiceNotApplicable = Error(501, "NOT_IMPLEMENTED", "Service not implemented for the specified user device");
    private static readonly ErrorAnswer PathUnknown = Error(404, "NOT_FOUND", "There is nothing at this path");
    private static readonly ErrorAnswer UriTooLong =
        Error(414, "URI_TOO_LONG", $"Path and query have at most {ErrorAndCorrelationMiddleware.LongestUri} characters");
    private static readonly ErrorAnswer MethodNotAllowed = Error(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource");
    private static readonly ErrorAnswer NotAcceptable = Error(406, "NOT_ACCEPTABLE", "The answer is application/json, which the Accept header excludes");
    private static readonly ErrorAnswer RequestTimeout = Error(408, "REQUEST_TIMEOUT", "The request came too slowly");
    private static readonly ErrorAnswer BodyTooLarge = Error(413, "PAYLOAD_TOO_LARGE", $"A body has at most {JsonBody.LongestBytes} bytes");
    private static readonly ErrorAnswer MediaTypeUnsupported = Error(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        SessionErrorCode.DeviceNotIdentified => DeviceNotIdentified,
        SessionErrorCode.DeviceInconsistent => DeviceInconsistent,
        SessionErrorCode.DeviceNotOfToken => DeviceNotOfToken,
        SessionErrorCode.ServiceNotApplicable => ServiceNotApplicable,
        SessionErrorCode.ProfileUnknown or SessionErrorCode.ProfileNotApplicable => Describe(Fault.Member("qosProfile", error.Message)),
        SessionErrorCode.DurationOutOfRange => DurationOutOfRange,
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => SessionNotFound,
        SessionErrorCode.NotOwner => NotOwner,
        SessionErrorCode.SessionInactive => SessionInactive,
        // 400 is the only status that this release lists for an extension that cannot be had.
        SessionErrorCode.ExtensionRefused => Invalid(error.Message),
        SessionErrorCode.OperatorUnavailable or SessionErrorCode.Overloaded or SessionErrorCode.StoreUnavailable => Unavailable(error.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Code, "No status for this error."),
    };

    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.BodyInvalid or FaultKind.MemberInvalid or FaultKind.HeaderInvalid or FaultKind.PathParameterInvalid or FaultKind.QueryInvalid =>
            Invalid($"Schema validation failed at {fault.Detail}"),
        FaultKind.BodyMissing => Invalid("Schema validation failed at body: a JSON object is needed"),
        FaultKind.MemberMissing => Invalid($"Expected property is missing: {fault.Detail}"),
        FaultKind.MemberInsufficient => Invalid($"Insufficient properties specified: {fault.Detail}"),
        FaultKind.PortInvalid => OutOfRange($"Invalid port value specified: {fault.Detail}"),
        FaultKind.PortRangesInvalid => OutOfRange($"Invalid port ranges specified: {fault.Detail}"),
        FaultKind.BodyTooLarge => BodyTooLarge,
        FaultKind.MediaTypeUnsupported => MediaTypeUnsupported,
        FaultKind.NotAcceptable => NotAcceptable,
        FaultKind.CredentialsMissing or FaultKind.CredentialsExpired or FaultKind.Unauthenticated =>
            Error(401, "UNAUTHENTICATED", $"Authorization failed: {fault.Detail}"),
        FaultKind.Forbidden => Error(403, "PERMISSION_DENIED", $"Operation not allowed: {fault.Detail}"),
        FaultKind.QosProfilesNone => QosProfilesNotFound,
        FaultKind.QosProfileUnknown => QosProfileNotFound,
        FaultKind.PathUnknown => PathUnknown,
        FaultKind.UriTooLong => UriTooLong,
        FaultKind.MethodNotAllowed => MethodNotAllowed,
        FaultKind.RequestTimeout => RequestTimeout,
        FaultKind.TooManyRequests => Error(429, "TOO_MANY_REQUESTS", "Rate limit reached: the client sends more requests than it may", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable(retryAfter: null),
        FaultKind.Internal => Error(500, "INTERNAL", $"Internal server error: {fault.Detail}"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    private static ErrorAnswer Unavailable(TimeSpan? retryAfter) =>
        Error(503, "UNAVAILABLE", "Service unavailable", FaultAnswers.RetryAfterSeconds(retryAfter));

    private static ErrorAnswer Invalid(string message) => Error(400, "INVALID_ARGUMENT", message);

    private static ErrorAnswer OutOfRange(string message) => Error(400, "OUT_OF_RANGE", message);

    private static ErrorAnswer Error(int status, string code, string message, int retryAfterSeconds = 0) =>
        ErrorInfo.Answer(status, code, message, retryAfterSeconds);
}

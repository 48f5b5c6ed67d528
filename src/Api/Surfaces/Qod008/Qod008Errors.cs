using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Qod008;

/// <summary>The errors of 0.8 in its shape, a code and a message. Where it has no words, a later release's.</summary>
internal static class Qod008Errors
{
    private static readonly ErrorAnswer DeviceNotIdentified = Invalid("Unable to identify device from specified parameters: ueId");
    private static readonly ErrorAnswer DeviceInconsistent = Invalid("Multiple inconsistent parameters specified: ueId");
    private static readonly ErrorAnswer DurationOutOfRange = Invalid("The requested duration is out of the allowed range for the specific QoS profile");
    private static readonly ErrorAnswer Conflict = Error(409, "CONFLICT", "Another session is created for the same UE");
    private static readonly ErrorAnswer SessionNotFound = Error(404, "NOT_FOUND", "Session Id does not exist");
    private static readonly ErrorAnswer SessionInactive = Invalid("The target session is inactive");
    private static readonly ErrorAnswer ServiceNotApplicable = Error(501, "NOT_IMPLEMENTED", "Service not implemented for the specified user device");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        SessionErrorCode.DeviceNotIdentified => DeviceNotIdentified,
        SessionErrorCode.DeviceInconsistent => DeviceInconsistent,
        SessionErrorCode.DeviceNotOfToken => Forbidden("the access token is for another device"),
        SessionErrorCode.ServiceNotApplicable => ServiceNotApplicable,
        SessionErrorCode.ProfileUnknown or SessionErrorCode.ProfileNotApplicable => Describe(Fault.Member("qos", error.Message)),
        SessionErrorCode.DurationOutOfRange => DurationOutOfRange,
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => SessionNotFound,
        SessionErrorCode.NotOwner => Forbidden("the session belongs to another client or user"),
        SessionErrorCode.SessionInactive => SessionInactive,
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
        FaultKind.PortInvalid => Invalid($"Invalid port value specified: {fault.Detail}"),
        FaultKind.PortRangesInvalid => Invalid($"Ranges not allowed: {fault.Detail}"),
        FaultKind.BodyTooLarge => Error(413, "PAYLOAD_TOO_LARGE", $"A body has at most {JsonBody.LongestBytes} bytes"),
        FaultKind.MediaTypeUnsupported => Error(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8"),
        FaultKind.NotAcceptable => Error(406, "NOT_ACCEPTABLE", "The answer is application/json, which the Accept header excludes"),
        FaultKind.CredentialsMissing or FaultKind.CredentialsExpired or FaultKind.Unauthenticated =>
            Error(401, "UNAUTHORIZED", $"Authorization failed: {fault.Detail}"),
        FaultKind.Forbidden => Forbidden(fault.Detail),
        FaultKind.QosProfilesNone or FaultKind.QosProfileUnknown or FaultKind.PathUnknown => Error(404, "NOT_FOUND", "There is nothing at this path"),
        FaultKind.UriTooLong => Error(414, "URI_TOO_LONG", $"Path and query have at most {ErrorAndCorrelationMiddleware.LongestUri} characters"),
        FaultKind.MethodNotAllowed => Error(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource"),
        FaultKind.RequestTimeout => Error(408, "REQUEST_TIMEOUT", "The request came too slowly"),
        FaultKind.TooManyRequests => Error(429, "TOO_MANY_REQUESTS", "Rate limit reached: the client sends more requests than it may", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable(retryAfter: null),
        FaultKind.Internal => Error(500, "INTERNAL", $"Session could not be created: {fault.Detail}"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    // 0.8.0 spells it SERVICE_UNAVALIBLE; 0.8.1 has mended that.
    private static ErrorAnswer Unavailable(TimeSpan? retryAfter) =>
        Error(503, "SERVICE_UNAVAILABLE", "Service unavailable", FaultAnswers.RetryAfterSeconds(retryAfter));

    private static ErrorAnswer Forbidden(string why) => Error(403, "FORBIDDEN", $"Operation not allowed: {why}");

    private static ErrorAnswer Invalid(string message) => Error(400, "INVALID_INPUT", message);

    private static ErrorAnswer Error(int status, string code, string message, int retryAfterSeconds = 0) =>
        new(status, code, Answers.ToJson(new ErrorBody(code, message), Qod008Answers.Default.ErrorBody), retryAfterSeconds);
}

using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Telefonica;

/// <summary>The errors of Telefónica's document, each in its words for the status, followed by what was wrong. It lists few of them and gives a
/// body to one; the codes are CAMARA's of the same generation.</summary>
internal static class TelefonicaErrors
{
    private static readonly ErrorAnswer Conflict = Error(409, "CONFLICT", "Session already exists for this device.");
    private static readonly ErrorAnswer SessionNotFound = Error(404, "NOT_FOUND", "Session not found.");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        SessionErrorCode.DeviceNotIdentified or SessionErrorCode.DeviceInconsistent => Invalid($"device: {error.Message}"),
        SessionErrorCode.DeviceNotOfToken => Forbidden("The access token is for another device."),
        SessionErrorCode.ServiceNotApplicable => Error(501, "NOT_IMPLEMENTED", "Quality on demand is not offered for this device."),
        SessionErrorCode.ProfileUnknown or SessionErrorCode.ProfileNotApplicable => Invalid($"qosProfile: {error.Message}"),
        SessionErrorCode.DurationOutOfRange => OutOfRange($"duration: {error.Message}"),
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => SessionNotFound,
        SessionErrorCode.NotOwner => Forbidden("The session belongs to another client or user."),
        // The document has no operation that extends: no session can lead here.
        SessionErrorCode.SessionInactive or SessionErrorCode.ExtensionRefused => Invalid(error.Message),
        SessionErrorCode.OperatorUnavailable or SessionErrorCode.Overloaded or SessionErrorCode.StoreUnavailable => Unavailable(error.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Code, "No status for this error."),
    };

    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.BodyInvalid or FaultKind.MemberInvalid or FaultKind.HeaderInvalid or FaultKind.PathParameterInvalid or FaultKind.QueryInvalid =>
            Invalid(fault.Detail),
        FaultKind.BodyMissing => Invalid("body: a JSON object is needed"),
        FaultKind.MemberMissing => Invalid($"{fault.Detail}: is required"),
        FaultKind.MemberInsufficient => Invalid($"{fault.Detail}: must hold an identifier"),
        FaultKind.PortInvalid => OutOfRange($"{fault.Detail}: must be 0 to 65535"),
        FaultKind.PortRangesInvalid => OutOfRange($"{fault.Detail}: must be 0 to 65535, and from not above to"),
        FaultKind.BodyTooLarge => Error(413, "PAYLOAD_TOO_LARGE", $"A body has at most {JsonBody.LongestBytes} bytes."),
        FaultKind.MediaTypeUnsupported => Error(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8."),
        FaultKind.NotAcceptable => Error(406, "NOT_ACCEPTABLE", "The answer is application/json, which the Accept header excludes."),
        FaultKind.CredentialsMissing or FaultKind.CredentialsExpired or FaultKind.Unauthenticated =>
            Error(401, "UNAUTHENTICATED", $"Unauthorized. {fault.Detail}"),
        FaultKind.Forbidden => Forbidden(fault.Detail),
        FaultKind.QosProfilesNone or FaultKind.QosProfileUnknown or FaultKind.PathUnknown => Error(404, "NOT_FOUND", "There is nothing at this path."),
        FaultKind.UriTooLong => Error(414, "URI_TOO_LONG", $"Path and query have at most {ErrorAndCorrelationMiddleware.LongestUri} characters."),
        FaultKind.MethodNotAllowed => Error(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource."),
        FaultKind.RequestTimeout => Error(408, "REQUEST_TIMEOUT", "The request came too slowly."),
        FaultKind.TooManyRequests => Error(429, "TOO_MANY_REQUESTS", "The client sends more requests than it may.", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable(retryAfter: null),
        FaultKind.Internal => Error(500, "INTERNAL", $"Internal server error: {fault.Detail}"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    private static ErrorAnswer Unavailable(TimeSpan? retryAfter) =>
        Error(503, "UNAVAILABLE", "Service unavailable.", FaultAnswers.RetryAfterSeconds(retryAfter));

    private static ErrorAnswer Forbidden(string why) => Error(403, "PERMISSION_DENIED", $"Forbidden. {why}");

    private static ErrorAnswer Invalid(string why) => Error(400, "INVALID_ARGUMENT", $"Invalid request. {why}");

    private static ErrorAnswer OutOfRange(string why) => Error(400, "OUT_OF_RANGE", $"Invalid request. {why}");

    private static ErrorAnswer Error(int status, string code, string message, int retryAfterSeconds = 0) =>
        ErrorInfo.Answer(status, code, message, retryAfterSeconds);
}

using System.Globalization;
using System.Text.Json.Serialization;
using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Orange;

/// <summary>The table of errors in Orange's QoD documentation, text for text (docs/conformance.md, F06). Where the table gives an example, its description
/// stands as it is; the other rows have none, so there the description says what was wrong.</summary>
/// <remarks>Rows that no request can bring about here: 25 and 27 (no header and no query parameter is required), 411 (a body may be chunked), 412
/// (no preconditions), 502 and 504 (an operator that fails or is late leaves a session to be settled, or is 503).</remarks>
internal static class OrangeErrors
{
    private static readonly ErrorAnswer InvalidQuery = Error(
        400, 28, "Invalid query-string parameter value", "One or more query-string parameters contain invalid values.");

    private static readonly ErrorAnswer CredentialsExpired = Error(
        401, 42, "Expired credentials", "The requested service needs credentials, and the ones provided were out-of-date.");

    private static readonly ErrorAnswer NotFound = Error(404, 60, "Resource not found", "The requested URI or the requested resource does not exist.");

    private static readonly ErrorAnswer MethodNotAllowed = Error(
        405, 61, "Method not allowed",
        "The URI does not support the requested method. The available methods should be set in the response header 'Allow'");

    private static readonly ErrorAnswer NotAcceptable = Error(
        406, 62, "Not acceptable", "The Accept incoming header does not match any available content-type.");

    private static readonly ErrorAnswer RequestTimeout = Error(408, 63, "Request time-out", "The server timed out waiting for the incoming request.");

    private static readonly ErrorAnswer Conflict = Error(
        409, 69, "Conflict", "The request could not be completed due to a conflict with the current state of the resource.");

    private static readonly ErrorAnswer BodyTooLarge = Error(
        413, 66, "Request entity too large",
        "The body of the request/response (PATCH, POST and PUT methods) is larger than the server is willing or able to process.");

    private static readonly ErrorAnswer UriTooLong = Error(414, 67, "Request-URI too long", "The URI provided was too long for the server to process.");

    private static readonly ErrorAnswer MediaTypeUnsupported = Error(
        415, 68, "Unsupported Media Type", "The format of the posted body is not supported by the endpoint.");

    private static readonly ErrorAnswer Internal = Error(500, 1, "Internal error", "Generic failure message, used if no more precise code can be provided.");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        SessionErrorCode.DeviceNotIdentified or SessionErrorCode.DeviceInconsistent => InvalidField($"device: {error.Message}"),
        // The table has no 501: for this device the request is one that cannot be served.
        SessionErrorCode.ServiceNotApplicable => AccessDenied(error.Message),
        SessionErrorCode.ProfileUnknown or SessionErrorCode.ProfileNotApplicable => InvalidField($"qosProfile: {error.Message}"),
        SessionErrorCode.DurationOutOfRange => InvalidField($"duration: {error.Message}"),
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => NotFound,
        SessionErrorCode.NotOwner => Error(403, 51, "Forbidden requester", error.Message),
        SessionErrorCode.DeviceNotOfToken => Error(403, 52, "Forbidden user", error.Message),
        SessionErrorCode.SessionInactive or SessionErrorCode.ExtensionRefused => InvalidField($"requestedAdditionalDuration: {error.Message}"),
        SessionErrorCode.Overloaded => Error(
            503, 6, "Orange API is over capacity, retry later !", "The service faces too much requests and can not handle the call.",
            FaultAnswers.RetryAfterSeconds(error.RetryAfter)),
        SessionErrorCode.OperatorUnavailable or SessionErrorCode.StoreUnavailable => Unavailable(error.Message, error.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Code, "No status for this error."),
    };

    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.PathParameterInvalid => Error(400, 20, "Invalid URL parameter value", fault.Detail),
        FaultKind.BodyMissing => Error(400, 21, "Missing body", "A JSON object is needed."),
        FaultKind.BodyInvalid => Error(400, 22, "Invalid body", fault.Detail),
        FaultKind.MemberMissing => Error(400, 23, "Missing body field", $"{fault.Detail}: is required"),
        FaultKind.MemberInsufficient => Error(400, 23, "Missing body field", $"{fault.Detail}: must not be empty"),
        FaultKind.MemberInvalid => InvalidField(fault.Detail),
        FaultKind.PortInvalid => InvalidField($"{fault.Detail}: must be 0 to 65535"),
        FaultKind.PortRangesInvalid => InvalidField($"{fault.Detail}: must be 0 to 65535, and from not above to"),
        FaultKind.HeaderInvalid => Error(400, 26, "Invalid header value", fault.Detail),
        FaultKind.QueryInvalid => InvalidQuery,
        FaultKind.CredentialsMissing => Error(401, 40, "Missing credentials", fault.Detail),
        FaultKind.Unauthenticated => Error(401, 41, "Invalid credentials", fault.Detail),
        FaultKind.CredentialsExpired => CredentialsExpired,
        FaultKind.Forbidden => AccessDenied(fault.Detail),
        FaultKind.QosProfilesNone or FaultKind.QosProfileUnknown or FaultKind.PathUnknown => NotFound,
        FaultKind.UriTooLong => UriTooLong,
        FaultKind.MethodNotAllowed => MethodNotAllowed,
        FaultKind.NotAcceptable => NotAcceptable,
        FaultKind.RequestTimeout => RequestTimeout,
        FaultKind.BodyTooLarge => BodyTooLarge,
        FaultKind.MediaTypeUnsupported => MediaTypeUnsupported,
        FaultKind.TooManyRequests => Error(
            429, 53, "Too many requests", "The application has made too many calls and has exceeded the rate limit for this service.", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable("The answer takes too long.", retryAfter: null),
        // The id under which it is logged has no place in the table.
        FaultKind.Internal => Internal,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    private static ErrorAnswer InvalidField(string description) => Error(400, 24, "Invalid body field", description);

    private static ErrorAnswer AccessDenied(string description) => Error(403, 50, "Access denied", description);

    private static ErrorAnswer Unavailable(string description, TimeSpan? retryAfter) =>
        Error(503, 5, "The service is temporarily unavailable", description, FaultAnswers.RetryAfterSeconds(retryAfter));

    private static ErrorAnswer Error(int status, int code, string message, string description, int retryAfterSeconds = 0) =>
        new(
            status,
            code.ToString(CultureInfo.InvariantCulture),
            Answers.ToJson(new ErrorBody(code, message, description), OrangeJson.Default.ErrorBody),
            retryAfterSeconds);
}

internal sealed record ErrorBody(int Code, string Message, string Description);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class OrangeJson : JsonSerializerContext;

using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>The errors of this release: its statuses, codes and texts, so far as it has them.</summary>
internal static class Qod010Errors
{
    public static readonly ErrorAnswer DeviceMissing = Invalid("Expected property is missing: device");
    public static readonly ErrorAnswer DeviceInsufficient = Invalid("Insufficient properties specified: device");
    public static readonly ErrorAnswer DevicePublicPort = OutOfRange("Invalid port value specified: device.ipv4Address.publicPort");
    public static readonly ErrorAnswer ApplicationServerMissing = Invalid("Expected property is missing: applicationServer");
    public static readonly ErrorAnswer ApplicationServerInsufficient = Invalid("Insufficient properties specified: applicationServer");
    public static readonly ErrorAnswer QosProfileMissing = Invalid("Expected property is missing: qosProfile");
    public static readonly ErrorAnswer NotificationUrlMissing = Invalid("Expected property is missing: webhook.notificationUrl");
    public static readonly ErrorAnswer AdditionalDurationMissing = Invalid("Expected property is missing: requestedAdditionalDuration");
    public static readonly ErrorAnswer QosProfilesNotFound = Error(404, "NOT_FOUND", "No QoS Profiles found");
    public static readonly ErrorAnswer QosProfileNotFound = Error(404, "NOT_FOUND", "QosProfile Id does not exist");

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
    private static readonly ErrorAnswer MethodNotAllowed = Error(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource");
    private static readonly ErrorAnswer NotAcceptable = Error(406, "NOT_ACCEPTABLE", "The answer is application/json, which the Accept header excludes");
    private static readonly ErrorAnswer RequestTimeout = Error(408, "REQUEST_TIMEOUT", "The request came too slowly");
    private static readonly ErrorAnswer BodyTooLarge = Error(413, "PAYLOAD_TOO_LARGE", $"A body has at most {JsonBody.LongestBytes} bytes");
    private static readonly ErrorAnswer MediaTypeUnsupported = Error(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8");

    /// <summary>The value at this place breaks the schema.</summary>
    public static ErrorAnswer Schema(string place, string rule) => Invalid($"Schema validation failed at {place}: {rule}");

    /// <param name="member"><c>devicePorts</c> or <c>applicationServerPorts</c>.</param>
    public static ErrorAnswer PortRanges(string member) => OutOfRange($"Invalid port ranges specified: {member}");

    public static ErrorAnswer Of(SessionError error) => error.Code switch
    {
        SessionErrorCode.DeviceNotIdentified => DeviceNotIdentified,
        SessionErrorCode.DeviceInconsistent => DeviceInconsistent,
        SessionErrorCode.DeviceNotOfToken => DeviceNotOfToken,
        SessionErrorCode.ServiceNotApplicable => ServiceNotApplicable,
        SessionErrorCode.ProfileUnknown or SessionErrorCode.ProfileNotApplicable => Schema("qosProfile", error.Message),
        SessionErrorCode.DurationOutOfRange => DurationOutOfRange,
        SessionErrorCode.SinkNotAllowed => Schema("webhook.notificationUrl", error.Message),
        SessionErrorCode.Conflict => Conflict,
        SessionErrorCode.NotFound => SessionNotFound,
        SessionErrorCode.NotOwner => NotOwner,
        SessionErrorCode.SessionInactive => SessionInactive,
        // 400 is the only status that this release lists for an extension that cannot be had.
        SessionErrorCode.ExtensionRefused => Invalid(error.Message),
        SessionErrorCode.OperatorUnavailable or SessionErrorCode.Overloaded or SessionErrorCode.StoreUnavailable => Unavailable(error.RetryAfter),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Code, "No status for this error."),
    };

    /// <summary>What goes wrong outside the operations, in the same shape.</summary>
    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.BodyInvalid or FaultKind.HeaderInvalid => Invalid($"Schema validation failed at {fault.Detail}"),
        FaultKind.BodyMissing => Invalid("Schema validation failed at body: a JSON object is needed"),
        FaultKind.BodyTooLarge => BodyTooLarge,
        FaultKind.MediaTypeUnsupported => MediaTypeUnsupported,
        FaultKind.NotAcceptable => NotAcceptable,
        FaultKind.Unauthenticated => Error(401, "UNAUTHENTICATED", $"Authorization failed: {fault.Detail}"),
        FaultKind.Forbidden => Error(403, "PERMISSION_DENIED", $"Operation not allowed: {fault.Detail}"),
        FaultKind.PathUnknown => PathUnknown,
        FaultKind.MethodNotAllowed => MethodNotAllowed,
        FaultKind.RequestTimeout => RequestTimeout,
        FaultKind.TooManyRequests => Error(429, "TOO_MANY_REQUESTS", "Rate limit reached: the client sends more requests than it may", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable(retryAfter: null),
        FaultKind.Internal => Error(500, "INTERNAL", $"Internal server error: {fault.Detail}"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "No status for this fault."),
    };

    private static ErrorAnswer Unavailable(TimeSpan? retryAfter) =>
        Error(503, "UNAVAILABLE", "Service unavailable", Math.Max(1, (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds)));

    private static ErrorAnswer Invalid(string message) => Error(400, "INVALID_ARGUMENT", message);

    private static ErrorAnswer OutOfRange(string message) => Error(400, "OUT_OF_RANGE", message);

    private static ErrorAnswer Error(int status, string code, string message, int retryAfterSeconds = 0) =>
        new(status, code, Answers.ToJson(new ErrorInfoBody(status, code, message), Qod010Answers.Default.ErrorInfoBody), retryAfterSeconds);
}

using System.Text.Json.Serialization;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Auth.OAuth;

/// <summary>Errors in RFC 6749's shape, for endpoints that programs call.</summary>
internal static class OAuthErrors
{
    /// <summary>One text for a code or auth_req_id that was never there, is another client's, was used, or does not fit: whoever tries learns nothing.</summary>
    public static readonly ErrorAnswer GrantInvalid = Error(400, "invalid_grant", "it does not exist, was used, has expired, or is not for this client and request");

    public static readonly ErrorAnswer ScopeInvalid = Error(
        400, "invalid_scope", "a scope is unknown or not registered for this client, or a login is not for exactly one purpose, dpv:something");

    public static readonly ErrorAnswer Unavailable = Error(503, "temporarily_unavailable", "try again", retryAfterSeconds: 1);

    public static ErrorAnswer Invalid(string description) => Error(400, "invalid_request", description);

    public static ErrorAnswer TooMany(int retryAfterSeconds) => Error(429, "temporarily_unavailable", "too many requests", retryAfterSeconds);

    public static ErrorAnswer Error(int status, string error, string description, int retryAfterSeconds = 0) =>
        new(status, error, Answers.ToJson(new OAuthError(error, description), OAuthErrorJson.Default.OAuthError), retryAfterSeconds) { Headers = [new("Cache-Control", "no-store")] };

    /// <summary>RFC 6749 knows two words for trouble of our own; it gives them for redirects, and clients understand them here too.</summary>
    public static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.PathUnknown => Error(404, "invalid_request", "there is nothing at this path"),
        FaultKind.MethodNotAllowed => Error(405, "invalid_request", "this method is not allowed here"),
        FaultKind.NotAcceptable => Error(406, "invalid_request", "the answer is application/json"),
        FaultKind.MediaTypeUnsupported => Error(415, "invalid_request", "the body must not be compressed"),
        FaultKind.BodyTooLarge => Error(413, "invalid_request", "the body is too large"),
        FaultKind.RequestTimeout => Error(408, "invalid_request", "the request came too slowly"),
        FaultKind.TooManyRequests => TooMany(fault.RetryAfterSeconds),
        FaultKind.Unavailable => Unavailable,
        FaultKind.Internal => Error(500, "server_error", fault.Detail),
        _ => Invalid(fault.Detail),
    };
}

internal sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);

[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthErrorJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using QodOrleans.Authorization.Http;

namespace QodOrleans.Authorization.OAuth;

/// <summary>Errors in RFC 6749's shape, for endpoints that programs call.</summary>
public static class OAuthErrors
{
    /// <summary>One text for a code or auth_req_id that never existed, is another client's, was used, or does not match, so that guessing teaches
    /// nothing.</summary>
    internal static readonly ErrorAnswer GrantInvalid =
        Error(400, "invalid_grant", "it does not exist, was used, has expired, or is not for this client and request");

    internal static readonly ErrorAnswer ScopeInvalid = Error(
        400, "invalid_scope", "a scope is unknown or not registered for this client, or a login is not for exactly one purpose, dpv:something");

    /// <summary>RFC 6749 defines this code for redirects; clients understand it here too.</summary>
    public static readonly ErrorAnswer Unavailable = Error(503, "temporarily_unavailable", "try again", retryAfterSeconds: 1);

    public static readonly ErrorAnswer Coded = Error(415, "invalid_request", "the body must not be compressed");

    public static readonly ErrorAnswer TooLarge = Error(413, "invalid_request", "the body is too large");

    public static ErrorAnswer Invalid(string description) => Error(400, "invalid_request", description);

    public static ErrorAnswer TooMany(int retryAfterSeconds) => Error(429, "temporarily_unavailable", "too many requests", retryAfterSeconds);

    /// <summary>A client that is not authenticated, and how it could be (RFC 6749, 5.2).</summary>
    internal static ErrorAnswer Challenge(string description, string wwwAuthenticate)
    {
        var error = Error(401, "invalid_client", description);
        return error with { Headers = [.. error.Headers, new("WWW-Authenticate", wwwAuthenticate)] };
    }

    public static ErrorAnswer Error(int status, string error, string description, int retryAfterSeconds = 0) =>
        new(status, error, Answers.ToJson(new OAuthError(error, description), OAuthErrorJson.Default.OAuthError), retryAfterSeconds)
        {
            Headers = [new("Cache-Control", "no-store")],
        };

    internal static ErrorAnswer Of(FormProblem problem) => problem switch
    {
        FormProblem.Coded => Coded,
        FormProblem.TooLarge => TooLarge,
        _ => Invalid(Parameters.FormRule),
    };
}

internal sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);

[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthErrorJson : JsonSerializerContext;

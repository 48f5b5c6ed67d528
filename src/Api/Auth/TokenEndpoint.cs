using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Auth;

/// <summary><c>POST /token</c>, RFC 6749: one method per grant type.</summary>
internal sealed class TokenEndpoint(ClientRegistry clients, AccessTokens tokens)
{
    public static readonly Surface Surface = new("oauth", "/token", Map, Describe);

    private const int LongestForm = 16 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/token", ActivatorUtilities.CreateInstance<TokenEndpoint>(routes.ServiceProvider).Token).WithMetadata(Surface);

    private async Task Token(HttpContext context)
    {
        // RFC 6749, 5.1: neither tokens nor what is said about them may be kept by a cache.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";

        var form = await ReadFormAsync(context);
        if (form is null)
        {
            await context.WriteErrorAsync(Invalid("the body must be application/x-www-form-urlencoded, at most 16 KiB, without repeated parameters"));
            return;
        }
        if (!TryReadBasic(context.Request.Headers.Authorization, out var id, out var secret))
        {
            await RefuseClientAsync(context, "HTTP Basic with client id and secret is needed");
            return;
        }
        var (check, client) = await clients.AuthenticateAsync(id, secret, context.RequestAborted);
        if (check == ClientCheck.Busy) await context.WriteErrorAsync(Describe(new Fault(FaultKind.Unavailable)));
        else if (client is null) await RefuseClientAsync(context, "unknown client or wrong secret");
        else if (form.TryGetValue("client_id", out var named) && named != client.Id) await context.WriteErrorAsync(Invalid("client_id is not the authenticated client"));
        else await GrantAsync(context, client, form);
    }

    private Task GrantAsync(HttpContext context, Client client, Dictionary<string, string> form) => form.GetValueOrDefault("grant_type") switch
    {
        null or "" => context.WriteErrorAsync(Invalid("grant_type is missing")),
        "client_credentials" => ClientCredentialsAsync(context, client, form.GetValueOrDefault("scope")),
        _ => context.WriteErrorAsync(Error(400, "unsupported_grant_type", "only client_credentials is supported")),
    };

    /// <summary>RFC 6749, 4.4. No scope asks for all that the client may have.</summary>
    private Task ClientCredentialsAsync(HttpContext context, Client client, string? scope)
    {
        string[] granted = [.. client.Scopes];
        if (!string.IsNullOrEmpty(scope) && !QodScopes.TryGrant(scope, client.Scopes, out granted))
            return context.WriteErrorAsync(Error(400, "invalid_scope", "a scope is unknown or not registered for this client"));

        var token = tokens.Issue(client.Id, subject: null, line: null, granted);
        return context.WriteJsonAsync(200, new TokenAnswer(token, "Bearer", (int)tokens.Lifetime.TotalSeconds, string.Join(' ', granted)), OAuthJson.Default.TokenAnswer);
    }

    private static Task RefuseClientAsync(HttpContext context, string why)
    {
        context.Response.Headers.WWWAuthenticate = """Basic realm="qod", charset="UTF-8" """.TrimEnd();
        return context.WriteErrorAsync(Error(401, "invalid_client", why));
    }

    /// <returns>Null if it is no such form, or names a parameter twice.</returns>
    private static async Task<Dictionary<string, string>?> ReadFormAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || request.ContentLength > LongestForm) return null;

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new FormPipeReader(request.BodyReader) { ValueCountLimit = 64, KeyLengthLimit = 256, ValueLengthLimit = 8192 };
        try
        {
            foreach (var (name, values) in await reader.ReadFormAsync(context.RequestAborted))
            {
                // RFC 6749, 3.2: a repeated parameter is an error. The reader joins names that differ in case only, so these are repeated too.
                if (values.Count != 1) return null;
                parameters[name] = values[0] ?? "";
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }
        return parameters;
    }

    /// <summary>RFC 6749, 2.3.1: id and secret are form-encoded before they become user and password.</summary>
    internal static bool TryReadBasic(StringValues header, out string id, out string secret)
    {
        id = secret = "";
        if (header.Count != 1 || header[0] is not { Length: < 4096 } text || !text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[6..], bytes, out var length)) return false;
        string pair;
        try
        {
            pair = StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        var colon = pair.IndexOf(':');
        if (colon < 1) return false;
        id = WebUtility.UrlDecode(pair[..colon]);
        secret = WebUtility.UrlDecode(pair[(colon + 1)..]);
        // HMAC pads its key with NUL: to PBKDF2, "secret" and "secret\0" are the same.
        return !id.Contains('\0') && !secret.Contains('\0');
    }

    private static ErrorAnswer Invalid(string description) => Error(400, "invalid_request", description);

    private static ErrorAnswer Error(int status, string error, string description, int retryAfterSeconds = 0) =>
        new(status, error, Answers.ToJson(new OAuthError(error, description), OAuthJson.Default.OAuthError), retryAfterSeconds);

    /// <summary>RFC 6749 knows two words for trouble of our own; it gives them for redirects, and clients understand them here too.</summary>
    private static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.PathUnknown => Error(404, "invalid_request", "there is nothing at this path"),
        FaultKind.MethodNotAllowed => Error(405, "invalid_request", "only POST is allowed here"),
        FaultKind.NotAcceptable => Error(406, "invalid_request", "the answer is application/json"),
        FaultKind.BodyTooLarge => Error(413, "invalid_request", "the body is too large"),
        FaultKind.RequestTimeout => Error(408, "invalid_request", "the request came too slowly"),
        FaultKind.TooManyRequests => Error(429, "temporarily_unavailable", "too many requests", fault.RetryAfterSeconds),
        FaultKind.Unavailable => Error(503, "temporarily_unavailable", "try again", retryAfterSeconds: 1),
        FaultKind.Internal => Error(500, "server_error", fault.Detail),
        _ => Invalid(fault.Detail),
    };
}

internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope);

internal sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);

[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthJson : JsonSerializerContext;

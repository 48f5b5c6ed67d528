using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using QodOrleans.Api.Auth.Limits;
using QodOrleans.Api.Http;
using QodOrleans.Core.Storage;

namespace QodOrleans.Api.Auth.OAuth;

/// <summary>What every endpoint does that clients call with a form and their secret: no caching, one form, HTTP Basic, and patience with nobody
/// who guesses.</summary>
internal sealed class ClientDoor(ClientRegistry clients, RateLimits limits)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly ErrorAnswer NoForm = OAuthErrors.Invalid("the body must be application/x-www-form-urlencoded, at most 16 KiB, without repeated parameters");

    /// <summary>Lets an authenticated client in, or answers for it.</summary>
    public async Task ServeAsync(HttpContext context, Func<HttpContext, Client, Parameters, Task> serve)
    {
        // RFC 6749, 5.1: neither tokens nor what is said about them may be kept by a cache.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";

        var form = await Parameters.ReadFormAsync(context);
        if (form is null || form.AnyRepeated)
        {
            await context.WriteErrorAsync(NoForm);
            return;
        }
        if (!TryReadBasic(context.Request.Headers.Authorization, out var id, out var secret))
        {
            await RefuseAsync(context, "HTTP Basic with client id and secret is needed");
            return;
        }
        var address = context.Connection.RemoteIpAddress;
        if (!limits.AdmitsSecret(address, out var retryAfterSeconds))
        {
            await context.WriteErrorAsync(OAuthErrors.TooMany(retryAfterSeconds));
            return;
        }
        var (check, client) = await clients.AuthenticateAsync(id, secret, context.RequestAborted);
        if (check == ClientCheck.Busy)
        {
            await context.WriteErrorAsync(OAuthErrors.Unavailable);
        }
        else if (client is null)
        {
            limits.WrongSecret(address);
            await RefuseAsync(context, "unknown client or wrong secret");
        }
        else if (form["client_id"] is { } named && named != client.Id)
        {
            await context.WriteErrorAsync(OAuthErrors.Invalid("client_id is not the authenticated client"));
        }
        else
        {
            try
            {
                await serve(context, client, form);
            }
            catch (StoreUnavailableException)
            {
                await context.WriteErrorAsync(OAuthErrors.Unavailable);
            }
        }
    }

    private static Task RefuseAsync(HttpContext context, string why)
    {
        context.Response.Headers.WWWAuthenticate = """Basic realm="qod", charset="UTF-8" """.TrimEnd();
        return context.WriteErrorAsync(OAuthErrors.Error(401, "invalid_client", why));
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
}

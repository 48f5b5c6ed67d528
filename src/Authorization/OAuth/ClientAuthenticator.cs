using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.OAuth;

/// <summary>What every endpoint does that clients call with a form and their secret or an assertion: no caching, one form, one authentication, and
/// patience with nobody who guesses.</summary>
internal sealed class ClientAuthenticator(ClientRegistry clients, AssertionCheck assertions, AuthorizationGrants grants, RateLimits limits)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Those that are read here.</summary>
    private static readonly string[] Known = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

    private static readonly ErrorAnswer Repeated = OAuthErrors.Invalid("a parameter is given more than once");
    private static readonly ErrorAnswer TwoAtOnce = OAuthErrors.Invalid("a client authenticates in one way at a time");
    private static readonly ErrorAnswer HalfAnAssertion = OAuthErrors.Invalid("client_assertion and client_assertion_type need each other");

    /// <summary>One answer to everything that is wrong with a client's authentication: whoever tries learns nothing.</summary>
    private static readonly ErrorAnswer Refused = OAuthErrors.Error(
        401, "invalid_client", "what is needed is a known client's id and secret by HTTP Basic, or an assertion of its own that is neither old nor used");

    /// <summary>Asks whether one request more is welcome from a client, and when if it is not.</summary>
    public delegate bool Admission(Client client, out int retryAfterSeconds);

    /// <summary>Lets an authenticated client in, or answers for it.</summary>
    /// <param name="path">The endpoint's: an assertion may be addressed to it.</param>
    /// <param name="known">The parameters that the endpoint reads. Others are ignored, repeated or not (RFC 6749, 3.2; RFC 8707 repeats <c>resource</c>).</param>
    public async Task ServeAsync(HttpContext context, string path, IReadOnlyList<string> known, Admission admits, Func<HttpContext, Client, Parameters, Task> serve)
    {
        // RFC 6749, 5.1: neither tokens nor what is said about them may be kept by a cache.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";

        var (form, problem) = await Parameters.ReadFormAsync(context);
        if (form is null)
        {
            await context.WriteErrorAsync(OAuthErrors.Of(problem));
            return;
        }
        if (Known.Concat(known).Any(form.IsRepeated))
        {
            await context.WriteErrorAsync(Repeated);
            return;
        }

        // 1. Which way to authenticate: one, and the whole of it.
        var header = context.Request.Headers.Authorization;
        var (asserted, type) = (form["client_assertion"], form["client_assertion_type"]);
        var asserts = asserted is not null || type is not null;
        if ((header.Count > 0 ? 1 : 0) + (asserts ? 1 : 0) + (form["client_secret"] is null ? 0 : 1) > 1)
        {
            await context.WriteErrorAsync(TwoAtOnce);
            return;
        }
        if (asserts && (asserted is null || type is null))
        {
            await context.WriteErrorAsync(HalfAnAssertion);
            return;
        }
        var (id, secret) = ("", "");
        if (!asserts && !TryReadBasic(header, out id, out secret))
        {
            await RefuseAsync(context);
            return;
        }

        // 2. Whether it is right.
        var address = context.Connection.RemoteIpAddress;
        if (!limits.AdmitsSecret(address, out var retryAfterSeconds))
        {
            await context.WriteErrorAsync(OAuthErrors.TooMany(retryAfterSeconds));
            return;
        }
        Client? client;
        ClientAssertion? assertion = null;
        if (asserts)
        {
            (client, assertion) = assertions.Check(type, asserted!, path);
        }
        else
        {
            (var check, client) = await clients.AuthenticateAsync(id, secret, context.RequestAborted);
            if (check == ClientCheck.Busy)
            {
                await context.WriteErrorAsync(OAuthErrors.Unavailable);
                return;
            }
        }
        if (client is null)
        {
            limits.WrongSecret(address);
            await RefuseAsync(context);
            return;
        }
        if (form["client_id"] is { } named && named != client.Id)
        {
            await context.WriteErrorAsync(OAuthErrors.Invalid("client_id is not the authenticated client"));
            return;
        }
        // Before an assertion is noted as used: what a client may have us remember is bounded by what it may send.
        if (!admits(client, out retryAfterSeconds))
        {
            await context.WriteErrorAsync(OAuthErrors.TooMany(retryAfterSeconds));
            return;
        }

        // 3. What it came for.
        try
        {
            if (assertion is null || await grants.SpendAsync(client, assertion, context.RequestAborted))
            {
                await serve(context, client, form);
                return;
            }
            limits.WrongSecret(address);
            await RefuseAsync(context);
        }
        catch (StoreUnavailableException)
        {
            await context.WriteErrorAsync(OAuthErrors.Unavailable);
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = """Basic realm="qod", charset="UTF-8" """.TrimEnd();
        return context.WriteErrorAsync(Refused);
    }

    /// <summary>RFC 6749, 2.3.1: id and secret are form-encoded before they become user and password.</summary>
    internal static bool TryReadBasic(StringValues header, out string id, out string secret)
    {
        id = secret = "";
        if (FieldValues.CredentialsOf(header, "Basic") is not { Length: < 4096 } text) return false;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) return false;
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

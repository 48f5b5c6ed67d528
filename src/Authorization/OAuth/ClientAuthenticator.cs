using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.Limits;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.OAuth;

/// <summary>The authentication of clients (RFC 6749, 2.3) at the endpoints to which they post a form: by HTTP Basic, or by an assertion. Nothing is cached, and
/// wrong credentials are limited by address.</summary>
internal sealed class ClientAuthenticator(ClientRegistry clients, AssertionCheck assertions, AuthorizationGrants grants, RateLimits limits)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The parameters that are read here.</summary>
    private static readonly string[] Known = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

    private static readonly ErrorAnswer Repeated = OAuthErrors.Invalid("a parameter is given more than once");
    private static readonly ErrorAnswer TwoAtOnce = OAuthErrors.Invalid("a client authenticates in one way at a time");
    private static readonly ErrorAnswer HalfAnAssertion = OAuthErrors.Invalid("client_assertion and client_assertion_type need each other");
    private static readonly ErrorAnswer OtherClient = OAuthErrors.Invalid("client_id is not the authenticated client");

    /// <summary>One answer to everything that is wrong with a client's authentication, so that guessing teaches nothing.</summary>
    private static readonly ErrorAnswer Refused = OAuthErrors.Challenge(
        "what is needed is a known client's id and secret by HTTP Basic, or an assertion of its own that is neither old nor used",
        """Basic realm="qod", charset="UTF-8" """.TrimEnd());

    /// <summary>Whether one more request from this client is within its limit, and when it will be if it is not.</summary>
    public delegate bool Admission(Client client, out int retryAfterSeconds);

    /// <summary>Calls the endpoint for an authenticated client, or answers with an error.</summary>
    /// <param name="path">The endpoint's: an assertion may be addressed to it.</param>
    /// <param name="known">The parameters that the endpoint reads. Others are ignored, repeated or not (RFC 6749, 3.2; RFC 8707 repeats
    /// <c>resource</c>).</param>
    public async Task ServeAsync(
        HttpContext context, string path, IReadOnlyList<string> known, Admission admits, Func<HttpContext, Client, Parameters, Task> serve)
    {
        // RFC 6749, 5.1: no cache may keep tokens, or an answer about them.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        try
        {
            var attempt = new Attempt(context);
            var error = await ReadAsync(attempt, known) ?? await AuthenticateAsync(attempt, path) ?? await AdmitAsync(attempt, admits);
            await (error is null ? serve(context, attempt.Client, attempt.Form) : context.WriteErrorAsync(error));
        }
        catch (StoreUnavailableException)
        {
            await context.WriteErrorAsync(OAuthErrors.Unavailable);
        }
    }

    /// <summary>1. Reads the form, and the credentials: of one kind, and complete.</summary>
    private static async Task<ErrorAnswer?> ReadAsync(Attempt attempt, IReadOnlyList<string> known)
    {
        var (form, problem) = await Parameters.ReadFormAsync(attempt.Context);
        if (form is null) return OAuthErrors.Of(problem);
        if (Known.Concat(known).Any(form.IsRepeated)) return Repeated;
        attempt.Form = form;

        var header = attempt.Context.Request.Headers.Authorization;
        var (assertion, type) = (form["client_assertion"], form["client_assertion_type"]);
        var asserts = assertion is not null || type is not null;
        if ((header.Count > 0 ? 1 : 0) + (asserts ? 1 : 0) + (form["client_secret"] is null ? 0 : 1) > 1) return TwoAtOnce;
        if (!asserts) return TryReadBasic(header, out attempt.Id, out attempt.Secret) ? null : Refused;
        if (assertion is null || type is null) return HalfAnAssertion;
        attempt.Asserted = (type, assertion);
        return null;
    }

    /// <summary>2. Finds the client to which the credentials belong.</summary>
    private async Task<ErrorAnswer?> AuthenticateAsync(Attempt attempt, string path)
    {
        if (!limits.AdmitsSecret(attempt.Address, out var retryAfterSeconds)) return OAuthErrors.TooMany(retryAfterSeconds);
        Client? client;
        if (attempt.Asserted is var (type, text))
        {
            (client, attempt.Assertion) = await assertions.CheckAsync(type, text, path);
        }
        else
        {
            (var check, client) = await clients.AuthenticateAsync(attempt.Id, attempt.Secret, attempt.Context.RequestAborted);
            if (check == ClientCheck.Busy) return OAuthErrors.Unavailable;
        }
        if (client is null) return RefuseGuess(attempt);
        attempt.Client = client;
        return attempt.Form["client_id"] is { } named && named != client.Id ? OtherClient : null;
    }

    /// <summary>3. Keeps the client within its limit, and lets it use an assertion once.</summary>
    private async Task<ErrorAnswer?> AdmitAsync(Attempt attempt, Admission admits)
    {
        // The limit comes first: it bounds how many used assertions a client can have us remember.
        if (!admits(attempt.Client, out var retryAfterSeconds)) return OAuthErrors.TooMany(retryAfterSeconds);
        var isFirst = attempt.Assertion is not { } assertion || await grants.SpendAsync(attempt.Client, assertion, attempt.Context.RequestAborted);
        return isFirst ? null : RefuseGuess(attempt);
    }

    private ErrorAnswer RefuseGuess(Attempt attempt)
    {
        limits.WrongSecret(attempt.Address);
        return Refused;
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

    /// <summary>One request on its way through the steps; each fills in what it finds.</summary>
    private sealed class Attempt(HttpContext context)
    {
        /// <summary>By HTTP Basic.</summary>
        public string Id = "";
        public string Secret = "";

        public HttpContext Context => context;

        public IPAddress? Address => context.Connection.RemoteIpAddress;

        public Parameters Form { get; set; } = null!;

        public (string Type, string Text)? Asserted { get; set; }

        public ClientAssertion? Assertion { get; set; }

        public Client Client { get; set; } = null!;
    }
}

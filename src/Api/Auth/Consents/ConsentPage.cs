using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Auth.Authorize;
using QodOrleans.Api.Auth.Grants;

namespace QodOrleans.Api.Auth.Consents;

/// <summary>Asks the person, and knows the question again when the answer comes.</summary>
internal sealed class ConsentPage(IDataProtectionProvider protection, TimeProvider time, IOptions<ApiOptions> options)
{
    private const string Cookie = "qod-consent";
    private const int CookieBytes = 32;

    private readonly IDataProtector protector = protection.CreateProtector("QodOrleans.Api.Consent.v1");
    private readonly ApiOptions options = options.Value;

    /// <summary>As browsers see it: a proxy in front may have put us under a path.</summary>
    private string Path => new Uri(options.Issuer).AbsolutePath.TrimEnd('/') + ConsentEndpoint.Path;

    public Task ShowAsync(HttpContext context, Client client, GrantTerms terms, ConsentQuestion question)
    {
        var open = new OpenQuestion(client.Id, terms, question, BrowserOf(context), time.GetUtcNow() + options.Authorization.RequestLifetime);
        var sealedQuestion = Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(open, ConsentJson.Default.OpenQuestion)));
        var leadsTo = terms.RedirectUri is { } uri ? new Redirection(uri, null).Scheme : new Uri(options.Issuer).Scheme;
        var encode = HtmlEncoder.Default;
        return context.WritePageAsync(
            StatusCodes.Status200OK,
            "Your permission is needed",
            $"""
            <p><strong>{encode.Encode(client.DisplayName)}</strong> wants to act for {encode.Encode(Described(terms))}:</p>
            <ul>{string.Concat(terms.Scope.Text.Split(' ').Select(scope => $"<li>{encode.Encode(scope)}</li>"))}</ul>
            <form method="post" action="{encode.Encode(Path)}">
            <input type="hidden" name="question" value="{sealedQuestion}">
            <button type="submit" name="decision" value="approve">Allow</button>
            <button type="submit" name="decision" value="deny">Refuse</button>
            </form>
            """,
            leadsTo);
    }

    /// <summary>The question that this browser was asked, if it still may be answered.</summary>
    /// <returns>Null for a forged, foreign or old one.</returns>
    public OpenQuestion? Read(HttpContext context, string? sealedQuestion)
    {
        if (sealedQuestion is null || !Base64Url.IsValid(sealedQuestion) || !IsOurs(context)) return null;
        try
        {
            var open = JsonSerializer.Deserialize(protector.Unprotect(Base64Url.DecodeFromChars(sealedQuestion)), ConsentJson.Default.OpenQuestion)!;
            var sameBrowser = context.Request.Cookies[Cookie] is { } browser
                && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(browser), System.Text.Encoding.UTF8.GetBytes(open.Browser));
            return sameBrowser && open.ExpiresAt > time.GetUtcNow() ? open : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Browsers say where a form was sent from; what is no browser says nothing.</summary>
    private static bool IsOurs(HttpContext context) => context.Request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"] or ["none"];

    /// <summary>The cookie of this browser, which it gets now if it has none. One for all its pages: there may be two at a time.</summary>
    private string BrowserOf(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { } known && Base64Url.IsValid(known, out var length) && length == CookieBytes) return known;
        var fresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(CookieBytes));
        context.Response.Cookies.Append(Cookie, fresh, new CookieOptions
        {
            Path = Path,
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = options.Issuer.StartsWith("https:", StringComparison.Ordinal),
        });
        return fresh;
    }

    /// <summary>Enough for the person to know the line, too little for anybody else.</summary>
    private static string Described(GrantTerms terms) =>
        terms.Line.Device.PhoneNumber is { Length: > 6 } number ? $"the line {number[..3]}…{number[^2..]}" : "the line that this device is connected by";
}

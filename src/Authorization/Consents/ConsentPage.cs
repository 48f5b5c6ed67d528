using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Authorize;
using QodOrleans.Authorization.Grants;
using QodOrleans.Core.Operators;

namespace QodOrleans.Authorization.Consents;

/// <summary>Shows the question to the person, and reads it back when the answer comes.</summary>
internal sealed class ConsentPage(IDataProtectionProvider protection, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    private const string Cookie = "qod-consent";
    private const int CookieBytes = 32;

    private readonly IDataProtector protector = protection.CreateProtector("QodOrleans.Api.Consent.v1");
    private readonly AuthorizationServerOptions options = options.Value;

    /// <summary>As browsers see it: a proxy in front may have put us under a path.</summary>
    private string Path => new Uri(options.Issuer).AbsolutePath.TrimEnd('/') + AuthorizationPaths.Consent;

    public Task ShowAsync(HttpContext context, Client client, GrantTerms terms, ConsentQuestion question)
    {
        var leadsTo = terms.RedirectUri is { } uri ? new AuthorizationResponse(uri, null).Scheme : new Uri(options.Issuer).Scheme;
        return context.WritePageAsync(
            StatusCodes.Status200OK,
            "Your permission is needed",
            $"""
            <p><strong>{Encoded(client.DisplayName)}</strong> wants to act for {Encoded(Described(terms.Line))}:</p>
            {ListOf(terms)}
            {FormOf(Seal(client, terms, question, BrowserOf(context)), ("approve", "Allow"), ("deny", "Refuse"))}
            """,
            leadsTo);
    }

    /// <summary>What the person has allowed so far.</summary>
    public Task ShowGivenAsync(HttpContext context, SubscriberLine line, IReadOnlyList<(Client Client, GrantTerms Terms)> given)
    {
        var browser = BrowserOf(context);
        var entries = given.Select(entry =>
            $"""
            <p><strong>{Encoded(entry.Client.DisplayName)}</strong> may act for {Encoded(Described(line))}:</p>
            {ListOf(entry.Terms)}
            {FormOf(Seal(entry.Client, entry.Terms, new ConsentQuestion.Withdrawal(), browser), ("withdraw", "Withdraw"))}
            """);
        return context.WritePageAsync(
            StatusCodes.Status200OK,
            "Your permissions",
            given.Count > 0 ? string.Join('\n', entries) : $"<p>No application has a permission of yours for {Encoded(Described(line))}.</p>",
            new Uri(options.Issuer).Scheme);
    }

    private string Seal(Client client, GrantTerms terms, ConsentQuestion question, string browser)
    {
        var open = new OpenQuestion(client.Id, terms, question, browser, time.GetUtcNow() + options.Authorization.RequestLifetime);
        return Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(open, ConsentJson.Default.OpenQuestion)));
    }

    private string FormOf(string sealedQuestion, params (string Decision, string Label)[] buttons) =>
        $"""
        <form method="post" action="{Encoded(Path)}">
        <input type="hidden" name="question" value="{sealedQuestion}">
        {string.Join('\n', buttons.Select(button => $"""<button type="submit" name="decision" value="{button.Decision}">{button.Label}</button>"""))}
        </form>
        """;

    private static string ListOf(GrantTerms terms) => $"<ul>{string.Concat(terms.Scope.Text.Split(' ').Select(scope => $"<li>{Encoded(scope)}</li>"))}</ul>";

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);

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

    /// <summary>Browsers send where a form comes from; other clients do not send the header.</summary>
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

    /// <summary>Enough for the person to recognize the line, too little for others to identify it.</summary>
    private static string Described(SubscriberLine line) =>
        line.Device.PhoneNumber is { Length: > 6 } number ? $"the line {number[..3]}…{number[^2..]}" : "the line that this device is connected by";
}

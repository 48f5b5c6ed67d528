using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using QodOrleans.Authorization.Http;

namespace QodOrleans.Authorization.Authorize;

/// <summary>What people see: a few plain pages, with nothing on them that could be framed, scripted, cached or followed.</summary>
public static class HtmlPages
{
    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem;margin-right:1rem}";

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <param name="body">HTML: whatever comes from outside is encoded in it already.</param>
    /// <param name="leadsTo">The scheme of the address to which a form on the page leads in the end; null where there is no form.</param>
    internal static Task WritePageAsync(this HttpContext context, int status, string title, string body, string? leadsTo = null)
    {
        // Browsers hold redirects after a form against form-action too; a host with "_" in it could not be written there, so the scheme it is.
        var forms = leadsTo is null ? "'none'" : $"'self' {leadsTo}:";
        return context.WriteErrorAsync(Page(status, title, body, forms));
    }

    /// <summary>Codes, states and tickets are in these addresses: no cache keeps them, and other sites get no Referer.</summary>
    internal static void NeverKeep(this HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    public static readonly ErrorAnswer TooLarge = Error(413, "The request is too large");

    public static readonly ErrorAnswer Unavailable = Error(503, "Please try again in a moment", retryAfterSeconds: 1);

    public static ErrorAnswer TooMany(int retryAfterSeconds) => Error(429, "Too many requests", "Please wait a moment.", retryAfterSeconds);

    /// <summary>An error, for people.</summary>
    public static ErrorAnswer Error(int status, string title, string detail = "", int retryAfterSeconds = 0) =>
        Page(status, title, $"<p>{HtmlEncoder.Default.Encode(detail)}</p>", forms: "'none'") with { RetryAfterSeconds = retryAfterSeconds };

    private static ErrorAnswer Page(int status, string title, string body, string forms) => new(status, title, Html(title, body))
    {
        ContentType = "text/html; charset=utf-8",
        Headers =
        [
            new("Cache-Control", "no-store"),
            new("Referrer-Policy", "no-referrer"),
            new("Content-Security-Policy", $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"),
            new("X-Frame-Options", "DENY"),
            new("X-Content-Type-Options", "nosniff"),
        ],
    };

    private static byte[] Html(string title, string body) => Encoding.UTF8.GetBytes(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{Style}</style></head>
        <body>
        <h1>{title}</h1>
        {body}
        </body>
        </html>
        """);
}

using System.Text;

namespace QodOrleans.Authorization.Authorize;

/// <summary>The way back to the application: an address registered for it, and its own <c>state</c>, just as it was sent.</summary>
internal sealed record AuthorizationResponse(string Uri, string? State)
{
    /// <summary>Of the address alone, for the page's policy.</summary>
    public string Scheme => Uri[..Uri.IndexOf(':')];

    public void SendCode(HttpContext context, string code, string issuer) => Send(context, issuer, ("code", code));

    /// <summary>RFC 6749, 4.1.2.1.</summary>
    public void SendError(HttpContext context, string error, string description, string issuer) =>
        Send(context, issuer, ("error", error), ("error_description", description));

    private void Send(HttpContext context, string issuer, params IEnumerable<(string Name, string Value)> answer)
    {
        // RFC 9207: with the issuer's name in the answer, a client of several servers cannot be made to confuse them.
        answer = answer.Append(("iss", issuer));
        if (State is { } state) answer = answer.Append(("state", state));

        var location = new StringBuilder(Uri);
        var separator = Uri.Contains('?') ? '&' : '?';
        foreach (var (name, value) in answer)
        {
            location.Append(separator).Append(name).Append('=').Append(System.Uri.EscapeDataString(value));
            separator = '&';
        }
        context.NeverKeep();
        context.Response.Headers.Location = location.ToString();
        // After a form, 303 turns the browser's POST into a GET; to a GET, 302 is what the samples wait for.
        context.Response.StatusCode = HttpMethods.IsPost(context.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
    }
}

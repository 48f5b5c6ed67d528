using Microsoft.Extensions.Primitives;

namespace QodOrleans.Api.Http;

/// <summary>Before routing: what RFC 9110 and RFC 9112 say of every request, and neither the server nor routing sees to. Methods are case-sensitive, HEAD is a
/// GET without the body, and a body comes in no transfer coding but chunked.</summary>
internal sealed class HttpSemanticsMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsUnderstood(context.Request.Headers.TransferEncoding))
        {
            // Without a body, as the server itself answers requests that it cannot read.
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
            context.Response.ContentLength = 0;
            context.Response.Headers.Connection = "close";
            return;
        }

        var asked = context.Request.Method;
        context.Request.Method = Understood(asked);
        try
        {
            await next(context);
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed) AllowHead(context.Response.Headers);
        }
        finally
        {
            context.Request.Method = asked;
        }
    }

    /// <summary>RFC 9112, 6.1. The server has refused a body whose last coding is not chunked, and of the others it takes off none. Names of codings have no
    /// case, and a list may have empty members.</summary>
    private static bool IsUnderstood(StringValues transferEncoding)
    {
        var codings = 0;
        foreach (var field in transferEncoding)
            foreach (var coding in field!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                if (++codings > 1 || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }

    /// <summary>HEAD is a GET whose body is not sent (RFC 9110, 9.3.2), so it is routed as GET. Methods are case-sensitive (9.1), but routing ignores
    /// case, so other spellings become unknown methods.</summary>
    private static string Understood(string method) =>
        method == HttpMethods.Head ? HttpMethods.Get
        : HttpMethods.GetCanonicalizedValue(method) == method ? method
        : "unknown";

    private static void AllowHead(IHeaderDictionary headers)
    {
        if (headers.GetCommaSeparatedValues("Allow") is [_, ..] allowed && allowed.Contains(HttpMethods.Get) && !allowed.Contains(HttpMethods.Head))
            headers.Allow = string.Join(", ", [.. allowed, HttpMethods.Head]);
    }
}

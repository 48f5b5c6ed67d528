using System.Buffers;

namespace QodOrleans.Api.Http;

/// <summary>The client's <c>x-correlator</c>: <c>^[a-zA-Z0-9-_:;.\/&lt;&gt;{}]{0,256}$</c>, the empty one as good as none (docs/conformance.md, Q07).</summary>
internal static class Correlator
{
    public const string Header = "x-correlator";

    private const int Longest = 256;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:;./<>{}");

    /// <returns>False for a value outside the pattern, or more than one.</returns>
    public static bool TryRead(IHeaderDictionary headers, out string? value)
    {
        value = null;
        if (!headers.TryGetValue(Header, out var values)) return true;
        if (values.Count > 1 || values[0] is not { } text) return false;
        if (text.Length > Longest || text.AsSpan().ContainsAnyExcept(Alphabet)) return false;
        if (text.Length > 0) value = text;
        return true;
    }

    /// <summary>What this request is known by: only a checked value is ever put on the response.</summary>
    public static string? Of(HttpContext context) => context.Response.Headers.TryGetValue(Header, out var value) ? value[0] : null;
}

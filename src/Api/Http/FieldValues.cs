using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace QodOrleans.Api.Http;

/// <summary>Header fields as RFC 9110 writes them, where the framework's own readers are stricter or laxer.</summary>
internal static partial class FieldValues
{
    /// <summary>What is behind the scheme of an <c>Authorization</c> field: the scheme in any case, then one blank or more (11.4).</summary>
    /// <returns>Null where there is another scheme, or more than one field.</returns>
    public static string? CredentialsOf(StringValues authorization, string scheme)
    {
        if (authorization is not [{ } text] || text.Length <= scheme.Length || text[scheme.Length] != ' ') return null;
        return text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..].TrimStart(' ') : null;
    }

    /// <summary>Whether a body comes as it is. Names of codings have no case, and a list may have empty members (8.4.1, 5.6.1.2).</summary>
    public static bool IsUncoded(StringValues contentEncoding)
    {
        foreach (var field in contentEncoding)
            foreach (var coding in field!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                if (!coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }

    /// <summary>12.5.1: the most specific range that covers JSON decides. Ranges that cannot be read do not count.</summary>
    public static bool AcceptsJson(StringValues accept) => Accepts(accept, "application/json");

    /// <inheritdoc cref="AcceptsJson"/>
    public static bool Accepts(StringValues accept, string mediaType)
    {
        if (accept.Count == 0 || (accept.Count == 1 && (accept[0] is null or "" or "*/*" || accept[0] == mediaType))) return true;
        return Quality(accept, mediaType) > 0;
    }

    /// <summary>How much this type is wanted, 0 to 1; 0 where it is not.</summary>
    public static double Quality(StringValues accept, string mediaType)
    {
        // Clients in use send "*" where the RFC has "*/*".
        var fields = accept.Select(field => Any().Replace(field ?? "", "*/*")).ToArray();
        if (!MediaTypeHeaderValue.TryParseList(fields, out var ranges)) return 0;

        var (best, quality) = (-1, 0d);
        foreach (var range in ranges)
        {
            var precision = range.MatchesMediaType(mediaType) ? range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2 : -1;
            if (precision > best) (best, quality) = (precision, range.Quality ?? 1);
        }
        return best >= 0 ? quality : 0;
    }

    [GeneratedRegex(@"(?<=^|,)[ \t]*\*[ \t]*(?=$|[,;])")]
    private static partial Regex Any();
}

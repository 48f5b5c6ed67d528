using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace QodOrleans.Api.Http;

/// <summary>The <c>Accept</c> field as RFC 9110 writes it (12.5.1), where the framework's own reader is stricter.</summary>
internal static partial class AcceptHeader
{
    /// <summary>The most specific range that covers JSON decides. Ranges that cannot be read do not count.</summary>
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

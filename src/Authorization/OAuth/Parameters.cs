using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using QodOrleans.Authorization.Http;

namespace QodOrleans.Authorization.OAuth;

/// <summary>Why a body is not read as a form.</summary>
internal enum FormProblem
{
    None,
    NoForm,

    /// <summary>It is compressed.</summary>
    Coded,
    TooLarge,
}

/// <summary>A request's parameters as OAuth reads them: one without a value is absent, and none that is known may come twice (RFC 6749, 3.1 and 3.2).</summary>
/// <remarks>A name that differs from a known one in case only is no name of ours; beside the known one it counts as that one repeated, because some readers
/// take the two for one.</remarks>
internal sealed class Parameters
{
    private const int LongestForm = 16 * 1024;
    private const int MostParameters = 64;
    private const int LongestName = 256;
    private const int LongestValue = 8192;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What the body must be, for the client's developer.</summary>
    public static readonly string FormRule =
        $"the body must be application/x-www-form-urlencoded: at most {MostParameters} parameters, without NUL, "
        + $"a name of at most {LongestName} and a value of at most {LongestValue} bytes";

    private readonly ILookup<string, KeyValuePair<string, string>> values;

    private Parameters(IEnumerable<KeyValuePair<string, string>> source) =>
        values = source.ToLookup(parameter => parameter.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null where it is absent, empty or repeated.</summary>
    public string? this[string name] => values[name].ToArray() is [{ Value.Length: > 0 } one] && one.Key == name ? one.Value : null;

    public bool IsRepeated(string name) => values[name].Count() > 1;

    /// <summary>Of a signed request, where none can come twice.</summary>
    public static Parameters Of(IReadOnlyDictionary<string, string> values) => new(values);

    public static Parameters OfQuery(HttpRequest request) => new(Pairs(request.QueryString.Value.AsMemory()));

    /// <returns>The form, or what is wrong.</returns>
    public static async Task<(Parameters? Form, FormProblem Problem)> ReadFormAsync(HttpContext context)
    {
        var request = context.Request;
        if (!FieldValues.IsUncoded(request.Headers.ContentEncoding))
        {
            context.Response.Headers.AcceptEncoding = "identity";
            return (null, FormProblem.Coded);
        }
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return (null, FormProblem.NoForm);
        if (request.ContentLength > LongestForm) return (null, FormProblem.TooLarge);

        var read = await request.BodyReader.ReadAtLeastAsync(LongestForm + 1, context.RequestAborted);
        try
        {
            if (read.Buffer.Length > LongestForm) return (null, FormProblem.TooLarge);
            var pairs = Pairs(StrictUtf8.GetString(read.Buffer.ToArray()).AsMemory()).ToArray();
            return pairs.Length <= MostParameters && pairs.All(IsWithinLimits) ? (new Parameters(pairs), default) : (null, FormProblem.NoForm);
        }
        catch (DecoderFallbackException)
        {
            return (null, FormProblem.NoForm);
        }
        finally
        {
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    private static bool IsWithinLimits(KeyValuePair<string, string> pair) =>
        Encoding.UTF8.GetByteCount(pair.Key) <= LongestName && Encoding.UTF8.GetByteCount(pair.Value) <= LongestValue
        && !pair.Key.Contains('\0') && !pair.Value.Contains('\0');

    private static IEnumerable<KeyValuePair<string, string>> Pairs(ReadOnlyMemory<char> encoded)
    {
        foreach (var pair in new QueryStringEnumerable(encoded)) yield return new(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
    }
}

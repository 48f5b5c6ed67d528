using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace QodOrleans.Api.Auth.OAuth;

/// <summary>A request's parameters as OAuth reads them: one without a value is absent, and none may come twice (RFC 6749, 3.1 and 3.2).</summary>
/// <remarks>The framework's readers join names that differ in case only, so these count as repeated too.</remarks>
internal sealed class Parameters
{
    private const int LongestForm = 16 * 1024;

    private readonly Dictionary<string, StringValues> values = new(StringComparer.Ordinal);

    private Parameters(IEnumerable<KeyValuePair<string, StringValues>> source)
    {
        foreach (var (name, value) in source) values[name] = value;
    }

    /// <summary>Null where it is absent, empty or repeated.</summary>
    public string? this[string name] => values.TryGetValue(name, out var value) && value is [{ Length: > 0 } one] ? one : null;

    public bool IsRepeated(string name) => values.TryGetValue(name, out var value) && value.Count > 1;

    public bool AnyRepeated => values.Values.Any(value => value.Count > 1);

    /// <summary>Of a signed request, where none can come twice.</summary>
    public static Parameters Of(IReadOnlyDictionary<string, string> values) => new(values.Select(value => KeyValuePair.Create(value.Key, new StringValues(value.Value))));

    public static Parameters OfQuery(HttpRequest request) => new(request.Query);

    /// <returns>Null if the body is no form of at most 16 KiB.</returns>
    public static async Task<Parameters?> ReadFormAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || request.ContentLength > LongestForm) return null;

        var reader = new FormPipeReader(request.BodyReader) { ValueCountLimit = 64, KeyLengthLimit = 256, ValueLengthLimit = 8192 };
        try
        {
            return new Parameters(await reader.ReadFormAsync(context.RequestAborted));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

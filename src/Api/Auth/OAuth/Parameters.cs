using System.IO.Pipelines;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Auth.OAuth;

/// <summary>A request's parameters as OAuth reads them: one without a value is absent, and none may come twice (RFC 6749, 3.1 and 3.2).</summary>
/// <remarks>The framework's readers join names that differ in case only, so these count as repeated too.</remarks>
internal sealed class Parameters
{
    private const int LongestForm = 16 * 1024;
    private const int MostParameters = 64;
    private const int LongestName = 256;
    private const int LongestValue = 8192;

    private static readonly Fault NoForm = new(
        FaultKind.BodyInvalid,
        $"the body must be application/x-www-form-urlencoded: at most {MostParameters} parameters, without NUL, a name of at most {LongestName} and a value of at most {LongestValue} bytes");

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

    /// <returns>The form, or what is wrong.</returns>
    public static async Task<(Parameters? Form, Fault Fault)> ReadFormAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return (null, NoForm);
        if (request.ContentLength > LongestForm) return (null, new Fault(FaultKind.BodyTooLarge));

        var read = await request.BodyReader.ReadAtLeastAsync(LongestForm + 1, context.RequestAborted);
        try
        {
            if (read.Buffer.Length > LongestForm) return (null, new Fault(FaultKind.BodyTooLarge));
            var reader = new FormPipeReader(PipeReader.Create(read.Buffer)) { ValueCountLimit = MostParameters, KeyLengthLimit = LongestName, ValueLengthLimit = LongestValue };
            return (new Parameters(await reader.ReadFormAsync(context.RequestAborted)), default);
        }
        catch (InvalidDataException)
        {
            return (null, NoForm);
        }
        finally
        {
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }
}

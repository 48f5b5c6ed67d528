using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace QodOrleans.Api.Http;

/// <summary>Reads request bodies strictly: a body that two JSON readers could understand differently is refused.</summary>
/// <remarks>Refused: duplicate members (also inside members that we ignore), invalid UTF-8, NUL, trailing data, comments, numbers in quotes, fractions and
/// overflow where an integer belongs. Unknown members are ignored, and a member that is <c>null</c> is absent: SDKs in use send what they do not have
/// so.</remarks>
internal static partial class JsonBody
{
    public const int LongestBytes = 256 * 1024;

    private const int DeepestLevel = 16;

    private const int LongestPlace = 200;

    private static readonly JsonDocumentOptions DocumentOptions = new() { AllowDuplicateProperties = false, MaxDepth = DeepestLevel };

    /// <summary>A surface's request type, read strictly: every member may be absent.</summary>
    public static JsonTypeInfo<T> Strict<T>(JsonSerializerContext context)
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = context,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            AllowDuplicateProperties = false,
            NumberHandling = JsonNumberHandling.Strict,
            MaxDepth = DeepestLevel,
        };
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    /// <returns>The value, or what is wrong.</returns>
    public static async ValueTask<(T? Value, Fault Fault)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        var request = context.Request;
        var hasBody = request.ContentLength is > 0
            || (request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false);
        if (!hasBody && request.ContentType is null) return (null, new Fault(FaultKind.BodyMissing));
        // RFC 9110, 15.5.16: the answer names what is accepted.
        if (!FieldValues.IsUncoded(request.Headers.ContentEncoding))
        {
            context.Response.Headers.AcceptEncoding = "identity";
            return (null, new Fault(FaultKind.MediaTypeUnsupported));
        }
        if (!IsJson(request.ContentType))
        {
            context.Response.Headers.Accept = Answers.Json;
            return (null, new Fault(FaultKind.MediaTypeUnsupported));
        }
        if (request.ContentLength > LongestBytes) return (null, new Fault(FaultKind.BodyTooLarge));

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var buffer = read.Buffer;
            if (buffer.Length > LongestBytes)
            {
                reader.AdvanceTo(buffer.End);
                return (null, new Fault(FaultKind.BodyTooLarge));
            }
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            var result = Parse(buffer, type);
            reader.AdvanceTo(buffer.End);
            return result;
        }
    }

    private static (T?, Fault) Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (body.IsSingleSegment) return Parse(body.First, type);

        var length = (int)body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        var result = Parse(rented.AsMemory(0, length), type);
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return result;
    }

    internal static (T? Value, Fault Fault) Parse<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (body.IsEmpty) return (null, new Fault(FaultKind.BodyMissing));
        if (!Utf8.IsValid(body.Span)) return (null, Invalid("body: must be UTF-8"));
        if (HoldsNul(body.Span)) return (null, Invalid("body: must not hold NUL"));
        try
        {
            var value = JsonSerializer.Deserialize(body.Span, type);
            // The serializer compares known members only; a second reader of the same body may know others.
            using var whole = JsonDocument.Parse(body, DocumentOptions);
            return value is null ? (null, Invalid("body: must be an object")) : (value, default);
        }
        catch (JsonException e)
        {
            // With an inner exception it is no JSON; without one, a member has a wrong value.
            var isMember = e.InnerException is not JsonException && e.Path is not (null or "$");
            return (null, new Fault(isMember ? FaultKind.MemberInvalid : FaultKind.BodyInvalid, Place(e.Path)));
        }
        catch (InvalidOperationException)
        {
            // A member's name with half a surrogate pair, where JsonDocument compares names.
            return (null, Invalid("body: must be UTF-8"));
        }
    }

    private static Fault Invalid(string detail) => new(FaultKind.BodyInvalid, detail);

    /// <summary>A JSON path as CAMARA's messages write it: <c>device.ipv4Address.publicPort</c>.</summary>
    private static string Place(string? path)
    {
        if (path is null or "$") return "body";
        var place = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];
        return place.Length <= LongestPlace ? place : place[..LongestPlace];
    }

    /// <summary>A raw NUL is no JSON anyway. An escaped one is, but many a store and reader ends a text there.</summary>
    private static bool HoldsNul(ReadOnlySpan<byte> body)
    {
        for (var rest = body; rest.IndexOf("\\u0000"u8) is >= 0 and var at; rest = rest[(at + 2)..])
        {
            var backslashes = 1;
            while (backslashes <= at && rest[at - backslashes] == '\\') backslashes++;
            if (backslashes % 2 == 1) return true;
        }
        return false;
    }

    /// <summary><c>application/json</c>, with no charset but UTF-8 under one of the names that clients give it, and ASCII, which is a part of it (RFC 8259,
    /// 11).</summary>
    private static bool IsJson(string? text)
    {
        if (string.Equals(text, Answers.Json, StringComparison.OrdinalIgnoreCase)) return true;
        // RFC 9110, 5.6.6: parameters may be empty, which the framework's reader refuses.
        return text is not null
            && (MediaTypeHeaderValue.TryParse(text, out var type) || MediaTypeHeaderValue.TryParse(EmptyParameter().Replace(text, ""), out type))
            && type.MediaType.Equals(Answers.Json, StringComparison.OrdinalIgnoreCase)
            && type.Parameters.Where(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                .All(charset => IsUtf8(HeaderUtilities.UnescapeAsQuotedString(charset.Value)));
    }

    [GeneratedRegex(@";[ \t]*(?=;|$)")]
    private static partial Regex EmptyParameter();

    private static bool IsUtf8(StringSegment charset)
    {
        foreach (var name in (ReadOnlySpan<string>)["utf-8", "utf8", "us-ascii"])
            if (charset.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}

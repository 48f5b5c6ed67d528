using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QodOrleans.Api.Tests;

/// <summary>An OpenAPI 3.0 document, and as much of its schema language as CAMARA uses.</summary>
internal sealed class OpenApiDocument(JsonNode root)
{
    public JsonNode Root => root;

    public JsonNode Schema(string name) => root["components"]!["schemas"]![name]!;

    /// <summary>Follows a local reference.</summary>
    public JsonNode Resolve(JsonNode node)
    {
        while ((node as JsonObject)?["$ref"] is { } reference)
        {
            var target = root;
            foreach (var step in ((string)reference!)[2..].Split('/')) target = target[step.Replace("~1", "/", StringComparison.Ordinal)] ?? throw new InvalidOperationException($"Nothing at {reference}.");
            node = target;
        }
        return node;
    }

    /// <summary>By its <c>operationId</c>; the path is the whole one, the server's included.</summary>
    public (string Method, string Path, JsonNode Operation) Operation(string id) => (
        from path in root["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where (string?)operation.Value!["operationId"] == id
        select (operation.Key.ToUpperInvariant(), (string)root["servers"]![0]!["url"]! + path.Key, operation.Value!)).Single();

    /// <summary>Every media type object, wherever it stands.</summary>
    public IEnumerable<JsonNode> Contents() => All(root).OfType<JsonObject>().Where(node => node["schema"] is not null && (node["example"] ?? node["examples"]) is not null);

    /// <summary>What about the value breaks the schema; empty where nothing does.</summary>
    public string[] Complaints(JsonNode schema, JsonNode value) => [.. Check(Resolve(schema).AsObject(), value, "$")];

    private IEnumerable<string> Check(JsonObject schema, JsonNode? value, string place)
    {
        foreach (var part in schema["allOf"]?.AsArray() ?? [])
            foreach (var complaint in Check(Resolve(part!).AsObject(), value, place))
                yield return complaint;
        if (schema["anyOf"] is JsonArray any && !any.Any(part => !Check(Resolve(part!).AsObject(), value, place).Any())) yield return $"{place}: fits none of anyOf";

        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        var type = (string?)schema["type"];
        var fits = type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "integer" => kind == JsonValueKind.Number && long.TryParse(value!.ToJsonString(), out _),
            null => true,
            _ => throw new NotSupportedException(type),
        };
        if (!fits)
        {
            yield return $"{place}: {kind} is no {type}";
            yield break;
        }
        var complaints = kind switch
        {
            JsonValueKind.Object => CheckObject(schema, value!.AsObject(), place),
            JsonValueKind.Array => CheckArray(schema, value!.AsArray(), place),
            JsonValueKind.String => CheckString(schema, (string)value!, place),
            JsonValueKind.Number => CheckNumber(schema, long.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture), place),
            _ => [],
        };
        foreach (var complaint in complaints) yield return complaint;
    }

    private IEnumerable<string> CheckObject(JsonObject schema, JsonObject value, string place)
    {
        foreach (var name in schema["required"]?.AsArray() ?? [])
            if (!value.ContainsKey((string)name!)) yield return $"{place}.{name}: is missing";
        if (value.Count < ((int?)schema["minProperties"] ?? 0)) yield return $"{place}: has too few members";
        if (value.Count > ((int?)schema["maxProperties"] ?? int.MaxValue)) yield return $"{place}: has too many members";
        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
            if (value.ContainsKey(name))
                foreach (var complaint in Check(Resolve(member!).AsObject(), value[name], $"{place}.{name}"))
                    yield return complaint;
    }

    private IEnumerable<string> CheckArray(JsonObject schema, JsonArray value, string place)
    {
        if (value.Count < ((int?)schema["minItems"] ?? 0) || value.Count > ((int?)schema["maxItems"] ?? int.MaxValue)) yield return $"{place}: has {value.Count} items";
        if (schema["items"] is not { } items) yield break;
        for (var i = 0; i < value.Count; i++)
            foreach (var complaint in Check(Resolve(items).AsObject(), value[i], $"{place}[{i}]"))
                yield return complaint;
    }

    private static IEnumerable<string> CheckString(JsonObject schema, string value, string place)
    {
        if (value.Length < ((int?)schema["minLength"] ?? 0) || value.Length > ((int?)schema["maxLength"] ?? int.MaxValue)) yield return $"{place}: has {value.Length} characters";
        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(value, pattern)) yield return $"{place}: '{value}' does not match {pattern}";
        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => (string?)one == value)) yield return $"{place}: '{value}' is none of the enum";
        var wellFormed = (string?)schema["format"] switch
        {
            "uuid" => Guid.TryParseExact(value, "D", out _),
            "date-time" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _),
            "ipv4" or "ipv6" => System.Net.IPAddress.TryParse(value, out _),
            "uri" => Uri.TryCreate(value, UriKind.Absolute, out _),
            "uri-reference" => Uri.TryCreate(value, UriKind.RelativeOrAbsolute, out _),
            _ => true,
        };
        if (!wellFormed) yield return $"{place}: '{value}' is no {schema["format"]}";
    }

    private static IEnumerable<string> CheckNumber(JsonObject schema, long value, string place)
    {
        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => (long?)one == value)) yield return $"{place}: {value} is none of the enum";
        if (value < ((long?)schema["minimum"] ?? long.MinValue) || value > ((long?)schema["maximum"] ?? long.MaxValue)) yield return $"{place}: {value} is out of range";
    }

    private static IEnumerable<JsonNode> All(JsonNode node)
    {
        yield return node;
        var children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children)
            if (child is not null)
                foreach (var inner in All(child))
                    yield return inner;
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QodOrleans.Api.Docs;

/// <summary>Adds to a surface's OpenAPI document what depends on where it is served: the servers to choose from, and code for each operation.</summary>
internal static class OpenApiCompletion
{
    internal static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] LoginUrls = ["openIdConnectUrl", "authorizationUrl", "tokenUrl", "refreshUrl"];

    private const int DeepestExample = 16;

    /// <param name="prefix">What stands before all our paths; mostly nothing.</param>
    /// <param name="path">The surface's own.</param>
    /// <param name="servers">Absolute, without the surface's own path; the first one is used in the code.</param>
    public static byte[] Complete(byte[] document, string prefix, string path, IReadOnlyList<ServerOptions> servers)
    {
        var root = JsonNode.Parse(document)!.AsObject();
        root["servers"]![0]!["url"] = prefix + path;
        PrefixLogins(root, prefix);
        FoldIntroduction(root["info"]!.AsObject());
        foreach (var server in servers)
            root["servers"]!.AsArray().Add(new JsonObject { ["url"] = server.Url.TrimEnd('/') + path, ["description"] = server.Description });

        var origin = servers is [var first, ..] ? first.Url.TrimEnd('/') : "http://127.0.0.1:8080";
        foreach (var (template, operations) in root["paths"]!.AsObject())
        {
            foreach (var (method, node) in operations!.AsObject())
            {
                if (node is not JsonObject { } operation || operation["responses"] is null) continue;
                var url = origin + path + Filled(template, root, operation, operations.AsObject());
                AddSamples(operation, new CodeSamples(method.ToUpperInvariant(), url, BodyOf(root, operation)));
            }
        }
        return JsonSerializer.SerializeToUtf8Bytes(root, Readable);
    }

    /// <summary>The documents begin with pages of prose. Folded, the operations are on the first screen, and the prose is one click away.</summary>
    private static void FoldIntroduction(JsonObject info)
    {
        if ((string?)info["description"] is { } prose) info["description"] = Folded("About this API", prose);
    }

    /// <summary>For Swagger UI, which takes Markdown with this piece of HTML in it.</summary>
    private static string Folded(string title, string markdown) => $"<details><summary>{title}</summary>\n\n{markdown.Trim()}\n\n</details>";

    /// <summary>Where tokens are had, which the documents say by its path.</summary>
    private static void PrefixLogins(JsonObject root, string prefix)
    {
        foreach (var (_, scheme) in root["components"]!["securitySchemes"]!.AsObject())
            foreach (var holder in (scheme!["flows"]?.AsObject().Select(flow => flow.Value) ?? []).Append(scheme))
                foreach (var name in LoginUrls)
                    if ((string?)holder![name] is ['/', ..] and var url) holder[name] = prefix + url;
    }

    private static void AddSamples(JsonObject operation, CodeSamples samples)
    {
        var text = new List<string> { (string?)operation["description"] ?? "" };
        var list = new JsonArray();
        foreach (var (name, language, source) in samples.All())
        {
            // The list is what other renderers look for.
            text.Add(Folded(name, $"```{language}\n{source}\n```"));
            list.Add(new JsonObject { ["lang"] = language, ["label"] = name, ["source"] = source });
        }
        operation["description"] = string.Join("\n\n", text);
        operation["x-codeSamples"] = list;
    }

    /// <summary>The path with the examples of its parameters.</summary>
    private static string Filled(string template, JsonObject root, params JsonObject[] holders)
    {
        foreach (var parameter in holders.SelectMany(holder => holder["parameters"]?.AsArray() ?? []).Select(parameter => Resolved(root, parameter!)))
        {
            if ((string?)parameter["in"] != "path") continue;
            var example = parameter["example"] ?? ExampleOf(root, parameter["schema"]!, DeepestExample);
            template = template.Replace($"{{{(string)parameter["name"]!}}}", Uri.EscapeDataString(example?.ToString() ?? ""), StringComparison.Ordinal);
        }
        return template;
    }

    private static JsonNode? BodyOf(JsonObject root, JsonObject operation)
    {
        if (operation["requestBody"] is not { } body || Resolved(root, body)["content"]?["application/json"] is not JsonObject content) return null;
        var named = content["examples"] is JsonObject examples && examples.Count > 0 ? Resolved(root, examples.First().Value!)["value"] : null;
        return (content["example"] ?? named ?? ExampleOf(root, content["schema"]!, DeepestExample))?.DeepClone();
    }

    /// <summary>The schema's own example, or one made of its members' examples.</summary>
    private static JsonNode? ExampleOf(JsonObject root, JsonNode schema, int depth)
    {
        var at = Resolved(root, schema);
        if (depth == 0) return null;
        if (at["example"] is { } example) return example.DeepClone();
        if (at["default"] is { } usual) return usual.DeepClone();
        if (at["enum"] is JsonArray { Count: > 0 } values) return values[0]!.DeepClone();

        var made = new JsonObject();
        foreach (var part in at["allOf"]?.AsArray() ?? [])
            if (ExampleOf(root, part!, depth - 1) is JsonObject members) foreach (var (name, value) in members) made[name] = value?.DeepClone();
        var required = at["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        foreach (var (name, member) in at["properties"]?.AsObject() ?? [])
        {
            // Where nothing must be there, the first member that can be shown.
            var shown = required.Count > 0 ? required.Contains(name) : made.Count == 0;
            if (shown && ExampleOf(root, member!, depth - 1) is { } value) made[name] = value;
        }
        if (made.Count > 0) return made;

        return (string?)at["type"] switch
        {
            "integer" or "number" => at["minimum"]?.DeepClone() ?? JsonValue.Create(1),
            "string" => (string?)at["format"] == "uuid" ? JsonValue.Create("6a4d570a-6607-466d-889b-473e361afaa1") : JsonValue.Create("string"),
            _ => null,
        };
    }

    private static JsonNode Resolved(JsonObject root, JsonNode node)
    {
        for (var hops = 0; node is JsonObject && node["$ref"] is { } reference && hops < DeepestExample; hops++)
            node = ((string)reference!).Split('/').Skip(1).Aggregate((JsonNode)root, (at, name) => at[name]!);
        return node;
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Tests;

/// <summary>What <c>/docs</c> offers for every surface: servers to choose from, and code that is right for each operation.</summary>
public sealed partial class DocsTests(Gateway gateway) : IClassFixture<Gateway>
{
    private static readonly string[] Languages = ["curl", "Python", "JavaScript", "Java", "C#"];

    [Fact]
    public async Task Every_document_can_be_chosen_and_names_this_server_first()
    {
        var index = (await gateway.SendAsync("GET", "/docs/index.js", token: null)).Text;
        foreach (var (name, document) in await DocumentsAsync())
        {
            Assert.Contains($"/openapi/{name}.json", index, StringComparison.Ordinal);
            var servers = document["servers"]!.AsArray().Select(server => (string)server!["url"]!).ToArray();
            Assert.StartsWith("/", servers[0], StringComparison.Ordinal);
            Assert.Equal(Gateway.PublicUrl + servers[0], servers[1]);
        }
    }

    /// <summary>Whoever arrives with a browser knows no path.</summary>
    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("text/html, application/json")]
    public async Task The_root_leads_a_browser_here(string accept)
    {
        var answer = await gateway.SendAsync("GET", "/", token: null, headers: ("Accept", accept));
        Assert.Equal((302, "/docs", "Accept"), (answer.Status, answer.Header("Location"), answer.Header("Vary")));
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("application/json, text/html;q=0.9")]
    [InlineData("application/json, text/html;q=0")]
    public async Task The_root_tells_a_program_what_there_is(string accept)
    {
        var answer = await gateway.SendAsync("GET", "/", token: null, headers: ("Accept", accept));
        Assert.Equal((200, "application/json"), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal(
            ["/qod/v0", "/qod/v0", "/v1/qod", "/camara/quality-on-demand/orange-lab/qod/v0", "/quality-on-demand/v1", "/qos-profiles/v1"],
            answer.Json["surfaces"]!.AsArray().Select(surface => (string)surface!["path"]!));
        string[] paths = [.. answer.Json["surfaces"]!.AsArray().Select(surface => (string)surface!["document"]!), (string)answer.Json["discovery"]!, (string)answer.Json["health"]!];
        foreach (var path in paths) Assert.Equal((path, 200), (path, (await gateway.SendAsync("GET", path, token: null)).Status));
        Assert.Equal("/docs", (string)answer.Json["docs"]!);
    }

    [Fact]
    public async Task The_introduction_is_folded_so_that_the_operations_come_first()
    {
        foreach (var (name, document) in await DocumentsAsync())
            Assert.Matches($"^(?s)<details><summary>About this API</summary>\n\n.+\n\n</details>$", (string?)document["info"]!["description"] ?? $"{name} has none");
    }

    [Fact]
    public async Task Every_operation_has_code_in_every_language_and_what_it_sends_is_taken()
    {
        var operations = 0;
        foreach (var (name, document) in await DocumentsAsync())
        {
            foreach (var operation in OperationsOf(document))
            {
                operations++;
                var samples = operation["x-codeSamples"]!.AsArray();
                Assert.Equal(Languages, samples.Select(sample => (string)sample!["label"]!));
                foreach (var sample in samples) Assert.Contains((string)sample!["source"]!, (string)operation["description"]!, StringComparison.Ordinal);

                var (method, path, body) = Read((string)samples[0]!["source"]!);
                var answer = await gateway.SendAsync(method, path, body);
                Assert.False(answer.Status is 400 or 401 or 403 or 405 or 406 or 415, $"{name}: {method} {path} {body}: {answer.Status} {answer.Text}");
            }
        }
        Assert.True(operations >= 12, $"only {operations} operations");
    }

    [Fact]
    public void An_apostrophe_does_not_end_the_shell_s_text()
    {
        var curl = new Docs.CodeSamples("POST", "http://a.example/x", new JsonObject { ["text"] = "it's" }).All().First().Source;
        Assert.Contains("""-d '{"text":"it'\''s"}'""", curl, StringComparison.Ordinal);
    }

    private async Task<List<(string Name, JsonObject Document)>> DocumentsAsync()
    {
        var documents = new List<(string, JsonObject)>();
        foreach (var surface in gateway.Services.GetRequiredService<SurfaceDirectory>().All.Where(surface => surface.OpenApiResource is not null))
            documents.Add((surface.Name, (await gateway.SendAsync("GET", $"/openapi/{surface.Name}.json", token: null)).Json.AsObject()));
        Assert.NotEmpty(documents);
        return documents;
    }

    private static IEnumerable<JsonObject> OperationsOf(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Value?["responses"] is not null
        select operation.Value!.AsObject();

    /// <summary>The request that a curl line makes, for a device that exists here.</summary>
    private static (string Method, string Path, string? Body) Read(string curl)
    {
        var line = Curl().Match(curl);
        Assert.True(line.Success, curl);
        var body = line.Groups["body"].Success ? Phone().Replace(line.Groups["body"].Value.Replace("'\\''", "'", StringComparison.Ordinal), $"\"{Gateway.Phone()}\"") : null;
        return (line.Groups["method"].Value, new Uri(line.Groups["url"].Value).PathAndQuery, body);
    }

    [GeneratedRegex("""^curl -X (?<method>[A-Z]+) '(?<url>[^']+)' \\\n  -H "Authorization: Bearer \$QOD_TOKEN"(?: \\\n  -H 'Content-Type: application/json' \\\n  -d '(?<body>.+)')?$""", RegexOptions.Singleline)]
    private static partial Regex Curl();

    [GeneratedRegex("""(?<="(phoneNumber|msisdn)":\s?)"[^"]+" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Phone();
}

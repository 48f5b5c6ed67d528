using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.Api.Docs;

/// <summary>One request in the languages that applications are written in, with nothing but what each brings itself.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Url">Absolute.</param>
/// <param name="Body">JSON; null for none.</param>
internal sealed record CodeSamples(string Method, string Url, JsonNode? Body)
{
    private const string TokenVariable = "QOD_TOKEN";

    /// <summary>Name, language as editors and renderers call it, and source; the access token is in the environment variable QOD_TOKEN.</summary>
    public IEnumerable<(string Name, string Language, string Source)> All() =>
    [
        ("curl", "shell", Curl()),
        ("Python", "python", Python()),
        ("JavaScript", "javascript", JavaScript()),
        ("Java", "java", Java()),
        ("C#", "csharp", CSharp()),
    ];

    private string Json => Body!.ToJsonString(OpenApiCompletion.Readable);

    private string Curl() => Lines(
        $"curl -X {Method} {ShellQuoted(Url)} \\",
        $"  -H \"Authorization: Bearer ${TokenVariable}\"" + (Body is null ? "" : " \\"),
        Body is null ? null : "  -H 'Content-Type: application/json' \\",
        Body is null ? null : $"  -d {ShellQuoted(Json)}");

    private string Python() => Lines(
        "import os, urllib.request",
        "",
        "request = urllib.request.Request(",
        $"    {Quoted(Url)}, method={Quoted(Method)},",
        Body is null ? null : $"    data={Quoted(Json)}.encode(),",
        $"    headers={{\"Authorization\": \"Bearer \" + os.environ[\"{TokenVariable}\"]{(Body is null ? "" : ", \"Content-Type\": \"application/json\"")}}})",
        "with urllib.request.urlopen(request) as response:",
        "    print(response.status, response.read().decode())");

    private string JavaScript() => Lines(
        $"const response = await fetch({Quoted(Url)}, {{",
        $"  method: {Quoted(Method)},",
        $"  headers: {{ Authorization: `Bearer ${{process.env.{TokenVariable}}}`{(Body is null ? "" : ", \"Content-Type\": \"application/json\"")} }},",
        Body is null ? null : $"  body: JSON.stringify({Json}),",
        "});",
        "console.log(response.status, await response.text());");

    private string Java() => Lines(
        "var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(" + Quoted(Url) + "))",
        $"    .header(\"Authorization\", \"Bearer \" + System.getenv(\"{TokenVariable}\"))",
        Body is null ? null : "    .header(\"Content-Type\", \"application/json\")",
        $"    .method({Quoted(Method)}, java.net.http.HttpRequest.BodyPublishers.{(Body is null ? "noBody()" : $"ofString({Quoted(Json)})")})",
        "    .build();",
        "var response = java.net.http.HttpClient.newHttpClient().send(request, java.net.http.HttpResponse.BodyHandlers.ofString());",
        "System.out.println(response.statusCode() + \" \" + response.body());");

    private string CSharp() => Lines(
        "using var http = new HttpClient();",
        $"using var request = new HttpRequestMessage(HttpMethod.{Method[0]}{Method[1..].ToLowerInvariant()}, {Quoted(Url)});",
        $"request.Headers.Authorization = new(\"Bearer\", Environment.GetEnvironmentVariable(\"{TokenVariable}\"));",
        Body is null ? null : $"request.Content = new StringContent({Quoted(Json)}, System.Text.Encoding.UTF8, \"application/json\");",
        "using var response = await http.SendAsync(request);",
        "Console.WriteLine($\"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}\");");

    private static string Lines(params string?[] lines) => string.Join('\n', lines.Where(line => line is not null));

    private static string ShellQuoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A JSON string is a string literal of all four languages.</summary>
    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString(OpenApiCompletion.Readable);
}

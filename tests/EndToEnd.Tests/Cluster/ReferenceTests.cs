using System.Net.Http.Json;
using System.Text.Json.Nodes;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>The code that the reference shows for "create a session", copied out of it and run.</summary>
[Collection<ThroughTheCluster>]
public sealed class ReferenceTests(ClusterService service)
{
    [Theory]
    [InlineData("qod-0.10", "createSession")]
    [InlineData("quality-on-demand-1.1", "createSession")]
    public async Task The_code_of_the_reference_runs(string document, string operation)
    {
        using var client = await service.ClientAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        var root = (await http.GetFromJsonAsync<JsonObject>($"/openapi/{document}.json"))!;
        var samples = root["paths"]!["/sessions"]!["post"]!;
        Assert.Equal(operation, (string)samples["operationId"]!);

        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["QOD_TOKEN"] = client.Token };
        foreach (var sample in samples["x-codeSamples"]!.AsArray())
        {
            // Each for a device of its own: the second session of one flow is a conflict.
            var source = ((string)sample!["source"]!).Replace("+34600000001", PhoneNumber.Next(), StringComparison.Ordinal);
            var label = (string)sample["label"]!;
            var (program, arguments) = Program(label, source, folder.Path);
            if (program is null || !await ChildProcess.CanRunAsync(program, "--version")) continue;

            var output = await ChildProcess.RunAsync(program, arguments, environment, folder.Path);
            Assert.True(output.Contains("sessionId", StringComparison.Ordinal), $"{label}: {output}");
        }
    }

    /// <summary>How each language runs a few lines. C# is compiled by every build of ours; here it would take longer than all the others.</summary>
    private static (string? Program, string[] Arguments) Program(string label, string source, string folder)
    {
        switch (label)
        {
            case "curl":
                return ("bash", ["-c", source]);
            case "Python":
                return ("python3", ["-c", source]);
            case "JavaScript":
                return ("node", ["--input-type=module", "-e", source]);
            case "Java":
                var file = Path.Combine(folder, "Sample.java");
                File.WriteAllText(file, $"public class Sample {{ public static void main(String[] args) throws Exception {{\n{source}\n}} }}\n");
                return File.Exists("/usr/bin/javac") ? ("java", [file]) : (null, []);
            default:
                return (null, []);
        }
    }
}

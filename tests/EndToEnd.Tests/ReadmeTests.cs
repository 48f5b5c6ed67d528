using System.Text.RegularExpressions;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>The documents with commands in them, read aloud to a shell.</summary>
public sealed partial class ReadmeTests
{
    private const string Up = "./qod up";

    /// <summary>Every <c>sh</c> block runs, in one shell, in order. The block that follows it, if it is <c>text</c>, is what it prints: ids and
    /// times may differ, "…" is anything.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/sandbox.md")]
    public async Task Every_command_of_a_document_prints_what_the_document_says(string document)
    {
        var blocks = Fence().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, document)))
            .Select(match => (Language: match.Groups[1].Value, Text: match.Groups[2].Value.Trim())).ToArray();
        var commands = blocks.Index().Where(block => block.Item.Language == "sh").ToArray();
        Assert.Equal(Up, commands[0].Item.Text);
        Assert.True(commands.Length > 5, $"{document} has lost its tour");

        using var data = new TemporaryFolder();
        await using var up = await UpScript.StartAsync(data.Path);
        var sinkPort = LoopbackPort.Free();

        // One shell for all: blocks set variables for later ones. The marker tells their outputs apart.
        const string Marker = "--- next block ---";
        var script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + string.Join($"\necho '{Marker}'\n", commands.Skip(1).Select(command => command.Item.Text))
            .Replace("127.0.0.1:8080", $"127.0.0.1:{up.Port}", StringComparison.Ordinal)
            .Replace("9000", $"{sinkPort}", StringComparison.Ordinal);
        var printed = (await ChildProcess.RunAsync("bash", ["-c", script])).Split(Marker);

        Assert.Equal(commands.Length - 1, printed.Length);
        foreach (var (command, output) in commands.Skip(1).Zip(printed))
        {
            if (command.Index + 1 == blocks.Length || blocks[command.Index + 1].Language != "text") continue;
            var expected = Pattern(blocks[command.Index + 1].Text);
            Assert.True(Regex.IsMatch(output.Trim(), expected, RegexOptions.Singleline), $"{command.Item.Text}\nprinted\n{output.Trim()}\nand not\n{blocks[command.Index + 1].Text}");
        }
    }

    /// <summary>A regular expression for the text of the README.</summary>
    private static string Pattern(string text)
    {
        var pattern = Regex.Escape(text).Replace("…", ".*", StringComparison.Ordinal);
        pattern = Uuid().Replace(pattern, Uuid().ToString());
        return $"^{EpochSeconds().Replace(pattern, "[0-9]{10}")}$";
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("1[0-9]{9}")]
    private static partial Regex EpochSeconds();
}

using System.Text.RegularExpressions;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public async Task Every_setting_is_in_the_configuration_page()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "configuration.md"));
        // What an application sets in its own code is documented there.
        var sources = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*Options.cs", SearchOption.AllDirectories).Where(file => !file.EndsWith("QodClientOptions.cs", StringComparison.Ordinal))
            .Append(Path.Combine(Repository.Root, "src", "Core", "Sessions", "SessionPolicy.cs")).ToArray();
        Assert.True(sources.Length >= 5, "the options classes have moved");

        var missing = sources.SelectMany(source => Setting().Matches(File.ReadAllText(source))
            .Select(match => match.Groups[1].Value)
            .Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal) && !page.Contains($":{name}`", StringComparison.Ordinal) && !page.Contains($":{name}:", StringComparison.Ordinal))
            .Select(name => $"{Path.GetFileName(source)}: {name}"));

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Every_link_in_the_documents_leads_to_a_file()
    {
        var documents = Directory.GetFiles(Repository.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories));
        foreach (var document in documents)
        {
            var links = Link().Matches(await File.ReadAllTextAsync(document)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
            foreach (var link in links)
                Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, link.Split('#')[0])), $"{Path.GetFileName(document)} links to {link}");
        }
    }

    [GeneratedRegex(@"^    public (?!static|const)[^({=\n]+ (\w+) \{ get; (?:set|init); \}", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

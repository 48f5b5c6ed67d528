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

    /// <summary>A reader can follow no reference to a document that only its writer has.</summary>
    [Fact]
    public void Every_document_that_a_comment_names_is_in_the_repository()
    {
        var files = new[] { "src", "tests", "bench", "docs", "deploy", "sdk" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".md" or ".sql" or ".yaml" or ".csproj" or ".props").ToArray();
        var known = Directory.GetFiles(Repository.Root, "*.md").Concat(files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))).Select(Path.GetFileName).ToHashSet();

        Assert.Empty(files.SelectMany(file => DocumentName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            .Where(name => !known.Contains(name)).Select(name => $"{Path.GetRelativePath(Repository.Root, file)} names {name}")));
    }

    [GeneratedRegex(@"(?<![\w./-])(?:[\w.-]+/)*([\w-]+\.md)\b")]
    private static partial Regex DocumentName();

    [GeneratedRegex(@"^    public (?!static|const)[^({=\n]+ (\w+) \{ get; (?:set|init); \}", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

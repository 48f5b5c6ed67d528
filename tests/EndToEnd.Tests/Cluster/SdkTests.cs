using System.Text.RegularExpressions;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>The SDKs by themselves, without a host.</summary>
[Collection<ThroughTheCluster>]
public sealed partial class SdkTests(SampleTools tools)
{
    [Theory]
    [InlineData(Language.JavaScript, "fail 0")]
    [InlineData(Language.Python, "OK")]
    [InlineData(Language.Java, "11 passed")]
    public async Task An_SDK_passes_its_own_tests(Language language, string verdict) =>
        Assert.Contains(verdict, await tools.RunOwnTestsAsync(language), StringComparison.Ordinal);

    [Fact]
    public async Task The_examples_of_the_SDK_page_are_samples_that_run()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "sdk.md"));
        string[] files = [.. Directory.GetFiles(SampleTools.Samples, "*_sdk.*"), .. Directory.GetFiles(Path.Combine(SampleTools.Samples, "csharp"), "*Sdk.cs")];
        var samples = await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file)));
        var examples = Example().Matches(page);
        Assert.Equal(["csharp", "java", "js", "python"], examples.Select(example => example.Groups[1].Value).Distinct().Order());
        Assert.All(examples, example => Assert.Contains(samples, sample => sample.EndsWith(example.Groups[2].Value, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^```(js|python|java|csharp)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}

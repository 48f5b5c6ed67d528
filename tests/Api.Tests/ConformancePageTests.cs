using System.Reflection;
using System.Text.RegularExpressions;

namespace QodOrleans.Api.Tests;

/// <summary>A test whose name begins with an id is about the behaviour that the page has under it.</summary>
public sealed partial class ConformancePageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Root(), "docs", "conformance.md"));

    private static readonly string[] Rows = [.. Page.Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Every_id_that_a_test_cites_is_in_the_page()
    {
        var cited = Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => Prefix().Match(method.Name).Groups[1].Captures)
            .Select(capture => capture.Value).ToHashSet();
        Assert.True(cited.Count > 80, "the tests do not begin with ids any more");
        Assert.Subset(Rows.ToHashSet(), cited);
    }

    [Fact]
    public void No_id_stands_for_two_things()
    {
        Assert.True(Rows.Length > 150, "the page's tables have changed");
        Assert.Distinct(Rows);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QodOrleans.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\| ([A-Z]\d\d) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"^(?:([A-DFGLQR]\d{1,2})_(?:to_)?)+")]
    private static partial Regex Prefix();
}

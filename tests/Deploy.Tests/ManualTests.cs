using System.Text.RegularExpressions;

namespace QodOrleans.Deploy.Tests;

/// <summary>The two pages for whoever runs it, against what they are about.</summary>
public sealed partial class ManualTests
{
    [Fact]
    public void Every_panel_to_watch_is_in_the_dashboard()
    {
        var panels = new Dashboard(Repository.At("deploy", "grafana", "qod.json")).Queries.Select(query => query.Panel).ToHashSet();
        var watched = Row().Matches(Repository.Read("docs", "operations.md").Split("## When")[0]).Select(match => match.Groups[1].Value).Skip(1).ToArray();
        Assert.True(watched.Length > 10, "the table has moved");
        Assert.Subset(panels, watched.ToHashSet());
    }

    [Fact]
    public void Every_event_to_watch_is_logged_by_a_program()
    {
        var ids = EventId().Matches(Repository.Read("docs", "operations.md")).Select(match => match.Value).ToArray();
        Assert.True(ids.Length >= 5, "the event ids have moved");
        Assert.All(ids, id => Assert.Contains($"[LoggerMessage({id}, ", Repository.Source, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_on_deploying_links_to_files_that_are_there() => Assert.All(
        Link().Matches(Repository.Read("deploy", "README.md")).Select(match => match.Groups[1].Value),
        link => Assert.True(Path.Exists(Repository.At("deploy", link.Split('#')[0])), $"deploy/README.md links to {link}"));

    [GeneratedRegex(@"^\| ([^|`]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b[235]0\d\d\b")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

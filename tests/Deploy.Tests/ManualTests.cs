using System.Text.RegularExpressions;

namespace QodOrleans.Deploy.Tests;

/// <summary>The two pages for whoever runs it, against what they are about.</summary>
public sealed partial class ManualTests
{
    [Fact]
    public void Every_panel_to_watch_is_in_the_dashboard()
    {
        var panels = new Dashboard(Repository.At("deploy", "grafana", "qod.json")).Queries.Select(query => query.Panel).ToHashSet();
        var watched = Row().Matches(Repository.Read("docs", "operations.md").Split("\n## ")[1]).Select(match => match.Groups[1].Value).Skip(1).ToArray();
        Assert.True(watched.Length > 10, "the table has moved");
        Assert.Subset(panels, watched.ToHashSet());
    }

    [Fact]
    public void Every_event_to_watch_is_logged_by_a_program_and_says_what_the_page_says()
    {
        var watched = EventRow().Matches(Repository.Read("docs", "operations.md"))
            .Select(match => (Id: int.Parse(match.Groups[1].Value), Message: match.Groups[2].Value)).ToArray();
        Assert.True(watched.Length >= 8, "the table of events has moved");
        Assert.All(watched, row => Assert.Equal(row.Message, Assert.Single(LogEvent.All, line => line.Id == row.Id).Message));
    }

    [Fact]
    public void Every_event_that_a_page_speaks_of_is_in_the_table_of_events()
    {
        var table = EventRow().Matches(Repository.Read("docs", "operations.md")).Select(match => match.Groups[1].Value).ToHashSet();
        var mentioned = new[] { Repository.At("docs", "operations.md"), Repository.At("docs", "configuration.md"), Repository.At("deploy", "README.md") }
            .SelectMany(page => EventMention().Matches(File.ReadAllText(page))).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(mentioned);
        Assert.Subset(table, mentioned.ToHashSet());
    }

    [Fact]
    public void The_page_on_deploying_links_to_files_that_are_there() => Assert.All(
        Link().Matches(Repository.Read("deploy", "README.md")).Select(match => match.Groups[1].Value),
        link => Assert.True(Path.Exists(Repository.At("deploy", link.Split('#')[0])), $"deploy/README.md links to {link}"));

    [GeneratedRegex(@"^\| ([^|`]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| ([1-6]\d{3}) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"\bevent ([1-6]\d{3})\b")]
    private static partial Regex EventMention();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

namespace QodOrleans.Deploy.Tests;

/// <summary>People alert on event ids, so an id means one thing, for ever. A room has a hundred of its own; the API shares them with the authorization
/// server, and the cluster's are logged by three.</summary>
public sealed class LogEventTests
{
    private static readonly Dictionary<string, int[]> FirstIds = new()
    {
        ["Api"] = [1000],
        ["Authorization"] = [1000],
        ["Hosting"] = [1100, 5000],
        ["Postgres"] = [2000],
        ["Operators"] = [3000],
        ["Webhooks"] = [4000],
        ["Grains.Abstractions"] = [5000],
        ["Grains"] = [5000],
        ["Engine"] = [6000],
    };

    [Fact]
    public void No_event_id_means_two_things()
    {
        Assert.True(LogEvent.All.Count > 40, "the log lines are not found");
        Assert.Empty(LogEvent.All.GroupBy(line => line.Id).Where(lines => lines.Count() > 1).Select(lines => string.Join(" and ", lines)));
    }

    [Fact]
    public void Every_event_id_is_in_its_rooms_range() => Assert.All(LogEvent.All, line =>
    {
        var ranges = Assert.Contains(line.Room, FirstIds);
        Assert.Contains(line.Id / 100 * 100, ranges);
    });
}

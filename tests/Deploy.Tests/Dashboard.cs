using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QodOrleans.Deploy.Tests;

/// <summary>One query of a panel.</summary>
/// <param name="Row">Title of the row that the panel is in.</param>
/// <param name="Series">Names of the time series in it.</param>
/// <param name="Labels">Labels that it selects or groups by, or that its legend shows.</param>
internal sealed record PanelQuery(string Row, string Panel, string Expression, IReadOnlySet<string> Series, IReadOnlySet<string> Labels)
{
    public override string ToString() => $"{Row} / {Panel}: {Expression}";
}

/// <summary>The Grafana dashboard, as far as its queries go.</summary>
internal sealed partial class Dashboard
{
    /// <summary>What only a cluster has. Everything in other rows is there in a process that serves alone, too.</summary>
    public const string ClusterRow = "Orleans";

    /// <summary>Labels that do not come from the programs.</summary>
    private static readonly HashSet<string> FromOutside = ["instance", "le"];

    private readonly JsonNode root;

    public Dashboard(string path)
    {
        root = JsonNode.Parse(File.ReadAllText(path))!;
        var row = "";
        var queries = new List<PanelQuery>();
        foreach (var panel in root["panels"]!.AsArray())
        {
            var title = (string)panel!["title"]!;
            if ((string)panel["type"]! == "row") row = title;
            else queries.AddRange(panel["targets"]!.AsArray().Select(target => Read(row, title, (string)target!["expr"]!, (string)target["legendFormat"]!)));
        }
        Queries = queries;
    }

    public IReadOnlyList<PanelQuery> Queries { get; }

    /// <summary>The variables that ask Prometheus, with the series and the label that each asks for.</summary>
    public IEnumerable<(string Name, string Series, string Label)> Variables =>
        from variable in root["templating"]!["list"]!.AsArray()
        where (string)variable!["type"]! == "query"
        let parts = LabelValues().Match((string)variable["query"]!["query"]!)
        select ((string)variable["name"]!, parts.Groups[1].Value, parts.Groups[2].Value);

    /// <summary>What is wrong with queries in the light of what a program measures: series that it does not have, labels that it does not set.</summary>
    public static IEnumerable<string> Complaints(IEnumerable<PanelQuery> queries, Instruments instruments)
    {
        foreach (var query in queries)
        {
            var missing = query.Series.Where(name => !instruments.Series.ContainsKey(name)).ToArray();
            if (query.Series.Count == 0 || missing.Length > 0)
            {
                yield return $"{query}: there is no {string.Join(", ", missing)}";
                continue;
            }
            // What has measured nothing yet has shown no labels.
            var labels = query.Series.Select(name => instruments.LabelsOf(instruments.Series[name])).ToArray();
            if (labels.Contains(null)) continue;
            foreach (var label in query.Labels.Where(label => !FromOutside.Contains(label) && !labels.Any(seen => seen!.Contains(label))))
                yield return $"{query}: nothing has the label {label}";
        }
    }

    private static PanelQuery Read(string row, string panel, string expression, string legend)
    {
        var labels = new HashSet<string>(LegendLabel().Matches(legend).Select(match => match.Groups[1].Value));
        var rest = Text().Replace(expression, "");
        rest = Grouping().Replace(rest, match => Take(labels, match.Groups[1].Value));
        rest = Selector().Replace(rest, match => Take(labels, match.Groups[1].Value));
        rest = Range().Replace(rest, "");
        return new PanelQuery(row, panel, expression, SeriesName().Matches(rest).Select(match => match.Value).ToHashSet(), labels);
    }

    private static string Take(HashSet<string> labels, string list)
    {
        labels.UnionWith(Word().Matches(list).Select(match => match.Value));
        return "";
    }

    [GeneratedRegex(@"^label_values\((\w+), (\w+)\)$")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabel();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"\b(?:by|without) \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b[a-zA-Z_]\w*\b(?!\s*\()")]
    private static partial Regex SeriesName();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}

using System.Globalization;
using System.Text;
using QodOrleans.Bench.Measuring;

namespace QodOrleans.Bench.Report;

/// <summary>The result as a page: where and how it was measured, one table, and a line of detail for each row.</summary>
internal static class MarkdownReport
{
    public static string Write(Surroundings surroundings, IReadOnlyList<Measurement> measurements)
    {
        var page = new StringBuilder();
        foreach (var (name, value) in surroundings.Facts) page.AppendLine(CultureInfo.InvariantCulture, $"- {name}: {value}");

        page.AppendLine().AppendLine("| scenario | what | value | baseline | ratio | goal | met |").AppendLine("|---|---|---:|---:|---:|---:|---|");
        foreach (var one in measurements)
        {
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {one.Scenario} | {one.What} | {one.Value} | {BaselineOf(one)} | {(one.Ratio is { } ratio ? Text.Of(ratio) : "")} | {one.Goal} | {MetOf(one)} |");
        }

        page.AppendLine();
        foreach (var one in measurements) page.AppendLine(CultureInfo.InvariantCulture, $"- {one.Scenario}, {one.What}: {DetailsOf(one)}");
        return page.ToString();
    }

    private static string BaselineOf(Measurement one) => one.Baseline is { } baseline ? $"{baseline.Value} ({baseline.Name})" : "";

    private static string MetOf(Measurement one) => one.Met switch { true => "yes", false => "**no**", null => "" };

    private static string DetailsOf(Measurement one)
    {
        var details = new List<string> { $"rounds {Text.Of(one.Rounds)} {one.Value.Unit}" };
        if (one.Baseline is { } baseline) details.Add($"baseline rounds {Text.Of(baseline.Rounds)}");
        details.AddRange(one.Notes);
        return string.Join("; ", details);
    }
}

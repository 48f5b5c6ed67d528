using System.Globalization;

namespace QodOrleans.Bench.Report;

/// <summary>Numbers as a person wants to read them.</summary>
internal static class Text
{
    /// <summary>Three significant digits, and all digits before the point.</summary>
    public static string Of(double number) => Math.Abs(number) switch
    {
        >= 100 => number.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => number.ToString("0.###", CultureInfo.InvariantCulture),
    };

    public static string Of(IEnumerable<double> numbers) => string.Join(", ", numbers.Select(Of));
}

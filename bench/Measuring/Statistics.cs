namespace QodOrleans.Bench.Measuring;

internal static class Statistics
{
    /// <returns>The middle value; of an even number of values, the mean of the two in the middle.</returns>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) throw new InvalidOperationException("There is no median of nothing: no round was measured.");
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

using System.Globalization;

namespace QodOrleans.EndToEnd.Tests.Support;

internal static class PhoneNumber
{
    private static int last;

    /// <summary>One that no test has used and that the simulated operators treat as any.</summary>
    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"+3463{Interlocked.Increment(ref last):000000}0");
}

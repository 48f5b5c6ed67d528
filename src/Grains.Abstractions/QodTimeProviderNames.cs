namespace QodOrleans.Grains.Abstractions;

/// <summary>Keys of clocks, beside those of Orleans (<c>Orleans.Runtime.TimeProviderNames</c>).</summary>
internal static class QodTimeProviderNames
{
    /// <summary>The clock for the cluster's background work: how often it polls, and how long it waits before a retry. In tests the sessions' clock stands
    /// still while this one goes on.</summary>
    public const string Background = "qod-background";
}

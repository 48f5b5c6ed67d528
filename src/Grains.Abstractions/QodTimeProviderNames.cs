namespace QodOrleans.Grains.Abstractions;

/// <summary>Keys of clocks, beside those of Orleans (<c>Orleans.Runtime.TimeProviderNames</c>).</summary>
internal static class QodTimeProviderNames
{
    /// <summary>Times what the cluster does in the background: how often it looks, how long it waits before it tries again. In tests the sessions' clock stands
    /// still, and this one goes on.</summary>
    public const string Background = "qod-background";
}

using Microsoft.Extensions.Logging;

namespace QodOrleans.Hosting.Clustering;

/// <summary>Events 5000 to 5099, shared with the grains. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(5014, LogLevel.Warning, "No silo can be reached ({Why}); trying again.")]
    public static partial void NoCluster(ILogger log, string why);

    [LoggerMessage(5015, LogLevel.Information, "Connected to {Count} silos.")]
    public static partial void Connected(ILogger log, int count);

    [LoggerMessage(5021, LogLevel.Critical, "The stop takes longer than {DrainTimeout}; ending the process.")]
    public static partial void StopAborted(ILogger log, TimeSpan drainTimeout);
}

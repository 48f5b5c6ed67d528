using Microsoft.Extensions.Logging;

namespace QodOrleans.Hosting;

/// <summary>Events 1100 to 1199. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Warning, "The database cannot be reached ({Why}); trying again.")]
    public static partial void NoDatabase(ILogger log, string why);
}

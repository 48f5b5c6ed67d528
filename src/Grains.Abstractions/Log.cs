using Microsoft.Extensions.Logging;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Abstractions;

/// <summary>Events 5000 to 5099, shared with the grains. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(5003, LogLevel.Error, "Session {SessionId}: {Command} failed.")]
    public static partial void Failed(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(5004, LogLevel.Information, "Session {SessionId} may have been made, but nobody waits for it any more: deleted.")]
    public static partial void Undone(ILogger log, SessionId sessionId);

    [LoggerMessage(5013, LogLevel.Warning, "Session {SessionId}: the {Call} call has no certain answer ({Why}); it is repeated.")]
    public static partial void Repeated(ILogger log, SessionId sessionId, string call, string why);

    [LoggerMessage(5022, LogLevel.Warning, "Session {SessionId}: what its operator reports cannot be stored ({Why}); it is tried again.")]
    public static partial void ReportPutOff(ILogger log, SessionId sessionId, SessionErrorCode why);
}

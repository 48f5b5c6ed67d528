using QodOrleans.Core.Sessions;

namespace QodOrleans.Api;

/// <summary>Events 1000 to 1009; those of Authorization follow. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "Request failed; id {RequestFailureId}, x-correlator {Correlator}")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string requestFailureId, string? correlator);

    [LoggerMessage(1002, LogLevel.Debug, "Session {SessionId} created, x-correlator {Correlator}")]
    public static partial void SessionCreated(this ILogger log, SessionId sessionId, string? correlator);
}

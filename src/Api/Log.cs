using QodOrleans.Core.Sessions;

namespace QodOrleans.Api;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "Request failed; id {RequestFailureId}, x-correlator {Correlator}")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string requestFailureId, string? correlator);

    [LoggerMessage(1002, LogLevel.Debug, "Session {SessionId} created, x-correlator {Correlator}")]
    public static partial void SessionCreated(this ILogger log, SessionId sessionId, string? correlator);
}

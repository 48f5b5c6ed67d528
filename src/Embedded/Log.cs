using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Embedded;

/// <summary>Events 6000 to 6099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Debug, "Session {SessionId} at {Operator}: {Phase} ({StatusInfo}), version {Version}, x-correlator {Correlator}.")]
    public static partial void Changed(ILogger log, SessionId sessionId, OperatorId @operator, SessionPhase phase, StatusInfo? statusInfo, int version, string? correlator);

    [LoggerMessage(6001, LogLevel.Warning, "Due sessions cannot be read; trying again.")]
    public static partial void DueReadFailed(ILogger log, Exception exception);

    [LoggerMessage(6002, LogLevel.Warning, "Session {SessionId}: {Command} is put off, the store does not answer.")]
    public static partial void PutOff(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(6003, LogLevel.Error, "Session {SessionId}: {Command} failed.")]
    public static partial void Failed(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(6004, LogLevel.Information, "Session {SessionId} was made, but nobody waited for it any more: deleted.")]
    public static partial void Undone(ILogger log, SessionId sessionId);

    [LoggerMessage(6005, LogLevel.Error, "Session {SessionId} belongs to operator {Operator}, which is not configured here.")]
    public static partial void OperatorMissing(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(6006, LogLevel.Information, "Engine started.")]
    public static partial void Started(ILogger log);

    [LoggerMessage(6007, LogLevel.Information, "Engine drained.")]
    public static partial void Drained(ILogger log);

    [LoggerMessage(6008, LogLevel.Warning, "Engine stopped with {Count} operations under way; their sessions are picked up at the next start.")]
    public static partial void NotDrained(ILogger log, int count);

    [LoggerMessage(6009, LogLevel.Warning, "Session {SessionId}: operator {Operator} confirmed after its end; released again.")]
    public static partial void Latecomer(ILogger log, SessionId sessionId, OperatorId @operator);
}

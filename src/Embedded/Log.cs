using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Embedded;

/// <summary>Events 6080 to 6099, until this room goes. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(6080, LogLevel.Debug, "Session {SessionId} at {Operator}: {Phase} ({StatusInfo}), version {Version}, x-correlator {Correlator}.")]
    public static partial void Changed(ILogger log, SessionId sessionId, OperatorId @operator, SessionPhase phase, StatusInfo? statusInfo, int version, string? correlator);

    [LoggerMessage(6081, LogLevel.Warning, "Due sessions cannot be read; trying again.")]
    public static partial void DueReadFailed(ILogger log, Exception exception);

    [LoggerMessage(6082, LogLevel.Warning, "Session {SessionId}: {Command} is put off, the store does not answer.")]
    public static partial void PutOff(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(6083, LogLevel.Error, "Session {SessionId}: {Command} failed.")]
    public static partial void Failed(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(6084, LogLevel.Information, "Session {SessionId} was made, but nobody waited for it any more: deleted.")]
    public static partial void Undone(ILogger log, SessionId sessionId);

    [LoggerMessage(6085, LogLevel.Error, "Session {SessionId} belongs to operator {Operator}, which is not configured here.")]
    public static partial void OperatorMissing(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(6086, LogLevel.Information, "Engine started.")]
    public static partial void Started(ILogger log);

    [LoggerMessage(6087, LogLevel.Information, "Engine drained.")]
    public static partial void Drained(ILogger log);

    [LoggerMessage(6088, LogLevel.Warning, "Engine stopped with {Count} operations under way; their sessions are picked up at the next start.")]
    public static partial void NotDrained(ILogger log, int count);

    [LoggerMessage(6089, LogLevel.Warning, "Session {SessionId}: operator {Operator} confirmed after its end; released again.")]
    public static partial void Latecomer(ILogger log, SessionId sessionId, OperatorId @operator);
}

using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Engine;

/// <summary>Events 6000 to 6099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Debug, "Session {SessionId} at {Operator}: {Phase} ({StatusInfo}), version {Version}, x-correlator {Correlator}.")]
    public static partial void Changed(
        ILogger log, SessionId sessionId, OperatorId @operator, SessionPhase phase, StatusInfo? statusInfo, int version, string? correlator);

    [LoggerMessage(6001, LogLevel.Warning, "Due sessions cannot be read; trying again.")]
    public static partial void DueReadFailed(ILogger log, Exception exception);

    [LoggerMessage(6002, LogLevel.Warning, "Session {SessionId}: {Command} is put off, the store does not answer.")]
    public static partial void PutOff(ILogger log, SessionId sessionId, string command, Exception? exception);

    [LoggerMessage(6003, LogLevel.Error, "Session {SessionId}: {Command} failed.")]
    public static partial void Failed(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(6004, LogLevel.Warning, "Session {SessionId} was changed elsewhere; the write was refused, and the session is read again.")]
    public static partial void StaleWrite(ILogger log, SessionId sessionId);

    [LoggerMessage(6005, LogLevel.Error, "Session {SessionId} belongs to operator {Operator}, which is not configured here.")]
    public static partial void OperatorMissing(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(6006, LogLevel.Warning, "Session {SessionId}: operator {Operator} confirmed after its end; released again.")]
    public static partial void Latecomer(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(6007, LogLevel.Debug, "Session {SessionId} was due, but could not be called; it is called again.")]
    public static partial void DueCallFailed(ILogger log, SessionId sessionId, Exception exception);

    [LoggerMessage(6008, LogLevel.Trace, "Session {SessionId} in {Phase}: {Command}.")]
    public static partial void Decides(ILogger log, SessionId sessionId, SessionPhase phase, SessionCommand command);
}

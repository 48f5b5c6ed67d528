using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Operators;

/// <summary>Events 3000 to 3099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Warning, "Operator {Operator} fails too often; not called for {BreakDuration}.")]
    public static partial void BreakerOpened(ILogger log, OperatorId @operator, TimeSpan breakDuration);

    [LoggerMessage(3001, LogLevel.Information, "Operator {Operator} answers again.")]
    public static partial void BreakerClosed(ILogger log, OperatorId @operator);

    [LoggerMessage(3002, LogLevel.Warning, "Operator {Operator}, {Operation} of session {SessionId}: connection failed, counted as {Outcome}, x-correlator {Correlator}.")]
    public static partial void ConnectionFailed(
        ILogger log, OperatorId @operator, string operation, SessionId sessionId, OperatorOutcomeKind outcome, string? correlator, Exception exception);

    [LoggerMessage(3003, LogLevel.Error, "Operator {Operator}, {Operation} of session {SessionId}: the adapter failed, the outcome is unknown, x-correlator {Correlator}.")]
    public static partial void AdapterFailed(
        ILogger log, OperatorId @operator, string operation, SessionId sessionId, string? correlator, Exception exception);

    [LoggerMessage(3004, LogLevel.Warning, "Operator {Operator}, identification of a device: connection failed, counted as {Outcome}.")]
    public static partial void IdentificationConnectionFailed(ILogger log, OperatorId @operator, OperatorOutcomeKind outcome, Exception exception);

    [LoggerMessage(3005, LogLevel.Error, "Operator {Operator}, identification of a device: the adapter failed.")]
    public static partial void IdentificationFailed(ILogger log, OperatorId @operator, Exception exception);

    [LoggerMessage(3010, LogLevel.Warning, "Simulated operator {Operator}: nobody took the report of session {SessionId}; trying again.")]
    public static partial void ReportFailed(ILogger log, OperatorId @operator, SessionId sessionId, Exception exception);
}

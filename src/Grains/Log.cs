using Microsoft.Extensions.Logging;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains;

/// <summary>Events 5000 to 5099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Debug, "Session {SessionId} at {Operator}: {Phase} ({StatusInfo}), version {Version}, x-correlator {Correlator}.")]
    public static partial void Changed(ILogger log, SessionId sessionId, OperatorId @operator, SessionPhase phase, StatusInfo? statusInfo, int version, string? correlator);

    [LoggerMessage(5001, LogLevel.Warning, "Due sessions cannot be read; trying again.")]
    public static partial void DueReadFailed(ILogger log, Exception exception);

    [LoggerMessage(5002, LogLevel.Warning, "Session {SessionId}: {Command} is put off, the store does not answer.")]
    public static partial void PutOff(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(5003, LogLevel.Error, "Session {SessionId}: {Command} failed.")]
    public static partial void Failed(ILogger log, SessionId sessionId, string command, Exception exception);

    [LoggerMessage(5004, LogLevel.Information, "Session {SessionId} may have been made, but nobody waits for it any more: deleted.")]
    public static partial void Undone(ILogger log, SessionId sessionId);

    [LoggerMessage(5005, LogLevel.Error, "Session {SessionId} belongs to operator {Operator}, which is not configured here.")]
    public static partial void OperatorMissing(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(5006, LogLevel.Warning, "Session {SessionId} was changed by another activation; this one writes no more, and is read again.")]
    public static partial void StaleWrite(ILogger log, SessionId sessionId);

    [LoggerMessage(5007, LogLevel.Information, "The silo has drained.")]
    public static partial void Drained(ILogger log);

    [LoggerMessage(5008, LogLevel.Warning, "The silo stopped with {Count} operations under way; their sessions are taken up when they are due.")]
    public static partial void NotDrained(ILogger log, int count);

    [LoggerMessage(5009, LogLevel.Warning, "Session {SessionId}: operator {Operator} confirmed after its end; released again.")]
    public static partial void Latecomer(ILogger log, SessionId sessionId, OperatorId @operator);

    [LoggerMessage(5010, LogLevel.Debug, "Session {SessionId} was due, but could not be called; it is called again.")]
    public static partial void DueCallFailed(ILogger log, SessionId sessionId, Exception exception);

    [LoggerMessage(5011, LogLevel.Warning, "{Count} events could not be passed on to {Silo}; it finds them in the outbox.")]
    public static partial void NotForwarded(ILogger log, int count, SiloAddress silo, Exception exception);

    [LoggerMessage(5012, LogLevel.Information, "The active silos have changed; this one now looks after another share of the sessions.")]
    public static partial void SharesChanged(ILogger log);

    [LoggerMessage(5013, LogLevel.Warning, "Session {SessionId}: the {Call} call has no certain answer ({Why}); it is repeated.")]
    public static partial void Repeated(ILogger log, SessionId sessionId, string call, string why);

    [LoggerMessage(5014, LogLevel.Warning, "No silo can be reached ({Why}); trying again.")]
    public static partial void NoCluster(ILogger log, string why);

    [LoggerMessage(5015, LogLevel.Information, "Connected to {Count} silos.")]
    public static partial void Connected(ILogger log, int count);

    [LoggerMessage(5016, LogLevel.Warning, "The database cannot be reached ({Why}); trying again.")]
    public static partial void NoDatabase(ILogger log, string why);

    [LoggerMessage(5017, LogLevel.Warning, "Operator {Operator} answers too few calls of all silos together; nobody calls it for {Duration}.")]
    public static partial void OperatorPaused(ILogger log, string @operator, TimeSpan duration);

    [LoggerMessage(5018, LogLevel.Warning, "This silo's share of operator {Operator} could not be renewed; the old one holds until its lease ends.")]
    public static partial void ShareNotRenewed(ILogger log, OperatorId @operator, Exception exception);

    [LoggerMessage(5019, LogLevel.Critical, "A standalone host has taken this database over; stopping.")]
    public static partial void TakenOver(ILogger log);

    [LoggerMessage(5020, LogLevel.Warning, "Operator {Operator} is set to {Mode} by an administrator, with limits of {ConcurrentCalls} calls at a time and {CallsPerSecond} a second.")]
    public static partial void OperatorAdministered(ILogger log, OperatorId @operator, OperatorMode mode, int? concurrentCalls, int? callsPerSecond);

    [LoggerMessage(5021, LogLevel.Critical, "The stop takes longer than {DrainTimeout}; ending the process.")]
    public static partial void StopAborted(ILogger log, TimeSpan drainTimeout);

    [LoggerMessage(5022, LogLevel.Debug, "Silo {Silo} could not be told that a sink asks for rest; it reads that with the events.")]
    public static partial void NotToldOfRest(ILogger log, SiloAddress silo, Exception exception);
}

using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks;

/// <summary>Events 4000 to 4099. Never a phone number, address, path or token.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Debug, "Event {Sequence} of session {SessionId} failed, attempt {Attempt}: {Reason}. x-correlator {Correlator}")]
    public static partial void AttemptFailed(ILogger log, SessionId sessionId, string? correlator, int sequence, int attempt, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "Event {Sequence} of session {SessionId} is dead-lettered: {Reason}. x-correlator {Correlator}")]
    public static partial void DeadLettered(ILogger log, SessionId sessionId, string? correlator, int sequence, string reason);

    [LoggerMessage(4003, LogLevel.Error, "The sink token of session {SessionId} cannot be opened: is a key missing under Qod? x-correlator {Correlator}")]
    public static partial void TokenNotOpened(ILogger log, SessionId sessionId, string? correlator);

    [LoggerMessage(4004, LogLevel.Error, "An attempt for session {SessionId} broke. x-correlator {Correlator}")]
    public static partial void AttemptBroke(ILogger log, Exception exception, SessionId sessionId, string? correlator);

    [LoggerMessage(4005, LogLevel.Error, "The outbox could not be told of an event of session {SessionId}; it will be repeated. x-correlator {Correlator}")]
    public static partial void NotMarked(ILogger log, Exception exception, SessionId sessionId, string? correlator);

    [LoggerMessage(4006, LogLevel.Warning, "The outbox does not answer; deliveries go on from memory. Next try in {Pause}")]
    public static partial void OutboxUnavailable(ILogger log, Exception exception, TimeSpan pause);

    [LoggerMessage(4007, LogLevel.Error, "Reading the outbox broke; it is tried again")]
    public static partial void OutboxReadBroke(ILogger log, Exception exception);

    [LoggerMessage(4008, LogLevel.Information, "Stopped with events in memory: {Count}. They are in the outbox")]
    public static partial void Stopped(ILogger log, int count);

    [LoggerMessage(4009, LogLevel.Warning, "The outbox could not be told that a sink asks for rest: a process that starts now will not know")]
    public static partial void ThrottleNotKept(ILogger log, Exception exception);
}

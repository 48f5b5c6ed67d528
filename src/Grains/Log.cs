using Microsoft.Extensions.Logging;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains;

/// <summary>Events 5000 to 5099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(5007, LogLevel.Information, "The silo has drained.")]
    public static partial void Drained(ILogger log);

    [LoggerMessage(5008, LogLevel.Warning, "The silo stopped with {Count} operations under way; their sessions are taken up when they are due.")]
    public static partial void NotDrained(ILogger log, int count);

    [LoggerMessage(5011, LogLevel.Warning, "{Count} events could not be passed on to {Silo}; it finds them in the outbox.")]
    public static partial void NotForwarded(ILogger log, int count, SiloAddress silo, Exception exception);

    [LoggerMessage(5012, LogLevel.Information, "The active silos have changed; this one now looks after another share of the sessions.")]
    public static partial void SharesChanged(ILogger log);

    [LoggerMessage(5017, LogLevel.Warning, "Operator {Operator} answers too few calls of all silos together; it is not called for {Duration}.")]
    public static partial void OperatorPaused(ILogger log, string @operator, TimeSpan duration);

    [LoggerMessage(5018, LogLevel.Warning, "This silo's quota at operator {Operator} could not be renewed; the old one holds until its lease ends.")]
    public static partial void QuotaNotRenewed(ILogger log, OperatorId @operator, Exception exception);

    [LoggerMessage(5020, LogLevel.Warning,
        "Operator {Operator} is set to {Mode} by an administrator, with limits of {ConcurrentCalls} calls at a time and {CallsPerSecond} a second.")]
    public static partial void OperatorAdministered(ILogger log, OperatorId @operator, OperatorMode mode, int? concurrentCalls, int? callsPerSecond);

    [LoggerMessage(5023, LogLevel.Debug, "Silo {Silo} could not be told that a sink asks for rest; it reads that with the events.")]
    public static partial void ThrottleNotBroadcast(ILogger log, SiloAddress silo, Exception exception);
}

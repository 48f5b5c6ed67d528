using Microsoft.Extensions.Logging;

namespace QodOrleans.Postgres;

/// <summary>Events 2000 to 2099. The text of a database error may contain stored data, so only its code is logged.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Warning, "The database cannot be reached: {Why}.")]
    public static partial void CannotConnect(ILogger logger, string why);

    [LoggerMessage(2001, LogLevel.Warning, "A connection broke with {Count} operations under way ({Why}): sending them again to learn what became of them.")]
    public static partial void OutcomeUnknown(ILogger logger, int count, string why);

    [LoggerMessage(2002, LogLevel.Warning, "A batch of {Count} operations failed ({Why}), treated as {Failure}.")]
    public static partial void BatchFailed(ILogger logger, int count, string why, Batching.Failure failure);

    [LoggerMessage(2003, LogLevel.Critical, "The loop for {Kind} operations ended by a bug.")]
    public static partial void LoopFailed(ILogger logger, string kind, Exception exception);

    [LoggerMessage(2004, LogLevel.Information, "Migration {Version} {Name} applied.")]
    public static partial void Migrated(ILogger logger, int version, string name);

    [LoggerMessage(2005, LogLevel.Information, "{Count} devices without sessions forgotten.")]
    public static partial void DevicesPurged(ILogger logger, int count);

    /// <summary>An exception without its text.</summary>
    public static string CodeOf(Exception exception) => exception switch
    {
        Npgsql.PostgresException postgres => postgres.SqlState,
        { InnerException: System.Net.Sockets.SocketException socket } => socket.SocketErrorCode.ToString(),
        { InnerException: { } inner } => $"{exception.GetType().Name}, {inner.GetType().Name}",
        _ => exception.GetType().Name,
    };
}

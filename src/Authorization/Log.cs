namespace QodOrleans.Authorization;

/// <summary>Events 1010 to 1099. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(1010, LogLevel.Warning, "Client {ClientId} shows a code or auth_req_id that was redeemed before: a copy of it is about")]
    public static partial void GrantReplayed(this ILogger log, string clientId);

    [LoggerMessage(1011, LogLevel.Warning, "Ended grants could not be swept: the store does not answer")]
    public static partial void SweepFailed(this ILogger log);

    [LoggerMessage(1012, LogLevel.Warning, "Client {ClientId} shows an assertion that was used before: a copy of it is about")]
    public static partial void AssertionReplayed(this ILogger log, string clientId);

    [LoggerMessage(1013, LogLevel.Information, "An assertion signed by client {ClientId} is refused: {Why}")]
    public static partial void AssertionRefused(this ILogger log, string clientId, string why);
}

using Microsoft.Extensions.Logging;

namespace QodOrleans.Hosting.Clustering;

/// <summary>Events 5000 to 5099, shared with the grains. Never a phone number, address or token.</summary>
internal static partial class Log
{
    [LoggerMessage(5014, LogLevel.Warning, "No silo can be reached ({Why}); trying again.")]
    public static partial void NoCluster(ILogger log, string why);

    [LoggerMessage(5015, LogLevel.Information, "Connected to {Count} silos.")]
    public static partial void Connected(ILogger log, int count);

    [LoggerMessage(5021, LogLevel.Critical, "The stop takes longer than {DrainTimeout}; ending the process.")]
    public static partial void StopAborted(ILogger log, TimeSpan drainTimeout);

    [LoggerMessage(5030, LogLevel.Information, "The certificate {Subject} is in use for new connections; it ends at {End:u}.")]
    public static partial void CertificateInUse(ILogger log, string subject, DateTime end);

    [LoggerMessage(5031, LogLevel.Error, "The files of the certificate have changed and cannot be used, so the one before stays in use: {Why}")]
    public static partial void CertificateUnusable(ILogger log, string why);

    [LoggerMessage(5032, LogLevel.Warning, "The certificate {Subject} ends at {End:u}; after that, the other members refuse new connections with it.")]
    public static partial void CertificateEnds(ILogger log, string subject, DateTime end);

    [LoggerMessage(5033, LogLevel.Warning, "A connection is refused, since the certificate {Subject} of the other side is not one of the authorities: {Why}.")]
    public static partial void CertificateRefused(ILogger log, string subject, string why);
}

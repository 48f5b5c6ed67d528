using System.Globalization;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Http;

/// <summary>How values are written, where several surfaces agree on it. What they may be: <see cref="Validation"/>.</summary>
internal static class WireFormats
{
    /// <summary>The sink of a URL that a surface has checked; null if there is no URL, or an invalid one.</summary>
    public static Sink? Sink(this SinkPolicy sinks, string? url, string? token, ISecretProtector protector) =>
        url is not null && sinks.TryParse(url, out var parsed, out _) ? new Sink(parsed, token is null ? null : protector.Protect(token)) : null;

    /// <summary>RFC 3339 in UTC, with milliseconds.</summary>
    public static string ToWire(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string ToWire(QosStatus status) => status switch
    {
        QosStatus.Requested => "REQUESTED",
        QosStatus.Available => "AVAILABLE",
        _ => "UNAVAILABLE",
    };

    public static string? ToWire(StatusInfo? info) => info switch
    {
        null => null,
        StatusInfo.DurationExpired => "DURATION_EXPIRED",
        StatusInfo.NetworkTerminated => "NETWORK_TERMINATED",
        _ => "DELETE_REQUESTED",
    };

    public static string ToWire(QosProfileStatus status) => status switch
    {
        QosProfileStatus.Active => "ACTIVE",
        QosProfileStatus.Inactive => "INACTIVE",
        _ => "DEPRECATED",
    };
}

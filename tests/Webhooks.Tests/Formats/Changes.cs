using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Tests.Formats;

internal static class Changes
{
    public const string Session = "123e4567-e89b-12d3-a456-426614174000";

    /// <summary>A change as the releases' own examples have it.</summary>
    public static QosStatusChanged Of(string surface, QosStatus status, StatusInfo? info, string? source, string sink = "https://a.example/n") => new(
        new Guid("83a0d986-0866-4f38-b8c0-fc65bfcda452"), new SessionId(new Guid(Session)), 1, surface, status, info,
        new DateTimeOffset(2021, 12, 12, 0, 0, 0, 7, TimeSpan.Zero), new Sink(new Uri(sink), null), "c", source);
}

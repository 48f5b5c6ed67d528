using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Formats;

/// <summary>CAMARA QoD 0.8 has one event only, for a session's end: <c>SESSION_TERMINATED</c>, sent to <c>/notifications</c> below the callback. The legacy
/// surface's sessions also have a status, so other changes are sent too, under the name that 0.9 gave to them.</summary>
internal sealed class Qod008Event : IEventFormat
{
    private const string Suffix = "/notifications";

    public IReadOnlyList<string> Surfaces { get; } = ["qod-0.8", "qod-0.8.1"];

    public EventMessage Format(QosStatusChanged change)
    {
        var body = new Qod008Notification(
            change.SessionId.ToString(),
            change.Status == QosStatus.Unavailable ? "SESSION_TERMINATED" : "QOS_STATUS_CHANGED",
            EventJson.Status(change.Status),
            EventJson.Reason(change.StatusInfo));
        return new EventMessage("application/json", EventJson.Write(body, EventBodies.Default.Qod008Notification), TargetOf(change.Sink.Url));
    }

    /// <summary>Telefónica's own example ends in the suffix already.</summary>
    private static Uri? TargetOf(Uri callback)
    {
        if (callback.AbsolutePath.TrimEnd('/').EndsWith(Suffix, StringComparison.Ordinal)) return null;
        // The rest of the callback stays as it was written.
        var before = callback.OriginalString[..^callback.Query.Length];
        return Sink.UrlOf($"{before.TrimEnd('/')}{Suffix}{callback.Query}");
    }
}

/// <summary><c>Notification</c>, with the status beside it.</summary>
internal sealed record Qod008Notification(string SessionId, string Event, string QosStatus, string? StatusInfo);

using QodOrleans.Api.Http;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod008;

/// <summary>0.8 tells of a session's end only, as <c>SESSION_TERMINATED</c>, at <c>/notifications</c> below the callback. The seed's sessions have
/// a status, so its other changes are told too, under the name that they got in 0.9.</summary>
internal abstract class Qod008EventFormat(string surface, ApiOptions options) : IEventFormat
{
    /// <summary>0.8's own place for the token, where the configuration has it so.</summary>
    public const string TokenParameter = "apikey";

    private const string Suffix = "/notifications";

    /// <summary>The release's own way; every later one has given it up, for a query ends up in logs.</summary>
    private readonly string? tokenParameter = options.LegacySinkToken == LegacySinkToken.ApiKey ? TokenParameter : null;

    public string Surface => surface;

    public EventMessage Format(QosStatusChanged change)
    {
        var body = new NotificationBody(
            change.SessionId.ToString(),
            change.Status == QosStatus.Unavailable ? "SESSION_TERMINATED" : "QOS_STATUS_CHANGED",
            Rules.ToWire(change.Status),
            Rules.ToWire(change.StatusInfo));
        return new EventMessage("application/json", Answers.ToJson(body, Qod008Answers.Default.NotificationBody), TargetOf(change.Sink.Url), tokenParameter);
    }

    /// <summary>The seed's own example ends in the suffix already.</summary>
    private static Uri? TargetOf(Uri callback)
    {
        var path = callback.AbsolutePath.TrimEnd('/');
        if (path.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        // The rest of the callback stays as it was written.
        var url = callback.OriginalString;
        var before = url[..^callback.Query.Length];
        return Sink.UrlOf($"{before.TrimEnd('/')}{Suffix}{callback.Query}");
    }
}

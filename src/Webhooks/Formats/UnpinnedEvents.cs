using Microsoft.Extensions.Configuration;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Formats;

/// <summary>Adds what events lack whose session was made before schema version 6: their source, and the place of the sink's token. Both are computed as the
/// program of that time did, from the settings of the process that delivers: <c>Qod:PublicUrl</c>, <c>Qod:Surfaces</c> and <c>Qod:LegacySinkToken</c>. This
/// is the only place that does so. It goes when no such row can be left: a session lives as long as its profile's longest duration, and an event for
/// <c>Qod:Webhooks:MaxAge</c> after that.</summary>
public sealed class UnpinnedEvents
{
    /// <summary>By the surface's name: whose setting moves it, its document's path, and what stands behind that.</summary>
    private static readonly Dictionary<string, (string Leader, string Path, string Suffix)> Places = new()
    {
        ["qod-0.8"] = ("qod-0.10", "/qod/v0", ""),
        ["qod-0.8.1"] = ("qod-0.10", "/qod/v0", ""),
        ["qod-0.10"] = ("qod-0.10", "/qod/v0", ""),
        ["telefonica-qod"] = ("telefonica-qod", "/v1", "/qod"),
        ["orange-qod-0.10"] = ("orange-qod-0.10", "/camara/quality-on-demand/orange-lab/qod/v0", ""),
        ["quality-on-demand-1.1"] = ("quality-on-demand-1.1", "/quality-on-demand/v1", ""),
    };

    private readonly string publicUrl;
    private readonly Dictionary<string, string> moved = [];
    private readonly string? legacyTokenParameter;

    public UnpinnedEvents(IConfiguration configuration)
    {
        publicUrl = (configuration["Qod:PublicUrl"] ?? "http://localhost:8080").TrimEnd('/');
        foreach (var surface in configuration.GetSection("Qod:Surfaces").GetChildren())
            if (surface["Name"] is { } name && surface["Path"] is { } path) moved[name] = path;
        legacyTokenParameter = "ApiKey".Equals(configuration["Qod:LegacySinkToken"], StringComparison.OrdinalIgnoreCase) ? "apikey" : null;
    }

    /// <summary>The event itself where it has a source.</summary>
    public QosStatusChanged Complete(QosStatusChanged change)
    {
        if (change.Source is not null) return change;
        var (leader, path, suffix) = Places.GetValueOrDefault(change.Surface, (change.Surface, "", ""));
        return change with
        {
            Source = $"{publicUrl}{moved.GetValueOrDefault(leader, path)}{suffix}/sessions/{change.SessionId}",
            Sink = change.Surface is "qod-0.8" or "qod-0.8.1" ? change.Sink with { TokenParameter = legacyTokenParameter } : change.Sink,
        };
    }
}

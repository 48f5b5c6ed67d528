using Microsoft.Extensions.Configuration;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Formats;

/// <summary>Completes the events of sessions that were made before schema version 6. Their rows have no event source, and do not say where the sink wants its
/// token.</summary>
/// <remarks>Both values are computed as the programs of that time computed them, from the settings of the process that delivers: <c>Qod:PublicUrl</c>,
/// <c>Qod:Surfaces</c> and <c>Qod:LegacySinkToken</c>. No other class does this. This class can be deleted when no such row is left, which is at the latest one
/// longest duration of a profile plus <c>Qod:Webhooks:MaxAge</c> after the upgrade.</remarks>
public sealed class LegacyEventSource
{
    /// <summary>By the surface's name: the surface whose setting moves it, its document's path, and the part of the path after that.</summary>
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

    public LegacyEventSource(IConfiguration configuration)
    {
        publicUrl = (configuration["Qod:PublicUrl"] ?? "http://localhost:8080").TrimEnd('/');
        foreach (var surface in configuration.GetSection("Qod:Surfaces").GetChildren())
            if (surface["Name"] is { } name && surface["Path"] is { } path) moved[name] = path;
        legacyTokenParameter = "ApiKey".Equals(configuration["Qod:LegacySinkToken"], StringComparison.OrdinalIgnoreCase) ? "apikey" : null;
    }

    /// <returns>The event with a source. It is the same object if it has one already.</returns>
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

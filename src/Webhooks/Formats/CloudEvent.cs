using System.Text.Json.Serialization;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Formats;

/// <summary><c>EventQosStatusChanged</c>, a CloudEvent 1.0 in structured mode: all releases since 0.10 have it, each with a type of its own.</summary>
internal sealed class CloudEvent
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    [JsonPropertyName("specversion")]
    public required string SpecVersion { get; init; }

    public required string Type { get; init; }

    public required string Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public required string DataContentType { get; init; }

    public required CloudEventData Data { get; init; }

    public static EventMessage Of(QosStatusChanged change, string type)
    {
        var body = new CloudEvent
        {
            Id = change.EventId.ToString("D"),
            Source = change.Source ?? throw new ArgumentException("An event has a source before it is written.", nameof(change)),
            SpecVersion = "1.0",
            Type = type,
            Time = EventJson.Time(change.OccurredAt),
            DataContentType = "application/json",
            Data = new CloudEventData(change.SessionId.ToString(), EventJson.Status(change.Status), EventJson.Reason(change.StatusInfo)),
        };
        return new EventMessage("application/cloudevents+json", EventJson.Write(body, EventBodies.Default.CloudEvent));
    }
}

internal sealed record CloudEventData(string SessionId, string QosStatus, string? StatusInfo);

using System.Globalization;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>0.10.1 tells of a status change as a CloudEvent 1.0 in structured mode.</summary>
internal sealed class Qod010EventFormat(IOptions<ApiOptions> options) : IEventFormat
{
    private readonly string sessions = $"{options.Value.PublicUrl.TrimEnd('/')}{Qod010Surface.Root}/sessions/";

    public string Surface => Qod010Surface.Name;

    public EventMessage Format(QosStatusChanged change)
    {
        var sessionId = change.SessionId.ToString();
        var body = new EventBody
        {
            Id = change.EventId.ToString("D"),
            Source = sessions + sessionId,
            SpecVersion = "1.0",
            Type = "org.camaraproject.qod.v0.qos-status-changed",
            Time = change.OccurredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            DataContentType = "application/json",
            Data = new EventDataBody(sessionId, Qod010Mapping.ToWire(change.Status), Qod010Mapping.ToWire(change.StatusInfo)),
        };
        return new EventMessage("application/cloudevents+json", Answers.ToJson(body, Qod010Answers.Default.EventBody));
    }
}

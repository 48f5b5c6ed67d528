using QodOrleans.Api.Http;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>1.1.0 tells of a status change as a CloudEvent 1.0 in structured mode.</summary>
internal sealed class Qod110EventFormat(SurfaceDirectory surfaces) : IEventFormat
{
    private readonly string sessions = surfaces.SessionsUrl(Qod110Surface.Name);

    public string Surface => Qod110Surface.Name;

    public EventMessage Format(QosStatusChanged change)
    {
        var sessionId = change.SessionId.ToString();
        var body = new EventBody
        {
            Id = change.EventId.ToString("D"),
            Source = sessions + sessionId,
            SpecVersion = "1.0",
            // As in the release's OpenAPI file; its test definitions still have the name of an older one (camara.md section 7, 6).
            Type = "org.camaraproject.quality-on-demand.v1.qos-status-changed",
            Time = Rules.ToWire(change.OccurredAt),
            DataContentType = "application/json",
            Data = new EventDataBody(sessionId, Rules.ToWire(change.Status), Rules.ToWire(change.StatusInfo)),
        };
        return new EventMessage("application/cloudevents+json", Answers.ToJson(body, Qod110Answers.Default.EventBody));
    }
}

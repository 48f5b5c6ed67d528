using QodOrleans.Api.Http;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Api.Dialects.Qod010;

/// <summary>0.10.1 tells of a status change as a CloudEvent 1.0 in structured mode. A surface that does so too derives its own from this.</summary>
internal abstract class Qod010EventFormat(string surface, SurfaceDirectory surfaces) : IEventFormat
{
    private readonly string sessions = surfaces.SessionsUrl(surface);

    public string Surface => surface;

    public EventMessage Format(QosStatusChanged change)
    {
        var sessionId = change.SessionId.ToString();
        var body = new EventBody
        {
            Id = change.EventId.ToString("D"),
            Source = sessions + sessionId,
            SpecVersion = "1.0",
            Type = "org.camaraproject.qod.v0.qos-status-changed",
            Time = Rules.ToWire(change.OccurredAt),
            DataContentType = "application/json",
            Data = new EventDataBody(sessionId, Rules.ToWire(change.Status), Rules.ToWire(change.StatusInfo)),
        };
        return new EventMessage("application/cloudevents+json", Answers.ToJson(body, Qod010Answers.Default.EventBody));
    }
}

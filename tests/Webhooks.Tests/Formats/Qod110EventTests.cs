using System.Text;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Tests.Formats;

public sealed class Qod110EventTests
{
    [Fact]
    public void An_event_is_the_releases_own_example()
    {
        const string Surface = "quality-on-demand-1.1";
        var change = Changes.Of(Surface, QosStatus.Unavailable, StatusInfo.DurationExpired, "https://api.example.com/quality-on-demand/v1/sessions/" + Changes.Session)
            with { OccurredAt = new DateTimeOffset(2024, 6, 1, 15, 0, 0, TimeSpan.FromHours(2)) };

        var message = EventFormats.Of(Surface)!.Format(change);

        Assert.Equal(("application/cloudevents+json", null), (message.ContentType, message.Target));
        Assert.Equal(
            """
            {"id":"83a0d986-0866-4f38-b8c0-fc65bfcda452","source":"https://api.example.com/quality-on-demand/v1/sessions/123e4567-e89b-12d3-a456-426614174000","specversion":"1.0","type":"org.camaraproject.quality-on-demand.v1.qos-status-changed","time":"2024-06-01T13:00:00.000Z","datacontenttype":"application/json","data":{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"DURATION_EXPIRED"}}
            """,
            Encoding.UTF8.GetString(message.Body));
    }
}

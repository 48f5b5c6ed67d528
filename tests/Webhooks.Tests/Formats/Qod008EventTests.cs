using System.Text;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Tests.Formats;

public sealed class Qod008EventTests
{
    [Theory]
    [InlineData("https://a.example/cb", "https://a.example/cb/notifications")]
    [InlineData("https://a.example/cb/?id=1", "https://a.example/cb/notifications?id=1")]
    [InlineData("https://a.example", "https://a.example/notifications")]
    [InlineData("https://a.example?id=1", "https://a.example/notifications?id=1")]
    [InlineData("https://a.example/%7Ea/b%2Fc/?sig=%7E", "https://a.example/%7Ea/b%2Fc/notifications?sig=%7E")]
    [InlineData("https://a.example/notifications-of-mine", "https://a.example/notifications-of-mine/notifications")]
    [InlineData("https://application-server.com/notifications", null)]
    [InlineData("https://application-server.com/notifications/", null)]
    public void R05_events_go_below_the_callback_unless_it_says_so_itself(string callback, string? target)
    {
        foreach (var surface in new[] { "qod-0.8", "qod-0.8.1" })
            Assert.Equal(target, EventFormats.Of(surface)!.Format(Changes.Of(surface, QosStatus.Available, null, source: null, callback)).Target?.OriginalString);
    }

    [Theory]
    [InlineData(QosStatus.Available, null, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","event":"QOS_STATUS_CHANGED","qosStatus":"AVAILABLE"}""")]
    [InlineData(QosStatus.Unavailable, StatusInfo.DurationExpired, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","event":"SESSION_TERMINATED","qosStatus":"UNAVAILABLE","statusInfo":"DURATION_EXPIRED"}""")]
    public void The_end_is_told_as_0_8_has_it_and_the_status_beside_it(QosStatus status, StatusInfo? info, string body)
    {
        var message = EventFormats.Of("qod-0.8")!.Format(Changes.Of("qod-0.8", status, info, source: null));
        Assert.Equal(("application/json", body), (message.ContentType, Encoding.UTF8.GetString(message.Body)));
    }
}

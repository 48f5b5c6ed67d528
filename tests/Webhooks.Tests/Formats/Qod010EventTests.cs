using System.Text;
using System.Text.Json.Nodes;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Tests.Formats;

public sealed class Qod010EventTests
{
    [Theory]
    [InlineData("qod-0.10", "https://api.example.com/qod/v0/sessions/")]
    [InlineData("telefonica-qod", "https://api.example.com/v1/qod/sessions/")]
    [InlineData("orange-qod-0.10", "https://api.example.com/camara/quality-on-demand/orange-lab/qod/v0/sessions/")]
    public void C12_an_event_is_the_releases_own_example(string surface, string sessions)
    {
        var message = EventFormats.Of(surface)!.Format(Changes.Of(surface, QosStatus.Unavailable, StatusInfo.DurationExpired, sessions + Changes.Session));

        Assert.Equal(("application/cloudevents+json", null), (message.ContentType, message.Target));
        Assert.Equal(
            $$$"""
            {"id":"83a0d986-0866-4f38-b8c0-fc65bfcda452","source":"{{{sessions}}}123e4567-e89b-12d3-a456-426614174000","specversion":"1.0","type":"org.camaraproject.qod.v0.qos-status-changed","time":"2021-12-12T00:00:00.007Z","datacontenttype":"application/json","data":{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"DURATION_EXPIRED"}}
            """,
            Encoding.UTF8.GetString(message.Body));
    }

    [Theory]
    [InlineData(QosStatus.Available, null, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"AVAILABLE"}""")]
    [InlineData(QosStatus.Unavailable, StatusInfo.NetworkTerminated, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"NETWORK_TERMINATED"}""")]
    [InlineData(QosStatus.Unavailable, StatusInfo.DeleteRequested, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"DELETE_REQUESTED"}""")]
    public void C12_the_data_has_a_reason_where_there_is_one(QosStatus status, StatusInfo? info, string data) =>
        Assert.Equal(data, JsonNode.Parse(Format(Change(status, info)))!["data"]!.ToJsonString());

    [Fact]
    public void The_same_event_gives_the_same_bytes_in_any_time_zone()
    {
        var change = Change(QosStatus.Available, null);
        Assert.Equal(Format(change), Format(change with { OccurredAt = change.OccurredAt.ToOffset(TimeSpan.FromHours(5)) }));
    }

    private static byte[] Format(QosStatusChanged change) => EventFormats.Of("qod-0.10")!.Format(change).Body;

    private static QosStatusChanged Change(QosStatus status, StatusInfo? info) =>
        Changes.Of("qod-0.10", status, info, "https://api.example.com/qod/v0/sessions/" + Changes.Session);
}

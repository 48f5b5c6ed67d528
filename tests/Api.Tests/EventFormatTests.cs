using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Surfaces.Qod010;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

public sealed class EventFormatTests(Gateway gateway) : IClassFixture<Gateway>
{
    private static readonly SessionId Id = new(new Guid("123e4567-e89b-12d3-a456-426614174000"));

    [Fact]
    public void C12_an_event_is_the_releases_own_example()
    {
        var message = Format().Format(Change(QosStatus.Unavailable, StatusInfo.DurationExpired));

        Assert.Equal("application/cloudevents+json", message.ContentType);
        Assert.Equal(
            """
            {"id":"83a0d986-0866-4f38-b8c0-fc65bfcda452","source":"https://api.example.com/qod/v0/sessions/123e4567-e89b-12d3-a456-426614174000","specversion":"1.0","type":"org.camaraproject.qod.v0.qos-status-changed","time":"2021-12-12T00:00:00.007Z","datacontenttype":"application/json","data":{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"DURATION_EXPIRED"}}
            """,
            Encoding.UTF8.GetString(message.Body));
    }

    [Theory]
    [InlineData(QosStatus.Available, null, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"AVAILABLE"}""")]
    [InlineData(QosStatus.Unavailable, StatusInfo.NetworkTerminated, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"NETWORK_TERMINATED"}""")]
    [InlineData(QosStatus.Unavailable, StatusInfo.DeleteRequested, """{"sessionId":"123e4567-e89b-12d3-a456-426614174000","qosStatus":"UNAVAILABLE","statusInfo":"DELETE_REQUESTED"}""")]
    public void C12_the_data_has_a_reason_where_there_is_one(QosStatus status, StatusInfo? info, string data) =>
        Assert.Equal(data, JsonNode.Parse(Format().Format(Change(status, info)).Body)!["data"]!.ToJsonString());

    [Fact]
    public void The_same_event_gives_the_same_bytes_in_any_time_zone()
    {
        var change = Change(QosStatus.Available, null);
        var elsewhere = change with { OccurredAt = change.OccurredAt.ToOffset(TimeSpan.FromHours(5)) };
        Assert.Equal(Format().Format(change).Body, Format().Format(elsewhere).Body);
    }

    private IEventFormat Format() => gateway.Services.GetServices<IEventFormat>().Single(format => format.Surface == Qod010Surface.Name);

    private static QosStatusChanged Change(QosStatus status, StatusInfo? info) => new(
        new Guid("83a0d986-0866-4f38-b8c0-fc65bfcda452"), Id, 1, Qod010Surface.Name, status, info,
        new DateTimeOffset(2021, 12, 12, 0, 0, 0, 7, TimeSpan.Zero), new Sink(new Uri("https://a.example/n"), null), "c");
}

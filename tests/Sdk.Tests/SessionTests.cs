using System.Net;
using System.Text.Json.Nodes;

namespace QodOrleans.Sdk.Tests;

public sealed class SessionTests : IDisposable
{
    private static readonly Guid Id = Guid.Parse("6a4d570a-6607-466d-889b-473e361afaa1");

    private readonly Aggregator aggregator = new();
    private readonly QodClient client;

    public SessionTests()
    {
        aggregator.Token("t");
        client = new QodClient(new ClientCredentials("my-app-id", "my-app-secret"), QodLogin.Application, aggregator.Options);
    }

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_session_is_asked_for_in_the_words_of_the_release()
    {
        aggregator.Created();
        var session = await client.CreateSessionAsync(new CreateSession
        {
            Device = new Device { PhoneNumber = "+34600000001" },
            QosProfile = QoSProfiles.QOS_E,
            ApplicationServer = new ApplicationServer { Ipv4Address = "198.51.100.0/24" },
            DevicePorts = new PortsSpec { Ports = [5060], Ranges = [new PortRange(8000, 8080)] },
            Webhook = new Webhook(new Uri("https://my_app_server/events"), "c8974e592c2fa383d4a3960714"),
            Duration = TimeSpan.FromMinutes(5),
        });

        var expected = """
            {"device":{"phoneNumber":"+34600000001"},"qosProfile":"QOS_E","applicationServer":{"ipv4Address":"198.51.100.0/24"},
             "devicePorts":{"ranges":[{"from":8000,"to":8080}],"ports":[5060]},
             "webhook":{"notificationUrl":"https://my_app_server/events","notificationAuthToken":"c8974e592c2fa383d4a3960714"},"duration":300}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(aggregator.Seen[^1].Body)), aggregator.Seen[^1].Body);
        Assert.Equal((Id, QosStatus.Available, TimeSpan.FromMinutes(5)), (session.SessionId, session.QosStatus, session.Info.Duration));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795232944), session.Info.ExpiresAt);
        Assert.Equal(QoSProfiles.QOS_E, session.Info.QosProfile);
        Assert.Equal(8080, session.Info.Device.Ipv4Address!.PublicPort);
    }

    [Fact]
    public async Task A_handle_reads_extends_and_deletes_its_session()
    {
        aggregator.Created()
            .Answers($"/qod/v0/sessions/{Id}/extend", 200, Aggregator.Session.Replace("300", "600", StringComparison.Ordinal))
            .Answers($"/qod/v0/sessions/{Id}", 200, Aggregator.Session.Replace("\"AVAILABLE\"", "\"UNAVAILABLE\"", StringComparison.Ordinal))
            .Answers($"/qod/v0/sessions/{Id}", 204)
            .Error($"/qod/v0/sessions/{Id}", 404, "NOT_FOUND");
        var session = await client.CreateSessionAsync(new CreateSession { Device = Device.At("203.0.113.25", 8080), QosProfile = QoSProfiles.QOS_E });

        await session.ExtendAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.FromMinutes(10), session.Info.Duration);
        Assert.Equal("""{"requestedAdditionalDuration":300}""", aggregator.Seen[^1].Body);
        await session.RefreshAsync();
        Assert.Equal(QosStatus.Unavailable, session.QosStatus);
        await session.DeleteAsync();
        Assert.Equal(HttpMethod.Delete, aggregator.Seen[^1].Method);
        // Its answer may have got lost: deleting twice is deleting.
        await session.DeleteAsync();
    }

    [Theory]
    [InlineData(400, typeof(QodException))]
    [InlineData(403, typeof(QodForbiddenException))]
    [InlineData(404, typeof(QodNotFoundException))]
    [InlineData(409, typeof(QodConflictException))]
    [InlineData(429, typeof(QodUnavailableException))]
    [InlineData(500, typeof(QodException))]
    [InlineData(503, typeof(QodUnavailableException))]
    public async Task Every_refusal_has_a_type_and_says_what_the_aggregator_said(int status, Type type)
    {
        aggregator.Error($"/qod/v0/sessions/{Id}", status, "CODE");
        var error = await Assert.ThrowsAnyAsync<QodException>(() => client.GetSessionAsync(Id));
        Assert.IsType(type, error);
        Assert.Equal(((HttpStatusCode)status, "CODE", aggregator.Seen[^1].Correlator), (error.Status, error.Code, error.Correlator));
        Assert.Equal(status == 503 ? TimeSpan.FromSeconds(7) : null, error.RetryAfter);
    }

    [Fact]
    public async Task Profiles_are_listed_and_read()
    {
        const string Profile = """{"name":"QOS_E","status":"ACTIVE","maxDuration":{"value":1,"unit":"Days"},"packetErrorLossRate":3}""";
        aggregator.Answers("/qod/v0/qos-profiles?status=ACTIVE", 200, $"[{Profile}]").Answers("/qod/v0/qos-profiles/QOS_E", 200, Profile)
            .Error("/qod/v0/qos-profiles?status=DEPRECATED", 404, "NOT_FOUND");
        var listed = Assert.Single(await client.GetProfilesAsync(QosProfileStatus.Active));
        Assert.Equal(listed, await client.GetProfileAsync(QoSProfiles.QOS_E));
        Assert.Equal((QosProfileStatus.Active, new Quantity(1, "Days"), 3), (listed.Status, listed.MaxDuration, listed.PacketErrorLossRate));
        Assert.Empty(await client.GetProfilesAsync(QosProfileStatus.Deprecated));
    }

    [Fact]
    public void Nothing_prints_a_secret_or_a_person()
    {
        Assert.DoesNotContain("secret", $"{new ClientCredentials("my-app-id", "my-secret")}", StringComparison.Ordinal);
        Assert.DoesNotContain("token", $"{new Webhook(new Uri("https://my_app_server/"), "the-token-of-mine-xxxx")}", StringComparison.Ordinal);
        Assert.DoesNotContain("203", $"{Device.At("203.0.113.25", 8080)}", StringComparison.Ordinal);
        Assert.DoesNotContain("203", $"{QodLogin.Backchannel("ipport:203.0.113.25")}", StringComparison.Ordinal);
    }
}

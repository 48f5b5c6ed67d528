using System.Net;
using System.Text.Json.Nodes;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Contracts;

/// <summary>What an application does all day, over HTTP.</summary>
public abstract class MainJobContract(Service service) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private EventSink sink = null!;
    private QodClient client = null!;

    public async ValueTask InitializeAsync()
    {
        sink = await EventSink.StartAsync();
        client = await service.ClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        client.Dispose();
        await sink.DisposeAsync();
    }

    [Fact]
    public async Task A_session_is_created_told_of_read_extended_and_deleted()
    {
        var created = await client.CreateAsync("+34611000001", durationSeconds: 600, sink.Url, "the-token-that-my-sink-expects");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal("AVAILABLE", created["qosStatus"]);
        Assert.Equal(600, created.Number("expiresAt") - created.Number("startedAt"));
        var id = created["sessionId"]!;

        await sink.ToldAsync(id, Soon, "AVAILABLE");
        var arrival = sink.Of(id)[0];
        Assert.Equal("Bearer the-token-that-my-sink-expects", arrival.Authorization);
        Assert.StartsWith("application/cloudevents+json", arrival.ContentType, StringComparison.Ordinal);
        Assert.Equal("1.0", arrival.Body["specversion"]!.ToString());
        Assert.Equal("org.camaraproject.qod.v0.qos-status-changed", arrival.Body["type"]!.ToString());
        // Where the session was made, whichever process tells of it.
        Assert.Equal($"{service.Address}qod/v0/sessions/{id}", arrival.Body["source"]!.ToString());

        var read = await client.GetAsync(id);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal("AVAILABLE", read["qosStatus"]);
        Assert.Equal("+34611000001", read.Body!["device"]!["phoneNumber"]!.ToString());

        var extended = await client.ExtendAsync(id, additionalSeconds: 300);
        Assert.Equal(HttpStatusCode.OK, extended.Status);
        Assert.Equal(900, extended.Number("duration"));
        Assert.Equal(900, extended.Number("expiresAt") - extended.Number("startedAt"));

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(id)).Status);
        await sink.ToldAsync(id, Soon, "AVAILABLE", "UNAVAILABLE DELETE_REQUESTED");
    }

    [Fact]
    public async Task A_session_ends_on_the_second_and_frees_its_flow()
    {
        var created = await client.CreateAsync("+34611000002", durationSeconds: 2, sink.Url);
        var id = created["sessionId"]!;
        await sink.ToldAsync(id, Soon, "AVAILABLE", "UNAVAILABLE DURATION_EXPIRED");

        var told = DateTimeOffset.Parse(sink.Of(id)[^1].Body["time"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var lateness = told - DateTimeOffset.FromUnixTimeSeconds(created.Number("expiresAt"));
        // expiresAt is shown in whole seconds, cut off.
        Assert.InRange(lateness, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("UNAVAILABLE", (await client.GetAsync(id))["qosStatus"]);
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34611000002")).Status);
    }

    [Fact]
    public async Task An_overlapping_flow_of_the_same_device_is_a_conflict_and_another_is_not()
    {
        using var other = await service.ClientAsync("other-app-id", "other-app-secret");

        var request = QodClient.Request("+34611000003");
        request["applicationServer"] = new JsonObject { ["ipv4Address"] = "198.51.100.0/24" };
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync(request)).Status);

        request["applicationServer"] = new JsonObject { ["ipv4Address"] = "198.51.100.7" };
        var overlapping = await other.CreateAsync(request);
        Assert.Equal(HttpStatusCode.Conflict, overlapping.Status);
        Assert.Equal("CONFLICT", overlapping["code"]);

        request["applicationServer"] = new JsonObject { ["ipv4Address"] = "192.0.2.7" };
        Assert.Equal(HttpStatusCode.Created, (await other.CreateAsync(request)).Status);
    }

    [Fact]
    public async Task No_client_reads_extends_or_deletes_the_session_of_another()
    {
        using var other = await service.ClientAsync("other-app-id", "other-app-secret");
        var id = (await client.CreateAsync("+34611000004"))["sessionId"]!;

        foreach (var answer in new[] { await other.GetAsync(id), await other.ExtendAsync(id, 60), await other.DeleteAsync(id) })
        {
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.Equal("PERMISSION_DENIED", answer["code"]);
        }
        Assert.Equal("AVAILABLE", (await client.GetAsync(id))["qosStatus"]);
    }

    [Fact]
    public async Task The_mock_token_creates_a_session_and_a_bad_token_none()
    {
        using var mock = new QodClient(service.Address, "mock_sandbox_access_token");
        using var bad = new QodClient(service.Address, "no-such-token");

        Assert.Equal(HttpStatusCode.Created, (await mock.CreateAsync("+34611000005")).Status);
        var refused = await bad.CreateAsync("+34611000006");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal("UNAUTHENTICATED", refused["code"]);
    }

    [Fact]
    public async Task The_four_profiles_are_served()
    {
        var profiles = await client.SendAsync(HttpMethod.Get, "/qod/v0/qos-profiles");

        Assert.Equal(HttpStatusCode.OK, profiles.Status);
        Assert.Equal(["QOS_E", "QOS_L", "QOS_M", "QOS_S"], profiles.Body!.AsArray().Select(profile => profile!["name"]!.ToString()).Order());
    }

    [Fact]
    public async Task Sessions_and_tokens_outlive_a_restart()
    {
        var id = (await client.CreateAsync("+34611000007"))["sessionId"]!;

        await service.RestartAsync();

        using var after = new QodClient(service.Address, client.Token);
        var read = await after.GetAsync(id);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal("AVAILABLE", read["qosStatus"]);
        Assert.Equal(HttpStatusCode.Conflict, (await after.CreateAsync("+34611000007")).Status);
    }
}

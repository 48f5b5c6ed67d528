using System.Net;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>The numbers that the simulated operator is known by, as a developer meets them in the sandbox.</summary>
public sealed class SimulatedOperatorTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly EventSink sink = running.Sink;
    private readonly QodClient client = running.Client;

    [Theory]
    [InlineData("+34600000000")]
    [InlineData("+49600000000")]
    [InlineData("+55600000000")]
    public async Task Any_number_is_available_at_once(string phoneNumber) => await CreatedAsync(phoneNumber, "AVAILABLE");

    [Fact]
    public async Task Number_9001_is_requested_and_then_available()
    {
        var id = await CreatedAsync("+34600009001", "REQUESTED");
        await sink.ToldAsync(id, Soon, "AVAILABLE");
        Assert.Equal("AVAILABLE", (await client.GetAsync(id))["qosStatus"]);
    }

    [Fact]
    public async Task Number_9002_is_requested_and_then_refused_and_holds_its_flow_until_it_is_deleted()
    {
        var id = await CreatedAsync("+34600009002", "REQUESTED");
        await sink.ToldAsync(id, Soon, "UNAVAILABLE NETWORK_TERMINATED");
        Assert.Equal("UNAVAILABLE", (await client.GetAsync(id))["qosStatus"]);
        Assert.Equal(HttpStatusCode.Conflict, (await client.CreateAsync("+34600009002")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(id)).Status);
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34600009002")).Status);
        Assert.Equal(["UNAVAILABLE NETWORK_TERMINATED"], sink.Told(id));
    }

    [Fact]
    public async Task Number_9003_is_available_until_the_network_ends_it()
    {
        // Several at once: a report that gets lost now and then would be missed with one.
        var ids = await Task.WhenAll(Enumerable.Range(10, 40).Select(subscriber => CreatedAsync($"+346000{subscriber}9003", "AVAILABLE")));

        foreach (var id in ids) await sink.ToldAsync(id, Soon, "AVAILABLE", "UNAVAILABLE NETWORK_TERMINATED");
        Assert.Equal("UNAVAILABLE", (await client.GetAsync(ids[0]))["qosStatus"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.ExtendAsync(ids[0], 60)).Status);
    }

    [Fact]
    public async Task Number_9004_never_answers_and_is_found_by_asking()
    {
        var id = await CreatedAsync("+34600009004", "REQUESTED");
        await sink.ToldAsync(id, TimeSpan.FromSeconds(60), "AVAILABLE");
    }

    [Fact]
    public async Task Number_9005_is_unreachable_and_leaves_nothing_behind()
    {
        var answer = await client.CreateAsync("+34600009005", sink: sink.Url);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("UNAVAILABLE", answer["code"]);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"no Retry-After in {answer}");
        // Not a conflict: the flow is free.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.CreateAsync("+34600009005")).Status);
    }

    [Fact]
    public async Task Number_9006_is_not_known_to_the_operator()
    {
        var answer = await client.CreateAsync("+34600009006");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("Unable to identify device from specified parameters: device", answer["message"]);
    }

    [Fact]
    public async Task Number_9007_is_slow_and_the_client_does_not_wait_for_it()
    {
        var started = TimeProvider.System.GetTimestamp();
        var id = await CreatedAsync("+34600009007", "REQUESTED");
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4.5));
        await sink.ToldAsync(id, TimeSpan.FromSeconds(30), "AVAILABLE");
    }

    [Fact]
    public async Task Number_9008_refuses_the_extension_and_keeps_the_old_end()
    {
        var id = await CreatedAsync("+34600009008", "AVAILABLE");
        var before = await client.GetAsync(id);

        var refused = await client.ExtendAsync(id, 600);

        Assert.InRange((int)refused.Status, 400, 499);
        var after = await client.GetAsync(id);
        Assert.Equal("AVAILABLE", after["qosStatus"]);
        Assert.Equal(before["expiresAt"], after["expiresAt"]);
    }

    [Fact]
    public async Task Number_9009_fails_to_delete_and_the_client_sees_nothing_of_it()
    {
        var id = await CreatedAsync("+34600009009", "AVAILABLE");
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(id)).Status);
        await sink.ToldAsync(id, Soon, "AVAILABLE", "UNAVAILABLE DELETE_REQUESTED");
        await CreatedAsync("+34600009009", "AVAILABLE");
    }

    private async Task<string> CreatedAsync(string phoneNumber, string qosStatus)
    {
        var created = await client.CreateAsync(phoneNumber, sink: sink.Url);
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(qosStatus, created["qosStatus"]);
        return created["sessionId"]!;
    }
}

using System.Net;
using System.Net.Sockets;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Sinks;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class HostileNameTests
{
    private const string Forbidden = "the sink's name leads to an address where events are not delivered";

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("192.168.1.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    public async Task A_name_that_leads_inside_when_the_connection_is_made_is_never_connected_in_production(string inside)
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        // When the session was made the name was public; the policy has nothing against the URL as such.
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var policy = new SinkPolicy(sandbox: false);
        Assert.True(policy.TryParse($"https://rebound.example:{port}/", out var sink, out _));
        var lookups = 0;
        using var broker = With(policy, (_, _) =>
        {
            lookups++;
            return Task.FromResult<IPAddress[]>([IPAddress.Parse(inside)]);
        });
        await broker.StartAsync();

        var told = broker.Tell(1, 1, sink.ToString());
        await broker.QuietAsync();

        Assert.Equal(Forbidden, broker.Outbox.Dead[told.EventId]);
        Assert.Equal(1, lookups);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task An_address_in_the_url_is_vetted_too()
    {
        using var broker = With(new SinkPolicy(sandbox: false), (_, _) => throw new InvalidOperationException("There is no name to look up."));
        await broker.StartAsync();

        var told = broker.Tell(1, 1, "https://127.0.0.1/");
        var mapped = broker.Tell(2, 1, "https://[::ffff:169.254.169.254]/");
        await broker.QuietAsync();

        Assert.Equal(Forbidden, broker.Outbox.Dead[told.EventId]);
        Assert.Equal(Forbidden, broker.Outbox.Dead[mapped.EventId]);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_vetted_ones_are_tried()
    {
        await using var receiver = await Receiver.StartAsync();
        // 10.0.0.1 first: it must be passed over, not tried and timed out.
        using var broker = With(new SinkPolicy(sandbox: true), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Loopback]));
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://two.example:{receiver.Port}/");
        await broker.QuietAsync();

        Assert.Equal($"two.example:{receiver.Port}", Assert.Single(receiver.Requests).Headers["Host"]);
    }

    [Theory]
    [InlineData("127.0.0.2", "127.0.0.1")]
    [InlineData("127.0.0.1", "127.0.0.2")]
    public async Task An_address_that_refuses_leaves_the_other_one_to_be_tried(string first, string second)
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = With(
            new SinkPolicy(sandbox: true), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(first), IPAddress.Parse(second)]));
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://two.example:{receiver.Port}/");
        await broker.QuietAsync();

        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task The_name_is_looked_up_once_per_connection_and_the_connection_goes_to_that_answer()
    {
        await using var receiver = await Receiver.StartAsync();
        var lookups = 0;
        using var broker = With(new SinkPolicy(sandbox: true), (_, _) =>
            Task.FromResult<IPAddress[]>([++lookups == 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]));
        await broker.StartAsync();

        for (var sequence = 1; sequence <= 3; sequence++) broker.Tell(1, sequence, $"http://flips.example:{receiver.Port}/");
        await broker.QuietAsync();

        Assert.Equal(3, receiver.Requests.Count);
        Assert.Equal(1, lookups);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_tried_again()
    {
        using var broker = With(new SinkPolicy(sandbox: false), (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        await broker.StartAsync();

        broker.Tell(1, 1, "https://nowhere.example/");
        await broker.QuietAsync();

        Assert.Empty(broker.Outbox.Dead);
        Assert.Equal(1, broker.Dispatcher.Held);
    }

    private static Broker With(SinkPolicy policy, ResolveName resolve)
    {
        var options = new WebhookOptions();
        return new Broker(SinkConnector.Handler(policy, options, resolve), options: options);
    }
}

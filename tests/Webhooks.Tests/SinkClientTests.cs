using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Sinks;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>Real sockets: what goes over the wire, and how bad servers are survived.</summary>
public sealed class SinkClientTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_request_carries_the_event_the_token_the_correlator_and_nothing_of_ours()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();
        // Somebody watches, so every attempt has a trace of ours.
        var traced = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "QodOrleans.Webhooks",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = traced.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        var change = Events.Event(1, 1, $"{receiver.Url}hooks?id=7", broker.Clock.GetUtcNow(), broker.Tokens.Protect("my-notification-auth-token"), "b4333c46-49c0");
        broker.Tell(change);
        await broker.QuietAsync();

        var (path, headers, body) = Assert.Single(receiver.Requests);
        Assert.Equal("/hooks?id=7", path);
        Assert.Equal(new TestFormat().Format(change).Body, body);
        Assert.Equal(["Authorization", "Content-Length", "Content-Type", "Host", "User-Agent", "x-correlator"], headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("application/cloudevents+json", headers["Content-Type"]);
        Assert.Equal("Bearer my-notification-auth-token", headers["Authorization"]);
        Assert.Equal("b4333c46-49c0", headers["x-correlator"]);
        Assert.Matches(@"^QodOrleans/\d+\.\d+\.\d+$", headers["User-Agent"]);
        Assert.NotEmpty(traced);
        Assert.All(traced, activity => Assert.DoesNotContain("127.0.0.1", string.Concat(activity.TagObjects.Select(tag => tag.Value)), StringComparison.Ordinal));
    }

    /// <summary>R61: signed URLs are valid as they are written, and no other way.</summary>
    [Theory]
    [InlineData("/a/%7Euser/b%2Fc?sig=%7E", "/a/%7Euser/b%2Fc?sig=%7E")]
    [InlineData("/a/%7euser/../b/./c//d", "/a/%7euser/../b/./c//d")]
    [InlineData("/%41?a=%2b+%2B&b='()*!$;,:@/?", "/%41?a=%2b+%2B&b='()*!$;,:@/?")]
    [InlineData("/hooks?", "/hooks?")]
    [InlineData("?x=%7E", "/?x=%7E")]
    [InlineData("", "/")]
    public async Task A_sink_is_called_as_it_was_written(string written, string called)
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, receiver.Url.ToString().TrimEnd('/') + written);
        await broker.QuietAsync();

        Assert.Equal(called, Assert.Single(receiver.Requests).Path);
    }

    [Theory]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[0:0:0:0:0:ffff:7f00:1]")]
    public async Task A_sink_at_an_IPv4_address_in_IPv6_form_is_told(string host)
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://{host}:{receiver.Port}/");
        await broker.QuietAsync();

        Assert.Single(receiver.Requests);
        Assert.Single(broker.Outbox.Delivered);
    }

    [Fact]
    public async Task A_surface_may_send_to_another_path_of_the_sinks_host()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, $"{receiver.Url}below");
        await broker.QuietAsync();

        Assert.Equal("/below/notifications", Assert.Single(receiver.Requests).Path);
    }

    /// <summary>Docs/conformance.md R57.</summary>
    [Theory]
    [InlineData("abc", "Bearer abc")]
    [InlineData("Bearer abc", "Bearer abc")]
    [InlineData("bearer abc", "bearer abc")]
    [InlineData("Bearerabc", "Bearer Bearerabc")]
    public async Task A_token_with_its_scheme_before_it_goes_out_once(string token, string sent)
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(Events.Event(1, 1, receiver.Url.ToString(), broker.Clock.GetUtcNow(), broker.Tokens.Protect(token)));
        await broker.QuietAsync();

        Assert.Equal(sent, Assert.Single(receiver.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task Without_token_and_correlator_no_such_headers_are_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, receiver.Url.ToString());
        await broker.QuietAsync();

        Assert.Equal(["Content-Length", "Content-Type", "Host", "User-Agent"], Assert.Single(receiver.Requests).Headers.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_retry_is_the_same_request_byte_for_byte()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = receiver.Requests.Count < 3 ? 503 : 204;
            return Task.CompletedTask;
        };

        broker.Tell(1, 1, receiver.Url.ToString());
        await broker.QuietAsync();
        await broker.AdvanceAsync(1);
        await broker.AdvanceAsync(2);

        Assert.Equal(3, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(request => Convert.ToHexString(request.Body)).Distinct());
        Assert.Single(broker.Outbox.Delivered);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = elsewhere.Url.ToString();
            return Task.CompletedTask;
        };

        var told = broker.Tell(1, 1, receiver.Url.ToString());
        await broker.QuietAsync();

        Assert.Empty(elsewhere.Requests);
        Assert.Single(receiver.Requests);
        Assert.Equal(told.EventId, Assert.Single(broker.Outbox.Pending).EventId);
    }

    [Fact]
    public async Task A_huge_answer_is_not_read()
    {
        var written = 0L;
        var cut = new TaskCompletionSource();
        using var server = new RawServer(async (stream, stop) =>
        {
            await ReadRequestAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), stop);
            byte[] chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];
            try
            {
                for (; written < 1L << 30; written += chunk.Length) await stream.WriteAsync(chunk, stop);
            }
            catch (IOException)
            {
                cut.SetResult();
            }
        });
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://127.0.0.1:{server.Port}/");
        await broker.QuietAsync();
        Assert.Single(broker.Outbox.Delivered);
        await cut.Task.WaitAsync(Longest);

        // Socket buffers hold some megabytes; a gigabyte was on offer.
        Assert.InRange(written, 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task A_body_that_drips_holds_up_neither_the_session_nor_the_connection_for_long()
    {
        var closed = new TaskCompletionSource();
        var requests = 0;
        using var server = new RawServer(async (stream, stop) =>
        {
            await ReadRequestAsync(stream, stop);
            Interlocked.Increment(ref requests);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n."u8.ToArray(), stop);
            // Nothing more comes. The other side gives up.
            if (await stream.ReadAsync(new byte[1], stop) == 0) closed.TrySetResult();
        });
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://127.0.0.1:{server.Port}/");
        broker.Tell(1, 2, $"http://127.0.0.1:{server.Port}/");
        await broker.QuietAsync();

        Assert.Equal(2, broker.Outbox.Delivered.Length);
        await closed.Task.WaitAsync(Longest);
    }

    [Fact]
    public async Task Headers_that_drip_run_into_the_attempts_time()
    {
        var asked = new TaskCompletionSource();
        using var server = new RawServer(async (stream, stop) =>
        {
            await ReadRequestAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-Slow: "u8.ToArray(), stop);
            asked.TrySetResult();
            Assert.Equal(0, await stream.ReadAsync(new byte[1], stop));
        });
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, $"http://127.0.0.1:{server.Port}/");
        await asked.Task.WaitAsync(Longest);
        await broker.AdvanceAsync(5);

        Assert.Empty(broker.Outbox.Delivered);
        Assert.Equal(1, broker.Dispatcher.Held);
    }

    [Fact]
    public async Task Headers_without_end_are_cut_off()
    {
        using var server = new RawServer(async (stream, stop) =>
        {
            await ReadRequestAsync(stream, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 100_000)}\r\n\r\n"), stop);
        });
        using var broker = OverSockets(new WebhookOptions { MaxAge = TimeSpan.FromSeconds(1) });
        await broker.StartAsync();

        var told = broker.Tell(1, 1, $"http://127.0.0.1:{server.Port}/");
        await broker.QuietAsync();

        Assert.Equal("not delivered within 00:00:01: no answer: ConfigurationLimitExceeded", broker.Outbox.Dead[told.EventId]);
    }

    [Fact]
    public async Task A_sink_that_closes_the_connection_is_tried_again()
    {
        await AssertTriedAgainAsync(async (stream, stop) => await ReadRequestAsync(stream, stop), "no answer: ResponseEnded");
    }

    [Fact]
    public async Task A_sink_that_speaks_no_http_is_tried_again()
    {
        await AssertTriedAgainAsync(
            async (stream, stop) =>
            {
                await ReadRequestAsync(stream, stop);
                await stream.WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray(), stop);
            },
            "no answer: InvalidResponse");
    }

    [Fact]
    public async Task A_sink_that_is_not_there_is_tried_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var broker = OverSockets(new WebhookOptions { MaxAge = TimeSpan.FromSeconds(1) });
        await broker.StartAsync();

        var told = broker.Tell(1, 1, $"http://127.0.0.1:{port}/");
        await broker.QuietAsync();

        Assert.Equal("not delivered within 00:00:01: no answer: ConnectionError", broker.Outbox.Dead[told.EventId]);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        await using var receiver = await Receiver.StartAsync(tls: true);
        using var broker = OverSockets(new WebhookOptions { MaxAge = TimeSpan.FromSeconds(1) });
        await broker.StartAsync();

        var told = broker.Tell(broker.Event(1, 1, receiver.Url.ToString()) with { Sink = new Sink(receiver.Url, broker.Tokens.Protect("secret")) });
        await broker.QuietAsync();

        Assert.Empty(receiver.Requests);
        Assert.Equal("not delivered within 00:00:01: no answer: SecureConnectionError", broker.Outbox.Dead[told.EventId]);
    }

    [Fact]
    public async Task A_token_that_cannot_be_opened_is_kept_for_a_start_with_the_right_key()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();
        var foreign = new SecretProtector([new byte[32]]).Protect("secret");

        broker.Tell(broker.Event(1, 1) with { Sink = new Sink(receiver.Url, foreign) });
        await broker.QuietAsync();

        Assert.Empty(receiver.Requests);
        Assert.Single(broker.Outbox.Pending);
        Assert.Empty(broker.Outbox.Dead);
    }

    [Fact]
    public async Task A_sink_that_hangs_on_real_sockets_delays_nobody_else()
    {
        using var hung = new RawServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        for (var session = 1; session <= 1000; session++) broker.Tell(session, 1, $"http://127.0.0.1:{hung.Port}/");
        for (var session = 2001; session <= 2300; session++) broker.Tell(session, 1, receiver.Url.ToString());
        await broker.Outbox.WhenAsync(outbox => outbox.Delivered.Length == 300);

        // The clock stands still: nobody waited for the other's timeout.
        Assert.Equal(300, receiver.Requests.Count);
        Assert.InRange(hung.Connections, 0, 32);
    }

    private static Broker OverSockets(WebhookOptions? options = null)
    {
        options ??= new WebhookOptions();
        return new Broker(SinkConnector.Handler(new SinkPolicy(sandbox: true), options, Dns.GetHostAddressesAsync), options: options);
    }

    private static async Task AssertTriedAgainAsync(Func<NetworkStream, CancellationToken, Task> serve, string reason)
    {
        using var server = new RawServer(serve);
        using var broker = OverSockets(new WebhookOptions { MaxAge = TimeSpan.FromSeconds(2) });
        await broker.StartAsync();

        var told = broker.Tell(1, 1, $"http://127.0.0.1:{server.Port}/");
        await broker.QuietAsync();
        Assert.Empty(broker.Outbox.Dead);
        await broker.AdvanceAsync(1);

        Assert.Equal($"not delivered within 00:00:02: {reason}", broker.Outbox.Dead[told.EventId]);
        Assert.True(server.Connections >= 2);
    }

    private static async Task ReadRequestAsync(NetworkStream stream, CancellationToken stop)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\"sequence\"", StringComparison.Ordinal))
            text.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, stop)));
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Net;
using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Sinks;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

/// <summary>C10, the 0.8 way: the token is part of the URL, and of nothing else that anybody can see.</summary>
public sealed class TokenInQueryTests
{
    private const string Token = "my+notification&auth=token #1";
    private const string Escaped = "my%2Bnotification%26auth%3Dtoken%20%231";

    [Theory]
    [InlineData("keyed", "/keyed?apikey=" + Escaped)]
    [InlineData("keyed?", "/keyed?apikey=" + Escaped)]
    [InlineData("%7E/../keyed?sig=%7E", "/%7E/../keyed?sig=%7E&apikey=" + Escaped)]
    [InlineData("a%2Fb/keyed?id=7&q=%26", "/a%2Fb/keyed?id=7&q=%26&apikey=" + Escaped)]
    public async Task C10_the_sink_finds_the_token_in_the_query_and_not_in_the_header(string path, string asked)
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(Events.Event(1, 1, receiver.Url + path, broker.Clock.GetUtcNow(), broker.Tokens.Protect(Token)));
        await broker.QuietAsync();

        var request = Assert.Single(receiver.Requests);
        Assert.Equal(asked, request.Path);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.Single(broker.Outbox.Delivered);
    }

    [Fact]
    public async Task C10_without_a_token_the_query_is_the_sinks_own()
    {
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets();
        await broker.StartAsync();

        broker.Tell(1, 1, receiver.Url + "keyed?id=7");
        await broker.QuietAsync();

        Assert.Equal("/keyed?id=7", Assert.Single(receiver.Requests).Path);
    }

    [Fact]
    public async Task C10_the_token_is_in_no_log_trace_metric_event_or_dead_letter_however_the_attempt_ends()
    {
        var said = new Sayings();
        using var traces = said.Traces();
        using var metrics = said.Metrics();
        using var events = said.Events();
        using var log = new LoggerFactory([said]);
        await using var receiver = await Receiver.StartAsync();
        using var broker = OverSockets(new WebhookOptions { MaxAge = TimeSpan.FromSeconds(2) }, log.CreateLogger("webhooks"));
        await broker.StartAsync();
        using var silent = new RawServer((stream, _) =>
        {
            stream.Socket.Close(timeout: 0);
            return Task.CompletedTask;
        });
        string[] sinks =
        [
            .. new[] { 204, 307, 404, 410, 503 }.Select(status => $"{receiver.Url}{status}/keyed"),
            $"http://127.0.0.1:{silent.Port}/keyed",
            "http://no-such-name.invalid/keyed",
            "http://10.0.0.1/keyed",
        ];
        receiver.Answer = context =>
        {
            context.Response.StatusCode = int.Parse(context.Request.Path.Value!.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers.Location = receiver.Url + "elsewhere";
            return Task.CompletedTask;
        };

        for (var i = 0; i < sinks.Length; i++)
            broker.Tell(Events.Event(i + 1, 1, sinks[i], broker.Clock.GetUtcNow(), broker.Tokens.Protect(Token)));
        await broker.QuietAsync();
        await broker.AdvanceAsync(1);
        await broker.AdvanceAsync(2);

        // All have ended one way or another, every kind of watcher has seen them, and none has seen the token.
        Assert.Empty(broker.Outbox.Pending);
        Assert.Contains(receiver.Requests, request => request.Path.EndsWith("?apikey=" + Escaped, StringComparison.Ordinal));
        foreach (var kind in new[] { "log", "trace", "metric", "event" }) Assert.Contains(said.Lines, line => line.StartsWith(kind, StringComparison.Ordinal));
        foreach (var line in said.Lines.Concat(broker.Outbox.Dead.Values).Concat(broker.Outbox.Pending.Select(change => change.ToString())))
        {
            Assert.DoesNotContain("apikey", line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("notification&auth", line, StringComparison.Ordinal);
            Assert.DoesNotContain(Escaped, line, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>As in a host.</summary>
    private static Broker OverSockets(WebhookOptions? options = null, ILogger? log = null)
    {
        options ??= new WebhookOptions();
        return new Broker(SinkConnector.Handler(new SinkPolicy(sandbox: true), options, Dns.GetHostAddressesAsync), options: options, log: log);
    }

    /// <summary>What we and the HTTP client say to whoever listens. The receiver is a server, whose own diagnostics are not ours.</summary>
    private sealed class Sayings : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IReadOnlyCollection<string> Lines => lines;

        public ActivityListener Traces()
        {
            var listener = new ActivityListener
            {
                ShouldListenTo = source => IsClients(source.Name),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => Add("trace", [
                    activity.DisplayName, activity.StatusDescription, .. activity.TagObjects.Select(tag => tag.Value),
                    .. activity.Events.SelectMany(one => one.Tags.Select(tag => tag.Value)),
                ]),
            };
            ActivitySource.AddActivityListener(listener);
            return listener;
        }

        public MeterListener Metrics()
        {
            var listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (IsClients(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument);
                },
            };
            listener.SetMeasurementEventCallback<long>((_, _, tags, _) => AddTags(tags));
            listener.SetMeasurementEventCallback<double>((_, _, tags, _) => AddTags(tags));
            listener.Start();
            return listener;

            void AddTags(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Add("metric", [.. tags.ToArray().Select(tag => tag.Value)]);
        }

        public EventListener Events() => new ClientEvents(this);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add("log", [formatter(state, exception), exception]);

        public void Dispose()
        {
        }

        private static bool IsClients(string source) => source.Contains("System.Net", StringComparison.Ordinal) || source.StartsWith("QodOrleans.", StringComparison.Ordinal);

        private void Add(string kind, object?[] parts) => lines.Enqueue($"{kind}: {string.Join(' ', parts)}");

        private sealed class ClientEvents : EventListener
        {
            private readonly Sayings said;

            public ClientEvents(Sayings said)
            {
                this.said = said;
                foreach (var source in EventSource.GetSources()) OnEventSourceCreated(source);
            }

            protected override void OnEventSourceCreated(EventSource eventSource)
            {
                // The base constructor calls this before there is anybody to tell.
                if (said is not null && eventSource.Name.StartsWith("System.Net", StringComparison.Ordinal)) EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
            }

            protected override void OnEventWritten(EventWrittenEventArgs eventData) => said.Add("event", [eventData.EventName, .. eventData.Payload ?? []]);
        }
    }
}

using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Outbox;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks.Tests.Support;

/// <summary>The dispatcher with its outbox and clock, and the engine's part: commit, then dispatch.</summary>
internal sealed class Broker : IDisposable
{
    public static readonly IReadOnlyList<byte[]> Keys = [SHA256.HashData("test"u8)];

    public Broker(
        HttpMessageHandler? network = null, FakeOutbox? outbox = null, TimeProvider? time = null, WebhookOptions? options = null, Random? random = null,
        FakeOutbox.Connection? connection = null, IOutboxShare? share = null, ILogger? log = null,
        IThrottleBroadcast? news = null)
    {
        Clock = time as ManualTimeProvider ?? new ManualTimeProvider();
        Network = network as Network ?? new Network(Clock);
        Outbox = outbox ?? new FakeOutbox();
        Dispatcher = new WebhookDispatcher(
            connection ?? (IEventOutbox)Outbox, [new TestFormat()], new LegacyEventSource(new ConfigurationBuilder().Build()), Tokens, network ?? Network,
            options ?? new WebhookOptions(), time ?? Clock, Meters, log ?? NullLogger.Instance, random ?? new LongestPause(), share, news);
    }

    public ManualTimeProvider Clock { get; }

    public Network Network { get; }

    public FakeOutbox Outbox { get; }

    public WebhookDispatcher Dispatcher { get; }

    public TestMeters Meters { get; } = new();

    public SecretProtector Tokens { get; } = new(Keys);

    public async Task StartAsync()
    {
        await Dispatcher.StartAsync(CancellationToken.None);
        await QuietAsync();
    }

    /// <summary>As an engine does.</summary>
    public QosStatusChanged Tell(int session, int sequence, string sink = "https://sink.example/events") => Tell(Event(session, sequence, sink));

    public QosStatusChanged Tell(Func<Broker, QosStatusChanged> change) => Tell(change(this));

    public QosStatusChanged Tell(QosStatusChanged change)
    {
        Outbox.Commit(change);
        Dispatcher.Dispatch(change);
        return change;
    }

    public QosStatusChanged Event(int session, int sequence, string sink = "https://sink.example/events") =>
        Events.Event(session, sequence, sink, Clock.GetUtcNow());

    public Task QuietAsync() => Dispatcher.WhenQuietAsync().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await QuietAsync();
    }

    public Task AdvanceAsync(double seconds) => AdvanceAsync(TimeSpan.FromSeconds(seconds));

    public void Dispose() => Dispatcher.Dispose();

    /// <summary>No jitter: each pause is as long as it may be.</summary>
    private sealed class LongestPause : Random
    {
        public override double NextDouble() => 1;
    }
}

internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose() => meters.ForEach(meter => meter.Dispose());
}

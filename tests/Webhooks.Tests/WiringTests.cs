using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class WiringTests
{
    [Fact]
    public async Task A_host_with_the_room_added_delivers()
    {
        await using var receiver = await Receiver.StartAsync();
        var outbox = new FakeOutbox();
        using var host = Build(outbox);
        await host.StartAsync();

        var told = Events.Event(1, 1, receiver.Url.ToString(), TimeProvider.System.GetUtcNow());
        outbox.Commit(told);
        host.Services.GetRequiredService<IEventDispatcher>().Dispatch(told);
        await outbox.WhenAsync(state => state.Delivered.Length == 1);
        await host.StopAsync();

        Assert.Single(receiver.Requests);
        Assert.Equal("a", host.Services.GetRequiredService<ISecretProtector>().Unprotect(host.Services.GetRequiredService<ISecretProtector>().Protect("a")));
    }

    [Theory]
    [InlineData("AttemptTimeout", "00:00:00")]
    [InlineData("ConcurrencyPerSink", "0")]
    [InlineData("MemoryCapacity", "1")]
    [InlineData("OutboxPageSize", "10001")]
    [InlineData("ConnectTimeout", "00:00:06")]
    [InlineData("FirstRetry", "00:00:59", "LongestRetry", "00:00:01")]
    [InlineData("LongestOutboxPause", "00:00:00.500")]
    public async Task Options_out_of_range_stop_the_host_at_start(params string[] settings)
    {
        using var host = Build(new FakeOutbox(), settings);

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(settings[0], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_valid_and_configuration_changes_them()
    {
        using var host = Build(new FakeOutbox(), "MaxAge", "01:00:00", "ConcurrencyPerSink", "8");

        var options = host.Services.GetRequiredService<IOptions<WebhookOptions>>().Value;

        Assert.Equal((TimeSpan.FromHours(1), 8, 100_000), (options.MaxAge, options.ConcurrencyPerSink, options.MemoryCapacity));
    }

    [Fact]
    public async Task The_meter_counts_attempts_by_outcome_dead_letters_and_lag()
    {
        using var broker = new Broker();
        var counts = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == broker.Meters) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name + (tags.Length > 0 ? $" {tags[0].Value}" : ""), value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        await broker.StartAsync();
        broker.Network.Answer = _ => Status.Of(broker.Network.Requests.Length < 3 ? 503 : 204);

        broker.Tell(broker.Event(1, 1) with { Surface = "gone" });
        broker.Tell(1, 2);
        await broker.QuietAsync();
        listener.RecordObservableInstruments();
        await broker.AdvanceAsync(1);
        await broker.AdvanceAsync(2);

        Assert.Equal(
            new SortedDictionary<string, double>
            {
                ["qod.webhooks.attempts delivered"] = 1,
                ["qod.webhooks.attempts failed"] = 2,
                ["qod.webhooks.attempts refused"] = 1,
                ["qod.webhooks.dead_letters"] = 1,
                ["qod.webhooks.lag"] = 3,
                ["qod.webhooks.lanes"] = 1,
                ["qod.webhooks.pending"] = 1,
            },
            new SortedDictionary<string, double>(counts));

        void Add(string name, double value)
        {
            lock (counts) counts[name] = counts.GetValueOrDefault(name) + value;
        }
    }

    private static IHost Build(FakeOutbox outbox, params string[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create($"Qod:Webhooks:{pair[0]}", (string?)pair[1])));
        builder.Services.AddSingleton(new SinkPolicy(sandbox: true)).AddSingleton<ISecretProtector>(new SecretProtector(Broker.Keys));
        builder.Services.AddQodWebhooks(builder.Configuration);
        builder.Services.AddSingleton<IEventOutbox>(outbox);
        builder.Services.AddSingleton<IEventFormat, TestFormat>();
        return builder.Build();
    }
}

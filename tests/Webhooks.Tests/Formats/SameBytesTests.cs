using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Sinks;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests.Formats;

/// <summary>An event that comes again after the loss of a silo comes from another one, with another address and, during a change of the configuration, other
/// settings.</summary>
public sealed class SameBytesTests
{
    public static TheoryData<string> Surfaces => [.. EventFormats.All.SelectMany(format => format.Surfaces)];

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Two_silos_with_different_addresses_deliver_one_event_with_the_same_bytes(string surface)
    {
        await using var sink = await Receiver.StartAsync();
        var change = Changes.Of(surface, QosStatus.Unavailable, StatusInfo.DurationExpired, "https://api.example.com/somewhere/sessions/" + Changes.Session, $"{sink.Url}n?id=7");
        change = change with { Sink = change.Sink with { ProtectedToken = new SecretProtector(Broker.Keys).Protect("secret"), TokenParameter = "key" } };

        await DeliverAsync(change, "http://10.0.0.1:8081", "Bearer", "/one");
        await DeliverAsync(change, "http://10.0.0.2:8081", "ApiKey", "/two");

        var requests = sink.Requests.ToArray();
        var (first, second) = (requests[0], requests[1]);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Path, second.Path);
        Assert.EndsWith("?id=7&key=secret", first.Path, StringComparison.Ordinal);
        Assert.Equal(first.Headers["Content-Type"], second.Headers["Content-Type"]);
    }

    private static async Task DeliverAsync(QosStatusChanged change, string address, string legacySinkToken, string path)
    {
        var outbox = new FakeOutbox();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Qod:PublicUrl", address), new("Qod:LegacySinkToken", legacySinkToken),
            new("Qod:Surfaces:0:Name", change.Surface), new("Qod:Surfaces:0:Path", path),
        ]);
        builder.Services.AddSingleton(new SinkPolicy(sandbox: true)).AddSingleton<ISecretProtector>(new SecretProtector(Broker.Keys));
        builder.Services.AddQodWebhooks(builder.Configuration);
        builder.Services.AddSingleton<IEventOutbox>(outbox);
        using var silo = builder.Build();
        await silo.StartAsync();
        outbox.Commit(change);
        silo.Services.GetRequiredService<WebhookDispatcher>().Dispatch(change);
        await outbox.WhenAsync(told => told.Delivered.Contains(change.EventId));
        await silo.StopAsync();
    }
}

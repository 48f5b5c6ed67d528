using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.TestingHost;
using QodOrleans.Api.Tests;
using QodOrleans.Api.Tests.Qod110;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains;
using QodOrleans.Grains.Abstractions;
using QodOrleans.Hosting.Clustering;
using QodOrleans.Memory;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

[assembly: AssemblyFixture(typeof(SessionCluster))]

namespace QodOrleans.Api.Tests;

/// <summary>The one silo behind all gateways of this assembly: grains, simulated operators and a store in memory, as <c>--store memory</c> has them, but nobody
/// delivers events. Its sessions live by a clock of their own, Orleans by the real one.</summary>
public sealed class SessionCluster : IAsyncLifetime
{
    private const string Operators = """
        {
          "Qod": {
            "Operators": [
              {
                "Id": "offers", "DisplayName": "Offers QoD", "NumberPrefixes": ["+34"], "Networks": ["203.0.113.0/24", "2001:db8:34::/48", "127.0.0.0/8"],
                "Simulated": { "Lines": [{ "Network": "127.0.0.0/8", "PhoneNumber": "+34600000000" }] }
              },
              { "Id": "offers-not", "DisplayName": "Offers none", "NumberPrefixes": ["+49"], "OffersQod": false },
              { "Id": "offers-too", "DisplayName": "Offers QoD too", "NumberPrefixes": ["+55"] }
            ]
          }
        }
        """;

    private readonly IHost host;

    public SessionCluster()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Operators)));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        builder.Services.AddSingleton(new SessionPolicy());
        builder.Services.AddSingleton(ReleaseGateway.ReleaseProfiles);
        builder.Services.AddSingleton(new DeviceKeyHasher(new byte[32]));
        builder.Services.AddSingleton<IEventDispatcher, NoDelivery>();
        builder.Services.AddMemoryStore();
        builder.Services.AddSimulatedOperators(builder.Configuration);
        builder.Services.AddQodSiloHost(builder.Configuration, ApiExtensions.ReadyTag);
        builder.UseOrleans(silo => silo.UseInMemorySilo(builder.Configuration, GrainsExtensions.OperatorStorage).AddQodGrains(builder.Configuration).AddQodOperatorReports());
        host = builder.Build();
    }

    /// <summary>What sessions live by. It stands still but for <see cref="AdvanceAsync"/>.</summary>
    public ManualTimeProvider Clock { get; } = new();

    private ISessionStore Store => host.Services.GetRequiredService<ISessionStore>();

    public async ValueTask InitializeAsync() => await host.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    /// <summary>An engine as a gateway has it.</summary>
    /// <param name="profiles">Those of the gateway; the silo's are all that there are.</param>
    internal OrleansSessionEngine NewEngine(QosProfileCatalog profiles, ILogger<OrleansSessionEngine> log) => new(
        host.Services.GetRequiredService<IGrainFactory>(), Store, profiles, host.Services.GetRequiredService<DeviceKeyHasher>(), Clock, TimeProvider.System,
        host.Services.GetRequiredService<IOptions<SessionCallOptions>>(), log);

    /// <summary>An operator says this unasked. Returns when it is stored.</summary>
    public async Task ReportAsync(SessionId id, OperatorOutcome report) => await host.Services.GetRequiredService<IOperatorReports>().ReportAsync(id, report);

    /// <summary>Moves the clock from one timer to the next, and on only when all that was due has been done.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        var until = Clock.GetUtcNow() + by;
        for (var isThere = false; !isThere;)
        {
            var next = Clock.NextTimer is { } timer && timer < until ? timer : until;
            isThere = next == until;
            Clock.Advance(next - Clock.GetUtcNow());
            await Eventually.IsTrueAsync(async () => (await Store.ReadDueAsync(after: null, Clock.GetUtcNow(), limit: 1, CancellationToken.None)).Count == 0);
        }
    }

    private sealed class NoDelivery : IEventDispatcher
    {
        public void Dispatch(QosStatusChanged change)
        {
        }
    }
}

/// <summary>The tests in which time goes by for sessions. There is one clock for all of them, so they run one after the other and beside no others.</summary>
[CollectionDefinition(nameof(SessionTime), DisableParallelization = true)]
public sealed class SessionTime;

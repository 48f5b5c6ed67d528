using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Hosting;
using QodOrleans.Core;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Engine;
using QodOrleans.Grains.Administration;
using QodOrleans.Grains.Devices;
using QodOrleans.Grains.Events;
using QodOrleans.Grains.Operators;
using QodOrleans.Grains.DueSessions;
using QodOrleans.Grains.Shares;
using QodOrleans.Webhooks;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Grains;

public static class GrainsExtensions
{
    /// <summary>Name of the storage for the state of the operators' grains: the decisions of administrators. The host provides it.</summary>
    public const string OperatorStorage = "operators";

    /// <summary>Adds the grains, and what they need in a silo. Other projects must add a store, operators, a dispatcher, the session policy and the device-key
    /// secret; the host adds clustering.</summary>
    public static ISiloBuilder AddQodGrains(this ISiloBuilder silo, IConfiguration configuration)
    {
        silo.Services.AddOptions<PollingOptions>().Bind(configuration.GetSection(PollingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddOrleansEngine(configuration);
        silo.Services.AddQodEngine(configuration);
        silo.Services.AddSingleton(ServicesOfSessions);
        silo.Services.AddSingleton<SessionShares>();
        silo.Services.AddSingleton<OperatorQuotaClient>();
        silo.Services.AddSingleton<GrainMetrics>();
        silo.Services.AddSingleton<EventRouter>();
        silo.Services.AddSingleton<EventInboxClient>();
        silo.Services.AddSingleton<DueSessionPoller>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloLifecycle>();
        silo.Services.AddPlacementDirector<ByShare, ByShareDirector>();
        silo.AddGrainDirectory(ShareDirectory.Name, (_, _) => new ShareDirectory());
        silo.Services.AddSingleton<IGrainDirectoryCache, ShareAddresses>();
        return silo.AddGrainService<EventInbox>();
    }

    /// <summary>Delivers the events of the sessions that this silo owns. Needs <c>AddQodWebhooks</c> too.</summary>
    public static ISiloBuilder AddQodOutboxShare(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IOutboxShare, OutboxShare>();
        silo.Services.AddSingleton<IThrottleBroadcast, ThrottleBroadcast>();
        silo.Services.AddHostedService<OutboxPoller>();
        return silo;
    }

    /// <summary>Passes the reports of this silo's operators to the sessions' grains.</summary>
    public static ISiloBuilder AddQodOperatorReports(this ISiloBuilder silo)
    {
        silo.Services.AddHostedService<OperatorReportsToGrains>();
        return silo;
    }

    /// <summary>What <see cref="AdministrationEndpoints"/> need beside the grains.</summary>
    public static IServiceCollection AddQodAdministration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AdministrationOptions>().Bind(configuration.GetSection(AdministrationOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddProblemDetails();
        return services.ConfigureHttpJsonOptions(http =>
        {
            var json = http.SerializerOptions;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.RespectRequiredConstructorParameters = true;
            json.AllowDuplicateProperties = false;
        });
    }

    /// <summary>The engine in a silo: it passes devices and events to their owners.</summary>
    private static SessionServices ServicesOfSessions(IServiceProvider services)
    {
        var devices = new GrainReferences<IDeviceGrain>(services.GetRequiredService<IGrainFactory>());
        return new SessionServices(
            services.GetRequiredService<SessionPolicy>(),
            services.GetRequiredService<QosProfileCatalog>(),
            services.GetRequiredService<OperatorDirectory>(),
            services.GetRequiredService<DeviceKeyHasher>(),
            services.GetRequiredService<ISessionStore>(),
            (session, validUntil) => devices.Of(session.Terms.DeviceKey.Value).AdmitAsync(session, validUntil),
            services.GetRequiredService<EventRouter>(),
            services.GetRequiredService<DueSessionPoller>().Scheduler,
            services.GetRequiredService<InFlight>(),
            services.GetRequiredService<EngineMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IOptions<EngineOptions>>().Value,
            services.GetRequiredService<IOptions<SessionCallOptions>>().Value,
            services.GetRequiredService<ILogger<SessionProcess>>());
    }
}

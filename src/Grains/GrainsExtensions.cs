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
    /// <summary>Name of the storage in which operators' grains keep what administrators decide. The host provides it.</summary>
    public const string OperatorStorage = OperatorGrain.Storage;

    /// <summary>The grains and what is around them in a silo. Needs a store, operators, a dispatcher, the session policy and the device-key secret from
    /// other rooms; clustering is the host's.</summary>
    public static ISiloBuilder AddQodGrains(this ISiloBuilder silo, IConfiguration configuration)
    {
        silo.Services.AddOptions<GrainOptions>().Bind(configuration.GetSection(GrainOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
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

    /// <summary>Delivery of the events of this silo's share. Beside <c>AddQodWebhooks</c>.</summary>
    public static ISiloBuilder AddQodOutboxShare(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IOutboxShare, OutboxShare>();
        silo.Services.AddSingleton<IThrottleBroadcast, ThrottleBroadcast>();
        silo.Services.AddHostedService<OutboxWatch>();
        return silo;
    }

    /// <summary>Takes what this silo's operators report to the sessions' grains.</summary>
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

    /// <summary>The engine as a silo carries it: devices and events wherever they are looked after.</summary>
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

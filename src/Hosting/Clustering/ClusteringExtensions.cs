using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using QodOrleans.Hosting.Clustering.Tls;
using QodOrleans.Postgres;

namespace QodOrleans.Hosting.Clustering;

/// <summary>How silos find each other and gateways find silos: membership in the sessions' own database.</summary>
public static class ClusteringExtensions
{
    private const string Invariant = "Npgsql";
    // The cluster has connections of its own, so that its heartbeats never wait behind many sessions.
    private const int MembershipConnections = 5;
    private const int MissedProbes = 3;

    /// <summary>Membership, endpoints, timeouts and the operators' state of a silo.</summary>
    /// <param name="operators">Name of the storage in which the operators' state is kept.</param>
    public static ISiloBuilder UseQodClustering(this ISiloBuilder silo, IConfiguration configuration, string operators)
    {
        var settings = silo.ConfigureQodSilo(configuration);
        var address = IPAddress.Parse(settings.AdvertisedAddress);
        silo.ConfigureEndpoints(address, settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, ConnectionOf(configuration, "membership")));
        silo.AddQodOperatorStorage(configuration, operators);
        silo.Services.ValidateTls(isProductionSilo: configuration["Qod:Mode"] == "production");
        if (settings.Tls.IsSet) silo.UseClusterTls();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = settings.ProbeTimeout;
            options.NumMissedProbesLimit = MissedProbes;
            // A frozen silo keeps its connections open, and Orleans spares a suspect for MaxProbeTimeout times the limit after its last message: by default
            // 4 x ProbeTimeout each. A killed silo's connections break, so it is not spared.
            options.MaxProbeTimeout = settings.ProbeTimeout * 1.5;
            options.NumProbedSilos = 3;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            // After a crash of all silos, the first one that starts again waits three times this for members that no longer exist.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            options.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });
        return silo;
    }

    /// <summary>What holds of every silo, in a cluster or alone.</summary>
    internal static QodClusterOptions ConfigureQodSilo(this ISiloBuilder silo, IConfiguration configuration)
    {
        var settings = SettingsOf(configuration);
        silo.Configure<ClusterOptions>(options => Identify(options, settings));
        if (settings.SiloName is { } name) silo.Configure<SiloOptions>(options => options.SiloName = name);
        silo.Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = settings.ResponseTimeout;
            options.SystemResponseTimeout = settings.ResponseTimeout;
            // Gateways hear of a stop before the silo refuses their calls.
            options.ClientGatewayShutdownNotificationTimeout = TimeSpan.FromSeconds(1);
        });
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = settings.GrainsIdleFor / 4;
            options.CollectionAge = settings.GrainsIdleFor;
            options.EnableActivationSheddingOnMemoryPressure = true;
        });
        // For the operators' grains only. The owners of sessions and devices are computed, not stored.
        silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = 1_000);
        silo.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTimeout);
        return settings;
    }

    /// <summary>Where the operators' administration is kept.</summary>
    public static ISiloBuilder AddQodOperatorStorage(this ISiloBuilder silo, IConfiguration configuration, string name) =>
        silo.AddAdoNetGrainStorage(name, options =>
        {
            (options.Invariant, options.ConnectionString) = (Invariant, ConnectionOf(configuration, "operators"));
            options.DeleteStateOnClear = true;
        });

    /// <summary>The client of a gateway. It waits for silos, and for a database that is not there yet, as long as it takes.</summary>
    public static IClientBuilder UseQodClustering(this IClientBuilder client, IConfiguration configuration)
    {
        var settings = SettingsOf(configuration);
        client.Configure<ClusterOptions>(options => Identify(options, settings));
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, ConnectionOf(configuration, "gateway")));
        client.Services.ValidateTls(isProductionSilo: false);
        if (settings.Tls.IsSet) client.UseClusterTls();
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = settings.ResponseTimeout);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
        client.Services.AddSingleton<ClusterConnection>();
        client.Services.AddSingleton<IClientConnectionRetryFilter>(services => services.GetRequiredService<ClusterConnection>());
        client.AddGatewayCountChangedHandler(services => services.GetRequiredService<ClusterConnection>().Count);
        return client;
    }

    private static void ValidateTls(this IServiceCollection services, bool isProductionSilo) =>
        services.AddSingleton<IValidateOptions<QodClusterOptions>>(provider => new ClusterTlsValidator(isProductionSilo, provider.GetRequiredService<TimeProvider>()));

    private static QodClusterOptions SettingsOf(IConfiguration configuration) =>
        configuration.GetSection(QodClusterOptions.Section).Get<QodClusterOptions>() ?? new QodClusterOptions();

    private static void Identify(ClusterOptions options, QodClusterOptions settings) =>
        (options.ClusterId, options.ServiceId) = (settings.ClusterId, settings.ServiceId);

    /// <summary>The sessions' database, with a pool of its own: pools are told apart by the text of the connection string.</summary>
    private static string ConnectionOf(IConfiguration configuration, string purpose) =>
        new NpgsqlConnectionStringBuilder(configuration[$"{PostgresOptions.Section}:ConnectionString"])
        {
            ApplicationName = $"qod-{purpose}",
            SearchPath = "qod",
            MaxPoolSize = MembershipConnections,
            Timeout = 3,
            CommandTimeout = 5,
        }.ConnectionString;
}

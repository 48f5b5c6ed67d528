using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace QodOrleans.Hosting.Clustering;

public static class HostExtensions
{
    /// <summary>What a member of the cluster has: it is ready while it is active, and ends in its time.</summary>
    public static IServiceCollection AddQodSiloHost(this IServiceCollection services, IConfiguration configuration, string readyTag)
    {
        services.AddClusterOptions(configuration);
        services.AddHostedService<ShutdownWatchdog>();
        services.AddHealthChecks().AddCheck<SiloHealthCheck>("silo", tags: [readyTag]);
        return services;
    }

    /// <summary>What a gateway has: it is ready while it is connected to a silo.</summary>
    public static IServiceCollection AddQodGatewayHost(this IServiceCollection services, IConfiguration configuration, string readyTag)
    {
        services.AddClusterOptions(configuration);
        services.AddHealthChecks().AddCheck<ClusterConnection>("cluster", tags: [readyTag]);
        return services;
    }

    /// <summary>Checked at start. Clustering itself reads the section before there are services.</summary>
    private static void AddClusterOptions(this IServiceCollection services, IConfiguration configuration) =>
        services.AddOptions<QodClusterOptions>().Bind(configuration.GetSection(QodClusterOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
}

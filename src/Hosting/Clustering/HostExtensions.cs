using Microsoft.Extensions.DependencyInjection;

namespace QodOrleans.Hosting.Clustering;

public static class HostExtensions
{
    /// <summary>What a member of the cluster has: it is ready while it is active, and ends in its time.</summary>
    public static IServiceCollection AddQodSiloHost(this IServiceCollection services, string readyTag)
    {
        services.AddHostedService<ShutdownWatchdog>();
        services.AddHealthChecks().AddCheck<SiloHealthCheck>("silo", tags: [readyTag]);
        return services;
    }

    /// <summary>What a gateway has: it is ready while it is connected to a silo.</summary>
    public static IServiceCollection AddQodGatewayHost(this IServiceCollection services, string readyTag)
    {
        services.AddHealthChecks().AddCheck<ClusterConnection>("cluster", tags: [readyTag]);
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QodOrleans.Core.Engine;

namespace QodOrleans.Grains.Abstractions;

public static class ClientExtensions
{
    /// <summary>The engine over an Orleans client: what a gateway needs, and a silo for the reports of its operators.</summary>
    public static IServiceCollection AddOrleansEngine(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SessionCallOptions>().Bind(configuration.GetSection(SessionCallOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddKeyedSingleton<TimeProvider>(QodTimeProviderNames.Background, TimeProvider.System);
        services.AddSingleton<OrleansSessionEngine>();
        services.AddSingleton<ISessionEngine>(provider => provider.GetRequiredService<OrleansSessionEngine>());
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace QodOrleans.Engine;

public static class EngineExtensions
{
    /// <summary>The engine's bounds. Gateways and silos read the same section.</summary>
    public static IServiceCollection AddQodEngineOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EngineOptions>()
            .Bind(configuration.GetSection(EngineOptions.Section))
            .Configure(options => options.CreateWait = configuration.GetValue("Qod:Sessions:CreateWait", options.CreateWait))
            .ValidateDataAnnotations()
            .Validate(options => options.CreateWait < options.CallDeadline, "Qod:Sessions:CreateWait must be shorter than Qod:Engine:CallDeadline.")
            .ValidateOnStart();
        return services;
    }

    /// <summary>What all sessions of one process share, as far as it does not depend on what carries them.</summary>
    public static IServiceCollection AddQodEngine(this IServiceCollection services, IConfiguration configuration) => services
        .AddQodEngineOptions(configuration)
        .AddSingleton<InFlight>()
        .AddSingleton<EngineMetrics>();
}

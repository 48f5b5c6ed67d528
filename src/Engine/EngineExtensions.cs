using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QodOrleans.Core;
using QodOrleans.Core.Engine;

namespace QodOrleans.Engine;

public static class EngineExtensions
{
    /// <summary>What all sessions of one process share, as far as it does not depend on what carries them. Needs <see cref="SessionCallOptions"/>.</summary>
    public static IServiceCollection AddQodEngine(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EngineOptions>()
            .Bind(configuration.GetSection(EngineOptions.Section))
            .Configure(options => options.CreateWait = configuration.GetValue("Qod:Sessions:CreateWait", options.CreateWait))
            .ValidateDataAnnotations()
            .Validate<IOptions<SessionCallOptions>>(
                (options, calls) => options.CreateWait < calls.Value.CallDeadline, "Qod:Sessions:CreateWait must be shorter than Qod:Engine:CallDeadline.")
            .ValidateOnStart();
        return services.AddSingleton<InFlight>().AddSingleton<EngineMetrics>();
    }
}

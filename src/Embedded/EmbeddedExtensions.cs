using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QodOrleans.Core.Engine;

namespace QodOrleans.Embedded;

public static class EmbeddedExtensions
{
    /// <summary>The engine of this process. Needs a store, operators, profiles, a dispatcher and the device-key secret from other rooms.</summary>
    public static IServiceCollection AddEmbeddedEngine(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EmbeddedOptions>()
            .Bind(configuration.GetSection("Qod:Engine"))
            .Configure(options => options.CreateWait = configuration.GetValue("Qod:Sessions:CreateWait", options.CreateWait))
            .ValidateDataAnnotations()
            .Validate(options => options.CreateWait < options.CallDeadline, "Qod:Sessions:CreateWait must be shorter than Qod:Engine:CallDeadline.")
            .ValidateOnStart();
        services.AddSingleton<EmbeddedSessionEngine>();
        services.AddSingleton<ISessionEngine>(provider => provider.GetRequiredService<EmbeddedSessionEngine>());
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddedSessionEngine>());
        return services;
    }
}

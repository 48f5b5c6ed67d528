using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks;

public static class WebhooksExtensions
{
    /// <summary>Delivery of events. Needs an <c>IEventOutbox</c>, and of the domain <c>SinkPolicy</c> and <c>ISecretProtector</c>.</summary>
    /// <param name="configuration">Its section <see cref="WebhookOptions.Section"/> is read and checked at start.</param>
    public static IServiceCollection AddQodWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>()
            .Bind(configuration.GetSection(WebhookOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, CrossRules>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        foreach (var format in EventFormats.All) services.AddSingleton(format);
        services.TryAddSingleton(new LegacyEventSource(configuration));
        services.AddSingleton<WebhookDispatcher>();
        services.AddSingleton<IEventDispatcher>(provider => provider.GetRequiredService<WebhookDispatcher>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<WebhookDispatcher>());
        return services;
    }

    private sealed class CrossRules : IValidateOptions<WebhookOptions>
    {
        public ValidateOptionsResult Validate(string? name, WebhookOptions options) =>
            WebhookOptions.CrossRuleBroken(options) is { } broken ? ValidateOptionsResult.Fail(broken) : ValidateOptionsResult.Success;
    }
}

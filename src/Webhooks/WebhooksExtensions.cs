using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks;

/// <summary>The keys that seal sink tokens, from configuration or a key file.</summary>
/// <param name="Keys">32 random bytes each; the first seals, all open. To rotate, put a new one in front; drop an old one when no live session and no
/// pending event was sealed with it.</param>
public sealed record WebhookKeys(IReadOnlyList<byte[]> Keys)
{
    public const int KeySize = 32;

    /// <summary>Not the keys.</summary>
    public override string ToString() => $"{Keys.Count} keys";
}

public static class WebhooksExtensions
{
    /// <summary>Where events may go, and how sink tokens are kept: what a host that takes requests needs even if it delivers nothing.</summary>
    /// <param name="sandbox">Allows <c>http</c> and loopback sinks.</param>
    /// <exception cref="ArgumentException">The keys cannot be used.</exception>
    public static IServiceCollection AddQodSinks(this IServiceCollection services, bool sandbox, WebhookKeys keys)
    {
        services.TryAddSingleton(new SinkPolicy(sandbox));
        services.TryAddSingleton<ISinkTokenProtector>(new SinkTokenProtector(keys));
        return services;
    }

    /// <summary>Delivery of events, with <see cref="AddQodSinks"/>. Needs an <c>IEventOutbox</c>.</summary>
    /// <param name="configuration">Its section <see cref="WebhookOptions.Section"/> is read and checked at start.</param>
    /// <param name="sandbox">Allows <c>http</c> and loopback sinks.</param>
    public static IServiceCollection AddQodWebhooks(this IServiceCollection services, IConfiguration configuration, bool sandbox, WebhookKeys keys)
    {
        services.AddOptions<WebhookOptions>()
            .Bind(configuration.GetSection(WebhookOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, CrossRules>();
        services.AddQodSinks(sandbox, keys);
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        foreach (var format in EventFormats.All) services.AddSingleton(format);
        services.TryAddSingleton(new UnpinnedEvents(configuration));
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

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace QodOrleans.Hosting;

/// <summary>The part that all programs have in common: settings, keys, logs, telemetry, the domain, and the address to listen on.</summary>
public sealed class QodHost
{
    private QodHost(WebApplicationBuilder builder, HostSettings settings, Keys keys) => (Builder, Settings, Keys) = (builder, settings, keys);

    public WebApplicationBuilder Builder { get; }

    public HostSettings Settings { get; }

    public Keys Keys { get; }

    public IServiceCollection Services => Builder.Services;

    public ConfigurationManager Configuration => Builder.Configuration;

    /// <param name="service">Name of the program in telemetry, for example <c>qod-silo</c>.</param>
    /// <param name="defaultPort">For HTTP.</param>
    /// <param name="switches">Further switches of its command line, with their keys.</param>
    /// <exception cref="InvalidOperationException">A setting or a key is none of those allowed.</exception>
    public static QodHost Create(string service, int defaultPort, string[] args, IEnumerable<KeyValuePair<string, string>>? switches = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = HostSettings.Read(builder.Configuration, args, defaultPort, switches);
        var keys = KeyFile.Load(builder.Configuration, settings.Data);

        builder.AddQodLogging(settings.IsSandbox).AddQodTelemetry(service);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url);
        builder.Services.AddQodDomain(builder.Configuration, keys, settings.IsSandbox);
        return new QodHost(builder, settings, keys);
    }

    /// <summary>Serves until it is stopped. One line on standard output says that it is ready, and where.</summary>
    /// <param name="map">Adds the middleware and endpoints.</param>
    public async Task RunAsync(Action<WebApplication> map)
    {
        var app = Builder.Build();
        map(app);
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"ready {Settings.Url}"));
        await app.RunAsync();
    }
}

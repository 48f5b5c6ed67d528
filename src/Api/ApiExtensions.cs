using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Docs;
using QodOrleans.Api.Http;
using QodOrleans.Api.Surfaces.OAuth;
using QodOrleans.Api.Surfaces.Orange;
using QodOrleans.Api.Surfaces.Qod008;
using QodOrleans.Api.Surfaces.Qod010;
using QodOrleans.Api.Surfaces.Qod110;
using QodOrleans.Api.Surfaces.Telefonica;
using QodOrleans.Authorization;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Api;

/// <summary>Puts the gateway into a host. It needs the host's <c>ISessionEngine</c>, <c>QosProfileCatalog</c>, <c>ISecretProtector</c>,
/// <c>IGrantStore</c>, <c>ISigningKeyStore</c> and <c>PairwiseSubjects</c>.</summary>
public static class ApiExtensions
{
    /// <summary>Health checks with this tag decide <c>/health/ready</c>.</summary>
    public const string ReadyTag = "ready";

    /// <summary>For what a library maps for every method and answers for these two: another one is 405 with Allow (RFC 9110, 15.5.6).</summary>
    internal static readonly HttpMethodMetadata ReadOnly = new([HttpMethods.Get, HttpMethods.Head]);

    /// <summary>Every surface where its document has it, in the order in which paths are looked up. Adding one is adding its folder and its line
    /// here.</summary>
    internal static readonly Surface[] Surfaces =
    [
        Qod010Surface.Surface,
        Qod008Surface.Surface,
        Qod008Surface.Surface081,
        TelefonicaSurface.Surface,
        OrangeSurface.Surface,
        Qod110Surface.Surface,
        QosProfiles110Surface.Surface,
        .. OAuthSurfaces.All,
    ];

    public static IServiceCollection AddQodApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>());
        services.AddQodAuthorization(configuration, new ScopeCatalog(Surfaces.Select(surface => new ApiScopes(surface.ApiName, surface.Scopes))));
        services.Configure<BearerOptions>(BearerExtensions.SchemeName, AnswerInTheSurfacesWords);
        services.TryAddSingleton(provider => new SurfaceDirectory(
            Surfaces,
            provider.GetRequiredService<IOptions<ApiOptions>>().Value.Surfaces,
            provider.GetRequiredService<IOptions<AuthorizationServerOptions>>().Value.Issuer));
        services.TryAddSingleton(provider => new SinkPolicy(provider.GetRequiredService<IOptions<AuthorizationServerOptions>>().Value.Mode == QodMode.Sandbox));
        services.AddSingleton<SessionOperations>();
        services.AddSingleton<ApiMetrics>();
        services.AddMetrics();
        services.AddRouting();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, BodyMatcherPolicy>());
        services.AddHealthChecks();
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<ApiOptions>>((timeouts, api) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = api.Value.RequestTimeout,
            // ErrorAndCorrelationMiddleware adds the body: in here the request's own token is cancelled, and so would be the writing.
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Four times what we accept. The rest is read and dropped: a client that is cut off while it still sends may not see the answer.
            kestrel.Limits.MaxRequestBodySize = 4 * JsonBody.LongestBytes;
            kestrel.Limits.MaxRequestLineSize = 2 * ErrorAndCorrelationMiddleware.LongestUri;
        });
        return services;
    }

    /// <summary>Adds the middleware and every endpoint. Call it once, after what must see requests earlier.</summary>
    public static WebApplication MapQodApi(this WebApplication app)
    {
        var surfaces = app.Services.GetRequiredService<SurfaceDirectory>();
        app.UseTrustedProxies();
        if (surfaces.Prefix.HasValue) app.UseWhen(context => surfaces.IsPrefixed(context.Request.Path), prefixed => prefixed.UsePathBase(surfaces.Prefix));
        app.UseMiddleware<ErrorAndCorrelationMiddleware>();
        app.UseMiddleware<HttpSemanticsMiddleware>();
        app.UseRouting();
        app.UseMiddleware<PathAndAcceptMiddleware>();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseMiddleware<ClientRateLimitMiddleware>();
        app.UseAuthorization();

        foreach (var surface in surfaces.All) surface.Map(app, surface);
        app.MapFrontDoor();
        app.MapQodDocs();
        app.MapHealth();
        return app;
    }

    /// <summary>The health endpoints, for a host without the API: live means that this process answers, ready runs the checks with <see
    /// cref="ReadyTag"/>. Methods count there as they do beside the API.</summary>
    public static WebApplication MapQodHealth(this WebApplication app)
    {
        app.UseMiddleware<HttpSemanticsMiddleware>();
        app.UseRouting();
        app.MapHealth();
        return app;
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", Health(_ => false)).WithMetadata(ReadOnly);
        app.MapHealthChecks("/health/ready", Health(check => check.Tags.Contains(ReadyTag))).WithMetadata(ReadOnly);
    }

    /// <summary>The state alone. What is broken inside is for the log, not for clients.</summary>
    private static HealthCheckOptions Health(Func<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = (context, report) =>
        {
            context.Response.ContentType = MediaTypeNames.Application.Json;
            return context.Response.WriteAsync($$"""{"status":"{{report.Status}}"}""");
        },
    };

    private static void AnswerInTheSurfacesWords(BearerOptions bearer)
    {
        bearer.OnChallenge = (context, failure, why) => context.WriteFaultAsync(new Fault(
            failure switch
            {
                BearerFailure.Missing => FaultKind.CredentialsMissing,
                BearerFailure.Expired => FaultKind.CredentialsExpired,
                _ => FaultKind.Unauthenticated,
            },
            why));
        bearer.OnForbidden = (context, why) => context.WriteFaultAsync(new Fault(FaultKind.Forbidden, why));
    }
}

using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Authorization.Authorize;
using QodOrleans.Authorization.Backchannel;
using QodOrleans.Authorization.Consents;
using QodOrleans.Authorization.Discovery;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.IdTokens;
using QodOrleans.Authorization.Limits;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Authorization.Tokens;

namespace QodOrleans.Authorization;

/// <summary>OAuth 2.0 and OpenID Connect, as far as the samples and CAMARA's profile go: client credentials, the code flow, CIBA in poll mode; and the check of
/// the access tokens that come of it.</summary>
public static class AuthorizationExtensions
{
    /// <summary>It needs the host's <c>ISessionEngine</c>, <c>IGrantStore</c>, <c>ISigningKeyStore</c> and <c>PairwiseSubjects</c>.</summary>
    /// <param name="scopes">What tokens can be granted for.</param>
    /// <remarks>The keys of Data Protection sign access tokens: a host whose tokens must outlive a restart, or be read by other gateways, configures where they
    /// are kept.</remarks>
    public static IServiceCollection AddQodAuthorization(this IServiceCollection services, IConfiguration configuration, ScopeCatalog scopes)
    {
        services.AddOptions<AuthorizationServerOptions>().Bind(configuration.GetSection(AuthorizationServerOptions.Section))
            // The binder would pass over an object where a text belongs, and the client would be without its keys.
            .Validate(
                _ => !configuration.GetSection(AuthorizationServerOptions.Section + ":Clients").GetChildren()
                    .Any(client => client.GetSection(nameof(ClientOptions.Jwks)).GetChildren().Any()),
                "Qod:Clients: a Jwks is JSON within JSON; it must be a text that holds JSON, or stand in a file of its own, named by JwksFile.")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuthorizationServerOptions>, AuthorizationServerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddDataProtection().SetApplicationName("QodOrleans");
        services.AddAuthentication(BearerExtensions.SchemeName).AddScheme<BearerOptions, BearerHandler>(BearerExtensions.SchemeName, configureOptions: null);
        services.AddAuthorization();
        return services
            .AddSingleton(scopes)
            .AddSingleton<ClientRegistry>()
            .AddSingleton(provider => new RateLimits(
                provider.GetRequiredService<ClientRegistry>(),
                provider.GetRequiredService<IOptions<AuthorizationServerOptions>>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<AssertionCheck>()
            .AddSingleton<ClientAuthenticator>()
            .AddSingleton<RequestObject>()
            .AddSingleton<LineIdentification>()
            .AddSingleton<AccessTokens>()
            .AddSingleton<AuthorizationGrants>()
            .AddHostedService<GrantSweeper>()
            .AddSingleton<SigningKeys>()
            .AddSingleton<IdTokenWriter>()
            .AddSingleton<TokenIssuer>()
            .AddSingleton<ConsentPage>();
    }

    public static void MapTokenEndpoint(this IEndpointRouteBuilder routes) => TokenEndpoint.Map(routes);

    public static void MapBackchannelEndpoint(this IEndpointRouteBuilder routes) => BackchannelEndpoint.Map(routes);

    public static void MapAuthorizeEndpoint(this IEndpointRouteBuilder routes) => AuthorizeEndpoint.Map(routes);

    public static void MapConsentEndpoint(this IEndpointRouteBuilder routes) => ConsentEndpoint.Map(routes);

    public static void MapDiscoveryEndpoint(this IEndpointRouteBuilder routes) => DiscoveryEndpoint.MapMetadata(routes);

    public static void MapKeysEndpoint(this IEndpointRouteBuilder routes) => DiscoveryEndpoint.MapKeys(routes);
}

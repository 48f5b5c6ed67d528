using QodOrleans.Api.Auth.Assertions;
using QodOrleans.Api.Auth.Authorize;
using QodOrleans.Api.Auth.Backchannel;
using QodOrleans.Api.Auth.Consents;
using QodOrleans.Api.Auth.Discovery;
using QodOrleans.Api.Auth.Grants;
using QodOrleans.Api.Auth.IdTokens;
using QodOrleans.Api.Auth.Limits;
using QodOrleans.Api.Auth.OAuth;
using QodOrleans.Api.Auth.Tokens;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Auth;

/// <summary>OAuth 2.0 and OpenID Connect, as far as the samples and CAMARA's profile go: client credentials, the code flow, CIBA in poll mode.</summary>
internal static class AuthorizationServer
{
    /// <summary>One per path: each has words of its own for what goes wrong.</summary>
    public static readonly Surface[] Surfaces =
    [
        TokenEndpoint.Surface, BackchannelEndpoint.Surface, AuthorizeEndpoint.Surface, ConsentEndpoint.Surface, DiscoveryEndpoint.Metadata, DiscoveryEndpoint.Keys,
    ];

    /// <summary>It needs the host's <c>IGrantStore</c>, <c>ISigningKeyStore</c>, <c>PairwiseSubjects</c> and key ring.</summary>
    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services) => services
        .AddSingleton<ClientRegistry>()
        .AddSingleton<RateLimits>()
        .AddSingleton<AssertionCheck>()
        .AddSingleton<ClientDoor>()
        .AddSingleton<RequestObject>()
        .AddSingleton<RequestLine>()
        .AddSingleton<AccessTokens>()
        .AddSingleton<GrantBook>()
        .AddHostedService<GrantSweeper>()
        .AddSingleton<SigningKeys>()
        .AddSingleton<IdTokenWriter>()
        .AddSingleton<TokenIssuer>()
        .AddSingleton<ConsentPage>();
}

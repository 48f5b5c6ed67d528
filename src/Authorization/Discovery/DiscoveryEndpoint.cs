using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using QodOrleans.Authorization.Authorize;
using QodOrleans.Authorization.Http;
using QodOrleans.Authorization.IdTokens;
using QodOrleans.Authorization.Jose;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Authorization.Tokens;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.Discovery;

/// <summary>What a client library reads before anything else: where things are, what they can do (OpenID Connect discovery 3, CIBA core 4), and
/// the public keys.</summary>
internal sealed class DiscoveryEndpoint(SigningKeys keys, ScopeCatalog scopes, IOptions<AuthorizationServerOptions> options)
{
    private readonly ProviderMetadata metadata = ProviderMetadata.Of(options.Value.Issuer, scopes);

    public static void MapMetadata(IEndpointRouteBuilder routes) =>
        routes.MapGet(AuthorizationPaths.Discovery, ActivatorUtilities.CreateInstance<DiscoveryEndpoint>(routes.ServiceProvider).Describe);

    public static void MapKeys(IEndpointRouteBuilder routes) =>
        routes.MapGet(AuthorizationPaths.Keys, ActivatorUtilities.CreateInstance<DiscoveryEndpoint>(routes.ServiceProvider).Publish);

    private Task Describe(HttpContext context)
    {
        MayBeKept(context);
        return context.WriteJsonAsync(StatusCodes.Status200OK, metadata, DiscoveryJson.Default.ProviderMetadata);
    }

    private async Task Publish(HttpContext context)
    {
        try
        {
            var published = await keys.PublishedAsync(context.RequestAborted);
            MayBeKept(context);
            var set = new PublishedKeys([.. published.Select(key => PublishedKey.Of(key.Public))]);
            await context.WriteJsonAsync(StatusCodes.Status200OK, set, DiscoveryJson.Default.PublishedKeys);
        }
        catch (StoreUnavailableException)
        {
            await context.WriteErrorAsync(OAuthErrors.Unavailable);
        }
    }

    /// <summary>A key is published for longer than this before it signs anything.</summary>
    private static void MayBeKept(HttpContext context) => context.Response.Headers.CacheControl = "public, max-age=300";
}

internal sealed record ProviderMetadata(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("authorization_endpoint")] string AuthorizationEndpoint,
    [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
    [property: JsonPropertyName("backchannel_authentication_endpoint")] string BackchannelAuthenticationEndpoint,
    [property: JsonPropertyName("jwks_uri")] string JwksUri,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> Scopes)
{
    [JsonPropertyName("response_types_supported")]
    public string[] ResponseTypes { get; } = ["code"];

    [JsonPropertyName("response_modes_supported")]
    public string[] ResponseModes { get; } = ["query"];

    [JsonPropertyName("grant_types_supported")]
    public string[] GrantTypes { get; } = [Tokens.TokenEndpoint.AuthorizationCode, Tokens.TokenEndpoint.ClientCredentials, Tokens.TokenEndpoint.Ciba];

    [JsonPropertyName("token_endpoint_auth_methods_supported")]
    public string[] TokenEndpointAuthMethods { get; } = ["client_secret_basic", "private_key_jwt"];

    [JsonPropertyName("token_endpoint_auth_signing_alg_values_supported")]
    public IReadOnlyList<string> TokenEndpointAuthSigningAlgorithms { get; } = ClientKey.AllAlgorithms;

    [JsonPropertyName("code_challenge_methods_supported")]
    public string[] CodeChallengeMethods { get; } = [CodeChallenge.Method];

    [JsonPropertyName("subject_types_supported")]
    public string[] SubjectTypes { get; } = ["pairwise"];

    [JsonPropertyName("id_token_signing_alg_values_supported")]
    public string[] IdTokenSigningAlgorithms { get; } = ["ES256"];

    [JsonPropertyName("claims_supported")]
    public string[] Claims { get; } = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"];

    [JsonPropertyName("prompt_values_supported")]
    public IReadOnlyList<string> Prompts { get; } = AuthorizeEndpoint.Prompts;

    [JsonPropertyName("backchannel_token_delivery_modes_supported")]
    public string[] BackchannelTokenDeliveryModes { get; } = ["poll"];

    [JsonPropertyName("backchannel_user_code_parameter_supported")]
    public bool BackchannelUserCode { get; }

    [JsonPropertyName("request_parameter_supported")]
    public bool RequestParameter { get; } = true;

    [JsonPropertyName("request_object_signing_alg_values_supported")]
    public IReadOnlyList<string> RequestObjectSigningAlgorithms { get; } = ClientKey.AllAlgorithms;

    [JsonPropertyName("backchannel_authentication_request_signing_alg_values_supported")]
    public IReadOnlyList<string> BackchannelRequestSigningAlgorithms { get; } = ClientKey.AllAlgorithms;

    [JsonPropertyName("request_uri_parameter_supported")]
    public bool RequestUriParameter { get; }

    [JsonPropertyName("authorization_response_iss_parameter_supported")]
    public bool AuthorizationResponseIss { get; } = true;

    // A login needs a purpose. Any will do; this one is CAMARA's for what we do, and a reader of this document can offer it.
    public static ProviderMetadata Of(string issuer, ScopeCatalog scopes) => new(
        issuer, issuer + AuthorizationPaths.Authorize, issuer + AuthorizationPaths.Token, issuer + AuthorizationPaths.Backchannel,
        issuer + AuthorizationPaths.Keys,
        ["openid", "dpv:RequestedServiceProvision", .. scopes.All]);
}

internal sealed record PublishedKeys([property: JsonPropertyName("keys")] PublishedKey[] Keys);

/// <summary>The members that we publish, so that no private one can ever be among them.</summary>
internal sealed record PublishedKey(
    [property: JsonPropertyName("kty")] string Type,
    [property: JsonPropertyName("crv")] string Curve,
    [property: JsonPropertyName("x")] string X,
    [property: JsonPropertyName("y")] string Y,
    [property: JsonPropertyName("use")] string Use,
    [property: JsonPropertyName("alg")] string Algorithm,
    [property: JsonPropertyName("kid")] string Id)
{
    public static PublishedKey Of(JsonWebKey key) => new(key.Kty, key.Crv, key.X, key.Y, "sig", SecurityAlgorithms.EcdsaSha256, key.Kid);
}

[JsonSerializable(typeof(ProviderMetadata))]
[JsonSerializable(typeof(PublishedKeys))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;

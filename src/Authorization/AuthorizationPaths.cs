namespace QodOrleans.Authorization;

/// <summary>Where the authorization server is, below <see cref="AuthorizationServerOptions.PublicUrl"/>. Not for the configuration to choose.</summary>
public static class AuthorizationPaths
{
    public const string Token = "/token";

    public const string Backchannel = "/bc-authorize";

    public const string Authorize = "/authorize";

    public const string Consent = "/consent";

    public const string Keys = "/jwks";

    /// <summary>OpenID Connect's metadata.</summary>
    public const string Discovery = "/.well-known/openid-configuration";
}

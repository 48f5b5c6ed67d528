using System.Text.Json.Serialization;

namespace QodOrleans.Authorization.OAuth;

/// <summary>What a login asks for.</summary>
/// <param name="Granted">Scopes of the APIs; none where only <c>openid</c> was asked for.</param>
/// <param name="OpenId">An id_token too.</param>
internal sealed record ScopeRequest(string[] Granted, bool OpenId)
{
    private const string OpenIdScope = "openid";

    /// <summary>We issue no refresh tokens, and OpenID Connect (core 11) lets a server that does not leave it out of the answer.</summary>
    private const string OfflineAccess = "offline_access";

    /// <summary>As the token's answer names it.</summary>
    [JsonIgnore]
    public string Text => string.Join(' ', OpenId ? [OpenIdScope, .. Granted] : Granted);

    /// <summary>Of what was allowed before, by the names that <see cref="Text"/> has.</summary>
    public static ScopeRequest OfGiven(IReadOnlyList<string> scopes, ScopeCatalog known) =>
        new([.. known.All.Where(scopes.Contains), .. scopes.Except(known.All).Where(scope => scope != OpenIdScope)], scopes.Contains(OpenIdScope));

    /// <returns>Null if a scope is unknown or not registered for the client, if there is none, or if it is not for exactly one purpose, as CAMARA's security
    /// profile has it for whatever concerns a person.</returns>
    public static ScopeRequest? Read(string? parameter, Client client, ScopeCatalog known)
    {
        if (parameter is null) return null;
        var scopes = ScopeCatalog.Split(parameter);
        var openId = scopes.Contains(OpenIdScope);
        var rest = scopes.Where(scope => scope is not (OpenIdScope or OfflineAccess));
        if (!known.TryRead(rest, client.Scopes, out var granted, out var purpose) || purpose is null) return null;
        return granted.Length > 0 || openId ? new ScopeRequest(granted, openId) : null;
    }
}

using QodOrleans.Authorization.Jose;

namespace QodOrleans.Authorization.Assertions;

/// <summary>A client's proof of its identity: a JWT that it has signed with a key of its own (RFC 7523, 2.2 and 3; CAMARA's security profile).</summary>
internal sealed class ClientAssertion
{
    /// <summary>The one <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>CAMARA's: between <c>iat</c> and <c>exp</c>, and between now and <c>exp</c>.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(300);

    /// <summary>How far a client's clock may be ahead of ours, for <c>iat</c> and <c>nbf</c>. None for <c>exp</c>: CAMARA's limit is exact, and an
    /// assertion that lives for a minute stays far below it.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    /// <summary>Characters. The profile has no limit; no client needs more.</summary>
    private const int LongestId = 256;

    private readonly SignedJwt jwt;

    private ClientAssertion(SignedJwt jwt) => this.jwt = jwt;

    /// <summary>Which client it claims to be from.</summary>
    public string ClientId => jwt.Claims.Subject!;

    /// <summary>The <c>jti</c>: no two assertions of a client have the same.</summary>
    public string Id => jwt.Claims.Id!;

    public DateTimeOffset ExpiresAt => jwt.Claims.ExpiresAt!.Value;

    /// <returns>Null if that is no signed JWT with the claims that there must be. Nothing of it is believed yet.</returns>
    public static ClientAssertion? Read(string text) =>
        SignedJwt.Read(text, "JWT", "client-authentication+jwt") is { Claims: { Subject: not null, Id.Length: > 0 and <= LongestId, ExpiresAt: not null } } jwt
            ? new ClientAssertion(jwt)
            : null;

    public Task<bool> IsSignedWithAsync(ClientKeySet keys) => jwt.IsSignedWithAsync(keys);

    /// <summary>Asked about one that is signed by its client.</summary>
    /// <param name="meant">By any of which we may be meant; others of our addresses may stand beside it.</param>
    /// <param name="issuer">Ours.</param>
    /// <returns>Null, or why it is not good here and now.</returns>
    public string? WhyRefused(IReadOnlyCollection<string> meant, string issuer, DateTimeOffset now)
    {
        var claims = jwt.Claims;
        if (claims.Issuer != claims.Subject) return "iss and sub differ";
        if (!claims.AreFor(meant, issuer)) return "aud names somebody else";
        if (ExpiresAt <= now) return "it has expired";
        if (ExpiresAt > now + LongestLife) return "exp is too far ahead";
        if (claims.IssuedAt > now + Skew || ExpiresAt - claims.IssuedAt > LongestLife) return "iat is in the future, or too long before exp";
        if (claims.StartsAt > now + Skew) return "nbf is in the future";
        return null;
    }
}

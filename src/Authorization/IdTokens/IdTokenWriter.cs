using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using QodOrleans.Authorization.Grants;

namespace QodOrleans.Authorization.IdTokens;

/// <summary>Writes id_tokens, signed with ES256, and nothing in them that leads to the person.</summary>
internal sealed class IdTokenWriter(SigningKeys keys, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    /// <summary>Short: an id_token is proof of the login that just happened, and nothing else.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly string issuer = options.Value.Issuer;

    /// <param name="accessToken">Goes with it: <c>at_hash</c> ties the two.</param>
    public async Task<string> WriteAsync(Client client, GrantTerms terms, string accessToken, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = terms.Subject,
            [JwtRegisteredClaimNames.Exp] = (now + Lifetime).ToUnixTimeSeconds(),
            [JwtRegisteredClaimNames.Iat] = now.ToUnixTimeSeconds(),
            [JwtRegisteredClaimNames.AuthTime] = terms.AuthenticatedAt.ToUnixTimeSeconds(),
            [JwtRegisteredClaimNames.AtHash] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)),
        };
        if (terms.Nonce is { } nonce) claims[JwtRegisteredClaimNames.Nonce] = nonce;
        var key = await keys.CurrentAsync(cancellation);
        return key.Sign(new SecurityTokenDescriptor { Issuer = issuer, Audience = client.Id, Claims = claims });
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Grants;

namespace QodOrleans.Authorization.IdTokens;

/// <summary>Writes id_tokens: a JWS in compact form (RFC 7515), signed with ES256, and nothing in it that leads to the person.</summary>
internal sealed class IdTokenWriter(SigningKeys keys, TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    /// <summary>Short: an id_token is proof of the login that just happened, and nothing else.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly string issuer = options.Value.Issuer;

    /// <param name="accessToken">Goes with it: <c>at_hash</c> ties the two.</param>
    public async Task<string> WriteAsync(Client client, GrantTerms terms, string accessToken, CancellationToken cancellation)
    {
        var key = await keys.CurrentAsync(cancellation);
        var header = Part(json =>
        {
            json.WriteString("alg", "ES256");
            json.WriteString("kid", key.Id);
            json.WriteString("typ", "JWT");
        });
        var claims = Part(json =>
        {
            var now = time.GetUtcNow();
            json.WriteString("iss", issuer);
            json.WriteString("sub", terms.Subject);
            json.WriteString("aud", client.Id);
            json.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("auth_time", terms.AuthenticatedAt.ToUnixTimeSeconds());
            json.WriteString("at_hash", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)));
            if (terms.Nonce is { } nonce) json.WriteString("nonce", nonce);
        });
        var content = $"{header}.{claims}";
        return $"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}

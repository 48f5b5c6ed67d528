using System.Text.Json;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Authorization.Jose;

namespace QodOrleans.Authorization.OAuth;

/// <summary>Reads the parameter <c>request</c>: a request as a JWT that its client has signed (OpenID Connect core 6, CIBA core 7.1.1), which CAMARA's
/// profile recommends to clients. It can be used again, unlike an assertion: a person may reload a page.</summary>
internal sealed class RequestObject(TimeProvider time, IOptions<AuthorizationServerOptions> options)
{
    /// <summary>For the client's developer.</summary>
    public const string Needed =
        "request must be a JWT signed with a registered key of the client's: iss its id, aud the issuer or this endpoint, jti, iat not ahead, "
        + "exp at most 300 seconds after iat, no sub";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly string issuer = options.Value.Issuer;

    /// <param name="path">The endpoint that it was sent to.</param>
    /// <returns>The parameters in it; null if it is not signed by this client, for this endpoint, for now.</returns>
    public async Task<Parameters?> ReadAsync(Client client, string text, string path)
    {
        if (SignedJwt.Read(text, "JWT", "oauth-authz-req+jwt") is not { } jwt || !await jwt.IsSignedWithAsync(client.Keys)) return null;

        var (claims, now) = (jwt.Claims, time.GetUtcNow());
        // RFC 9101, 10.8: with a sub in it, it could be replayed as the client's assertion by anyone who sees the address.
        if (claims.Issuer != client.Id || claims.Subject is not null || claims.Id is not { Length: > 0 } || !claims.AreFor([issuer, issuer + path], issuer))
            return null;
        // Here the profile allows no clock to be ahead.
        if (claims.IssuedAt is not { } issued || issued > now || claims.ExpiresAt is not { } expires || expires <= now
            || expires - issued > ClientAssertion.LongestLife)
            return null;
        if (claims.StartsAt > now + ClientAssertion.Skew) return null;
        return ParametersIn(jwt.Payload);
    }

    private static Parameters? ParametersIn(byte[] payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, Strict);
            var parameters = new Dictionary<string, string>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                // A request in a request, or one to be fetched: core 6.1 forbids both.
                if (member.Name is "request" or "request_uri") return null;
                if (member.Value.ValueKind == JsonValueKind.String) parameters.Add(member.Name, member.Value.GetString()!);
                else if (member.Value.ValueKind == JsonValueKind.Number) parameters.Add(member.Name, member.Value.GetRawText());
            }
            return Parameters.Of(parameters);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A member twice, or half of a surrogate pair.
            return null;
        }
    }
}

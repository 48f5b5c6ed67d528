using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace QodOrleans.Authorization.IdTokens;

/// <summary>One P-256 key pair, for ES256.</summary>
internal sealed class SigningKey
{
    // Times are set by our clock, not by the library's.
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    // Nothing is cached over all hosts of a process.
    private static readonly CryptoProviderFactory Cryptography = new() { CacheSignatureProviders = false };

    // .NET does not promise that one ECDsa can sign on several threads at a time.
    private readonly Lock gate = new();
    private readonly ECDsa ecdsa;
    private readonly SigningCredentials credentials;

    private SigningKey(ECDsa ecdsa, int generation, DateTimeOffset madeAt)
    {
        this.ecdsa = ecdsa;
        (Generation, MadeAt) = (generation, madeAt);
        using var publicHalf = ECDsa.Create(ecdsa.ExportParameters(includePrivateParameters: false));
        Public = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicHalf));
        // RFC 7638: the name follows from the key.
        Public.Kid = Base64UrlEncoder.Encode(Public.ComputeJwkThumbprint());
        var key = new ECDsaSecurityKey(ecdsa) { KeyId = Id };
        credentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256) { CryptoProviderFactory = Cryptography };
    }

    public int Generation { get; }

    public DateTimeOffset MadeAt { get; }

    /// <summary>The <c>kid</c>.</summary>
    public string Id => Public.Kid;

    /// <summary>What clients may know.</summary>
    public JsonWebKey Public { get; }

    public static SigningKey New(int generation, DateTimeOffset madeAt) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), generation, madeAt);

    /// <exception cref="CryptographicException">That is no key.</exception>
    public static SigningKey Import(byte[] pkcs8, int generation, DateTimeOffset madeAt)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(ecdsa, generation, madeAt);
    }

    public byte[] Export() => ecdsa.ExportPkcs8PrivateKey();

    /// <returns>A JWS in compact form (RFC 7515).</returns>
    public string Sign(SecurityTokenDescriptor token)
    {
        token.SigningCredentials = credentials;
        lock (gate) return Handler.CreateToken(token);
    }
}

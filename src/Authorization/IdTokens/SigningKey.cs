using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace QodOrleans.Authorization.IdTokens;

/// <summary>One P-256 key pair, for ES256.</summary>
internal sealed class SigningKey
{
    // Signing with one ECDsa from several threads at a time is not promised to work.
    private readonly Lock gate = new();
    private readonly ECDsa ecdsa;

    private SigningKey(ECDsa ecdsa, int generation, DateTimeOffset madeAt)
    {
        this.ecdsa = ecdsa;
        (Generation, MadeAt) = (generation, madeAt);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        // RFC 7638: whoever has the key can work its name out.
        Id = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    }

    public int Generation { get; }

    public DateTimeOffset MadeAt { get; }

    /// <summary>The <c>kid</c>.</summary>
    public string Id { get; }

    public string X { get; }

    public string Y { get; }

    public static SigningKey New(int generation, DateTimeOffset madeAt) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), generation, madeAt);

    /// <exception cref="CryptographicException">That is no key.</exception>
    public static SigningKey Import(byte[] pkcs8, int generation, DateTimeOffset madeAt)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(ecdsa, generation, madeAt);
    }

    public byte[] Export() => ecdsa.ExportPkcs8PrivateKey();

    /// <returns>64 bytes, as JWS wants them (RFC 7518, 3.4).</returns>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (gate) return ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

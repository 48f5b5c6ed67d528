using System.Security.Cryptography;

namespace QodOrleans.Authorization.Jose;

/// <summary>A public key that an application has registered, and the algorithms of JWS (RFC 7518, 3.1) that it may be used with. Which those are
/// is a property of the key: what an assertion says of itself chooses among them, and nothing else.</summary>
internal sealed class ClientKey(AsymmetricAlgorithm key, string? id, params IReadOnlyList<string> algorithms)
{
    public const string Es256 = "ES256";
    public const string Es384 = "ES384";
    public const string Ps256 = "PS256";
    public const string Rs256 = "RS256";

    // Verifying with one key from several threads at a time is not promised to work.
    private readonly Lock gate = new();

    /// <summary>All that any key may be used with: none that signs with a shared secret, and not "none".</summary>
    public static IReadOnlyList<string> AllAlgorithms { get; } = [Es256, Es384, Ps256, Rs256];

    /// <summary>The <c>kid</c>; null if it has none.</summary>
    public string? Id => id;

    public bool Fits(string algorithm) => algorithms.Contains(algorithm);

    /// <param name="algorithm">One that fits.</param>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (gate)
        {
            return (algorithm, key) switch
            {
                (Es256, ECDsa ecdsa) => ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                (Es384, ECDsa ecdsa) => ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                (Ps256, RSA rsa) => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                (Rs256, RSA rsa) => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => throw new ArgumentException($"This key is not for {algorithm}.", nameof(algorithm)),
            };
        }
    }
}

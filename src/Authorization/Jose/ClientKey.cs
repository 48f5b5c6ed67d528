using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace QodOrleans.Authorization.Jose;

/// <summary>A public key that an application has registered.</summary>
/// <param name="Curve">Of an EC key; null for RSA.</param>
/// <param name="Modulus">Of an RSA key; null for EC.</param>
/// <param name="Id">The <c>kid</c>; null if it has none.</param>
/// <param name="Algorithms">Those of JWS (RFC 7518, 3.1) that it may be used with. This is a property of the key: a JWT's header can only choose
/// among them.</param>
internal sealed record ClientKey(ECParameters? Curve, RSAParameters? Modulus, string? Id, IReadOnlyList<string> Algorithms)
{
    /// <summary>All that any key may be used with: none that signs with a shared secret, and not "none".</summary>
    public static IReadOnlyList<string> AllAlgorithms { get; } =
        [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256];

    /// <summary>The key for one verification. .NET does not promise that one ECDsa can be used by several threads at a time.</summary>
    /// <exception cref="CryptographicException">It is no key of its kind.</exception>
    public SecurityKey Open() => Curve is { } curve ? new ECDsaSecurityKey(ECDsa.Create(curve)) : new RsaSecurityKey(Modulus!.Value);
}

using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace QodOrleans.Authorization.Jose;

/// <summary>The rules for a JWK (RFC 7517, 4; RFC 7518, 6) that an application registers.</summary>
internal static class KeyRegistration
{
    private const int ShortestRsaBits = 2048;

    /// <summary>The cost of a verification grows with it, and any client can cause one.</summary>
    private const int LongestRsaBits = 4096;

    /// <param name="at">Its place in the set, for the message.</param>
    /// <exception cref="FormatException">The message has the reason, and nothing of the key.</exception>
    public static ClientKey Check(JsonWebKey jwk, int at)
    {
        if (jwk.HasPrivateKey || jwk.D is not null || jwk.K is not null)
            throw Wrong("holds a private or a secret key; register the public part, and replace the key: it has been in a configuration");
        if (jwk.Use is not (null or "sig")) throw Wrong("has a use other than sig");
        if (jwk.KeyOps.Count > 0 && !jwk.KeyOps.Contains("verify")) throw Wrong("has key_ops without verify");
        var key = (jwk.Kty, jwk.Crv) switch
        {
            ("EC", "P-256") => Ec(ECCurve.NamedCurves.nistP256, bytes: 32, SecurityAlgorithms.EcdsaSha256),
            ("EC", "P-384") => Ec(ECCurve.NamedCurves.nistP384, bytes: 48, SecurityAlgorithms.EcdsaSha384),
            ("EC", _) => throw Wrong("has a crv other than P-256 and P-384"),
            ("RSA", _) => Rsa(),
            _ => throw Wrong("has a kty other than EC and RSA"),
        };
        if (jwk.Alg is null) return key;
        return key.Algorithms.Contains(jwk.Alg)
            ? key with { Algorithms = [jwk.Alg] }
            : throw Wrong($"has an alg that does not fit it; {string.Join(" or ", key.Algorithms)} would");

        ClientKey Ec(ECCurve curve, int bytes, string algorithm)
        {
            if (!JoseText.TryDecode(jwk.X, out var x) || !JoseText.TryDecode(jwk.Y, out var y) || x.Length != bytes || y.Length != bytes)
                throw Wrong($"has an x or y that is not {bytes} bytes in base64url without padding");
            var key = new ClientKey(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } }, null, jwk.Kid, [algorithm]);
            return Opens(key) ? key : throw Wrong("is no point of its curve");
        }

        ClientKey Rsa()
        {
            if (!JoseText.TryDecode(jwk.N, out var modulus) || modulus is not [> 0, .., var last] || last % 2 == 0)
                throw Wrong("has an n that is no RSA modulus in base64url without padding and leading zeros");
            if (modulus.Length is < ShortestRsaBits / 8 or > LongestRsaBits / 8)
                throw Wrong($"has {modulus.Length * 8} bits; it must be {ShortestRsaBits} to {LongestRsaBits}");
            // Smaller ones have broken signatures in the past, and larger ones are slow to no purpose.
            if (!JoseText.TryDecode(jwk.E, out var exponent) || exponent is not [1, 0, 1]) throw Wrong("has an e other than AQAB, which is 65537");
            var rsa = new RSAParameters { Modulus = modulus, Exponent = exponent };
            return new ClientKey(null, rsa, jwk.Kid, [SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256]);
        }

        FormatException Wrong(string what) => new($"key {at}{(jwk.Kid is null ? "" : $" ('{jwk.Kid}')")} {what}");
    }

    private static bool Opens(ClientKey key)
    {
        try
        {
            ((ECDsaSecurityKey)key.Open()).ECDsa.Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

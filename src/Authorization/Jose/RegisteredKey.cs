using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QodOrleans.Authorization.Jose;

/// <summary>A JWK (RFC 7517, 4; RFC 7518, 6) as an application registers it.</summary>
internal sealed record RegisteredKey
{
    private const int ShortestRsaBits = 2048;

    /// <summary>What a verification costs grows with it, and anybody may ask for one.</summary>
    private const int LongestRsaBits = 4096;

    [JsonPropertyName("kty")]
    public string? Type { get; init; }

    [JsonPropertyName("kid")]
    public string? Id { get; init; }

    [JsonPropertyName("use")]
    public string? Use { get; init; }

    [JsonPropertyName("key_ops")]
    public string[]? Operations { get; init; }

    [JsonPropertyName("alg")]
    public string? Algorithm { get; init; }

    [JsonPropertyName("crv")]
    public string? Curve { get; init; }

    [JsonPropertyName("x")]
    public string? X { get; init; }

    [JsonPropertyName("y")]
    public string? Y { get; init; }

    [JsonPropertyName("n")]
    public string? Modulus { get; init; }

    [JsonPropertyName("e")]
    public string? Exponent { get; init; }

    /// <summary>Of a private key of any kind.</summary>
    [JsonPropertyName("d")]
    public JsonElement? PrivatePart { get; init; }

    /// <summary>The whole of a secret key.</summary>
    [JsonPropertyName("k")]
    public JsonElement? Secret { get; init; }

    /// <param name="at">Its place in the set, for the message.</param>
    /// <exception cref="FormatException">The message says what is wrong, and nothing of the key.</exception>
    public ClientKey ToClientKey(int at)
    {
        if (PrivatePart is not null || Secret is not null)
            throw Wrong("holds a private or a secret key; register the public part, and replace the key: it has been in a configuration");
        if (Use is not (null or "sig")) throw Wrong("has a use other than sig");
        if (Operations is not null && !Operations.Contains("verify")) throw Wrong("has key_ops without verify");
        var (key, fitting) = (Type, Curve) switch
        {
            ("EC", "P-256") => (ImportEc(ECCurve.NamedCurves.nistP256, bytes: 32), new[] { ClientKey.Es256 }),
            ("EC", "P-384") => (ImportEc(ECCurve.NamedCurves.nistP384, bytes: 48), [ClientKey.Es384]),
            ("EC", _) => throw Wrong("has a crv other than P-256 and P-384"),
            ("RSA", _) => (ImportRsa(), [ClientKey.Ps256, ClientKey.Rs256]),
            _ => throw Wrong("has a kty other than EC and RSA"),
        };
        if (Algorithm is not null && !fitting.Contains(Algorithm)) throw Wrong($"has an alg that does not fit it; {string.Join(" or ", fitting)} would");
        return new ClientKey(key, Id, Algorithm is null ? fitting : [Algorithm]);

        AsymmetricAlgorithm ImportEc(ECCurve curve, int bytes)
        {
            if (!JoseText.TryDecode(X, out var x) || !JoseText.TryDecode(Y, out var y) || x.Length != bytes || y.Length != bytes)
                throw Wrong($"has an x or y that is not {bytes} bytes in base64url without padding");
            try
            {
                return ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } });
            }
            catch (CryptographicException)
            {
                throw Wrong("is no point of its curve");
            }
        }

        AsymmetricAlgorithm ImportRsa()
        {
            if (!JoseText.TryDecode(Modulus, out var modulus) || modulus is not [> 0, .., var last] || last % 2 == 0)
                throw Wrong("has an n that is no RSA modulus in base64url without padding and leading zeros");
            if (modulus.Length is < ShortestRsaBits / 8 or > LongestRsaBits / 8)
                throw Wrong($"has {modulus.Length * 8} bits; it must be {ShortestRsaBits} to {LongestRsaBits}");
            // Smaller ones have broken signatures in the past, and larger ones are slow to no purpose.
            if (!JoseText.TryDecode(Exponent, out var exponent) || exponent is not [1, 0, 1]) throw Wrong("has an e other than AQAB, which is 65537");
            try
            {
                return RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
            }
            catch (CryptographicException)
            {
                throw Wrong("is no RSA key");
            }
        }

        FormatException Wrong(string what) => new($"key {at}{(Id is null ? "" : $" ('{Id}')")} {what}");
    }
}

internal sealed record RegisteredKeys([property: JsonPropertyName("keys")] RegisteredKey?[]? Keys);

[JsonSerializable(typeof(RegisteredKeys))]
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
internal sealed partial class RegisteredKeyJson : JsonSerializerContext;

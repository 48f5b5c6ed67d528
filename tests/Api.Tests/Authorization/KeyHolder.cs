using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>An application's key pair: what it registers, and what it signs.</summary>
internal sealed class KeyHolder
{
    private readonly AsymmetricAlgorithm key;

    private KeyHolder(AsymmetricAlgorithm key, string algorithm, string? id) => (this.key, Algorithm, Id) = (key, algorithm, id);

    public string Algorithm { get; }

    public string? Id { get; }

    public static KeyHolder New(string algorithm, string? id = null) => new(
        algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            _ => RSA.Create(2048),
        },
        algorithm, id);

    public KeyHolder With(string algorithm) => new(key, algorithm, Id);

    /// <summary>The public key, as a member of a JWK set.</summary>
    public JsonObject Jwk()
    {
        var jwk = new JsonObject();
        if (key is ECDsa ec)
        {
            var point = ec.ExportParameters(includePrivateParameters: false).Q;
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", ec.KeySize == 256 ? "P-256" : "P-384", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        }
        else
        {
            var parameters = ((RSA)key).ExportParameters(includePrivateParameters: false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent));
        }
        if (Id is not null) jwk["kid"] = Id;
        return jwk;
    }

    public static string Jwks(params KeyHolder[] holders) => Jwks(holders.Select(holder => holder.Jwk()));

    public static string Jwks(IEnumerable<JsonNode?> keys) => new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString();

    /// <summary>What others know of the key, in the form that libraries print it in.</summary>
    public string PublicPem() => key.ExportSubjectPublicKeyInfoPem();

    public string Sign(JsonObject header, JsonObject claims) => Sign(header.ToJsonString(), claims.ToJsonString());

    public string Sign(string header, string claims)
    {
        var content = Content(header, claims);
        return $"{content}.{Base64Url.EncodeToString(SignatureOf(Encoding.ASCII.GetBytes(content)))}";
    }

    public static string Content(string header, string claims) => $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";

    public byte[] SignatureOf(byte[] content) => (Algorithm, key) switch
    {
        ("ES256", ECDsa ec) => ec.SignData(content, HashAlgorithmName.SHA256),
        ("ES384", ECDsa ec) => ec.SignData(content, HashAlgorithmName.SHA384),
        ("PS256", RSA rsa) => rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        ("PS512", RSA rsa) => rsa.SignData(content, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        (_, RSA rsa) => rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => throw new NotSupportedException(Algorithm),
    };
}

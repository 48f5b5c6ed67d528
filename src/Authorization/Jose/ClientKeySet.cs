using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace QodOrleans.Authorization.Jose;

/// <summary>The keys of one application.</summary>
internal sealed class ClientKeySet
{
    /// <summary>Enough to replace keys one by one. An assertion costs us one verification for each that fits.</summary>
    private const int MostKeys = 8;

    /// <summary>Of an application that has registered none.</summary>
    public static readonly ClientKeySet Empty = new([]);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly JsonWebTokenHandler Handler = new();

    // Nothing is cached over all hosts of a process.
    private static readonly CryptoProviderFactory Cryptography = new() { CacheSignatureProviders = false };

    /// <summary>Their private halves are thrown away. With them it takes as long to refuse a JWT that no key fits, so that timing does not show which
    /// clients and keys exist.</summary>
    private static readonly Lazy<ClientKey[]> DecoyKeys = new(() =>
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        return
        [
            new(p256.ExportParameters(false), null, Id: null, [SecurityAlgorithms.EcdsaSha256]),
            new(p384.ExportParameters(false), null, Id: null, [SecurityAlgorithms.EcdsaSha384]),
            new(null, rsa.ExportParameters(false), Id: null, [SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256]),
        ];
    });

    private readonly ClientKey[] keys;

    private ClientKeySet(ClientKey[] keys) => this.keys = keys;

    /// <param name="json">A JWK set (RFC 7517, 5).</param>
    /// <exception cref="FormatException">It is none, or not one that may be registered. The message has the reason, and nothing of a key.</exception>
    public static ClientKeySet Parse(string json)
    {
        var read = Read(json) ?? throw new FormatException("it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members");
        if (read.Length is 0 or > MostKeys) throw new FormatException($"it holds {read.Length} keys; it must be 1 to {MostKeys}");
        if (read.Where(key => key.Kid is not null).GroupBy(key => key.Kid).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FormatException($"the kid '{twice.Key}' is there {twice.Count()} times");
        return new ClientKeySet([.. read.Select(KeyRegistration.Check)]);
    }

    /// <summary>Whether one of these keys has signed. A <c>kid</c>, where there is one, names the only key that comes into question.</summary>
    public async Task<bool> VerifyAsync(string jwt, string algorithm, string? keyId)
    {
        var candidates = Array.FindAll(keys, key => key.Algorithms.Contains(algorithm) && (keyId is null || key.Id == keyId));
        if (candidates.Length == 0) candidates = Array.FindAll(DecoyKeys.Value, key => key.Algorithms.Contains(algorithm));
        var opened = Array.ConvertAll(candidates, key => key.Open());
        try
        {
            var result = await Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
            {
                ValidAlgorithms = ClientKey.AllAlgorithms,
                IssuerSigningKeyResolver = (_, _, _, _) => opened,
                CryptoProviderFactory = Cryptography,
                // Of the claims, each kind of JWT has rules of its own, by our clock and to the fraction of a second.
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
            });
            return result.IsValid;
        }
        finally
        {
            foreach (var key in opened) (key as ECDsaSecurityKey)?.ECDsa.Dispose();
        }
    }

    private static JsonWebKey[]? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(key => new JsonWebKey(key.GetRawText()))];
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            // Their messages could quote the key.
            return null;
        }
    }
}

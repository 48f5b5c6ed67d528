using System.Security.Cryptography;
using System.Text.Json;

namespace QodOrleans.Authorization.Jose;

/// <summary>The keys of one application.</summary>
internal sealed class ClientKeySet
{
    /// <summary>Enough to replace keys one by one. Each that fits costs a guesser's assertion one verification of ours.</summary>
    private const int MostKeys = 8;

    /// <summary>Of an application that has registered none.</summary>
    public static readonly ClientKeySet Empty = new([]);

    /// <summary>Nobody has the private halves. With them it takes as long to refuse an assertion that no key fits: an unknown client cannot be told
    /// from a wrong signature by the clock.</summary>
    private static readonly Lazy<ClientKey[]> DecoyKeys = new(() =>
    [
        new(ECDsa.Create(ECCurve.NamedCurves.nistP256), id: null, ClientKey.Es256),
        new(ECDsa.Create(ECCurve.NamedCurves.nistP384), id: null, ClientKey.Es384),
        new(RSA.Create(2048), id: null, ClientKey.Ps256, ClientKey.Rs256),
    ]);

    private readonly ClientKey[] keys;

    private ClientKeySet(ClientKey[] keys) => this.keys = keys;

    /// <param name="json">A JWK set (RFC 7517, 5).</param>
    /// <exception cref="FormatException">It is none, or not one that may be registered. The message says why, and nothing of a key.</exception>
    public static ClientKeySet Parse(string json)
    {
        RegisteredKeys? read;
        try
        {
            read = JsonSerializer.Deserialize(json, RegisteredKeyJson.Default.RegisteredKeys);
        }
        catch (JsonException)
        {
            // Its message could quote the key.
            read = null;
        }
        if (read?.Keys is not { } keys || keys.Contains(null))
            throw new FormatException("it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members");
        if (keys.Length is 0 or > MostKeys) throw new FormatException($"it holds {keys.Length} keys; it must be 1 to {MostKeys}");
        if (keys.Where(key => key!.Id is not null).GroupBy(key => key!.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FormatException($"the kid '{twice.Key}' is there {twice.Count()} times");
        return new ClientKeySet([.. keys.Select((key, at) => key!.ToClientKey(at))]);
    }

    /// <summary>Whether one of these keys has signed. A <c>kid</c>, where there is one, names the only key that comes into question.</summary>
    public bool Verify(string algorithm, string? keyId, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var tried = false;
        foreach (var key in keys)
        {
            if (!key.Fits(algorithm) || (keyId is not null && key.Id != keyId)) continue;
            if (key.Verifies(algorithm, data, signature)) return true;
            tried = true;
        }
        if (!tried) Array.Find(DecoyKeys.Value, key => key.Fits(algorithm))?.Verifies(algorithm, data, signature);
        return false;
    }
}

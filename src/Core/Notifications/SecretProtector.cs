using System.Security.Cryptography;
using System.Text;

namespace QodOrleans.Core.Notifications;

/// <summary>Seals sink tokens with AES-256-GCM.</summary>
/// <remarks>Sealed form: version (1 byte, now 1), key id (4 bytes), nonce (12), tag (16), then the token's UTF-8 encrypted. Version and key id are
/// authenticated too. The key id is derived from the key, so that keys can be listed in another order or dropped without touching what is stored.</remarks>
public sealed class SecretProtector : ISecretProtector
{
    private const int KeySize = 32;
    private const byte Version = 1;
    private const int KeyIdAt = 1;
    private const int KeyIdSize = 4;
    private const int HeaderSize = KeyIdAt + KeyIdSize;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Overhead = HeaderSize + NonceSize + TagSize;

    private readonly (byte[] Id, byte[] Key)[] keys;

    /// <param name="keys">32 random bytes each; the first seals, all open. To rotate, put a new one in front; drop an old one when no live session and no
    /// pending event was sealed with it.</param>
    /// <exception cref="ArgumentException">No key, a key that is not 32 bytes, or one that is listed twice.</exception>
    public SecretProtector(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0) throw new ArgumentException("At least one key is needed to seal sink tokens.", nameof(keys));
        if (keys.FirstOrDefault(key => key.Length != KeySize) is { } odd)
            throw new ArgumentException($"A key for sink tokens has {odd.Length} bytes; it must have {KeySize}.", nameof(keys));
        this.keys = [.. keys.Select(key => (IdOf(key), key.ToArray()))];
        if (this.keys.DistinctBy(key => Convert.ToHexString(key.Id)).Count() < this.keys.Length)
            throw new ArgumentException("A key for sink tokens is listed twice.", nameof(keys));
    }

    public byte[] Protect(string token)
    {
        var (id, key) = keys[0];
        var sealedToken = new byte[Overhead + Encoding.UTF8.GetByteCount(token)];
        sealedToken[0] = Version;
        id.CopyTo(sealedToken, KeyIdAt);
        var nonce = sealedToken.AsSpan(HeaderSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var text = sealedToken.AsSpan(Overhead);
        Encoding.UTF8.GetBytes(token, text);
        // One AesGcm per call: it is not safe for concurrent use, and the key schedule costs a microsecond beside an HTTP request.
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, text, text, sealedToken.AsSpan(HeaderSize + NonceSize, TagSize), sealedToken.AsSpan(0, HeaderSize));
        return sealedToken;
    }

    public string Unprotect(byte[] sealedToken)
    {
        if (sealedToken.Length < Overhead) throw new CryptographicException("A sealed sink token is too short.");
        if (sealedToken[0] != Version) throw new CryptographicException($"A sealed sink token has version {sealedToken[0]}, not {Version}.");

        var text = new byte[sealedToken.Length - Overhead];
        using var aes = new AesGcm(KeyFor(sealedToken.AsSpan(KeyIdAt, KeyIdSize)), TagSize);
        aes.Decrypt(
            sealedToken.AsSpan(HeaderSize, NonceSize), sealedToken.AsSpan(Overhead), sealedToken.AsSpan(HeaderSize + NonceSize, TagSize),
            text, sealedToken.AsSpan(0, HeaderSize));
        return Encoding.UTF8.GetString(text);
    }

    private byte[] KeyFor(ReadOnlySpan<byte> id)
    {
        foreach (var key in keys)
            if (id.SequenceEqual(key.Id)) return key.Key;
        throw new CryptographicException("A sealed sink token names a key that is not configured.");
    }

    private static byte[] IdOf(byte[] key) => HMACSHA256.HashData(key, "QodOrleans sink token key id"u8)[..KeyIdSize];
}

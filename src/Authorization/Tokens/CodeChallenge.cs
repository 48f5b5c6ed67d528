using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace QodOrleans.Authorization.Tokens;

/// <summary>PKCE (RFC 7636), S256 only: with <c>plain</c>, the request itself would show the verifier.</summary>
internal static class CodeChallenge
{
    public const string Method = "S256";

    private static readonly SearchValues<char> VerifierAlphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~");

    /// <summary>A SHA-256 in base64url.</summary>
    public static bool IsWellFormed(string challenge) =>
        challenge.Length == 43 && Base64Url.IsValid(challenge, out var length) && length == SHA256.HashSizeInBytes;

    /// <summary>A verifier without a challenge is refused like a challenge without its verifier: two logins have been mixed up.</summary>
    public static bool IsMetBy(string? challenge, string? verifier)
    {
        if (challenge is null || verifier is null) return challenge is null && verifier is null;
        if (verifier.Length is < 43 or > 128 || verifier.AsSpan().ContainsAnyExcept(VerifierAlphabet)) return false;
        var given = Base64Url.EncodeToUtf8(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(challenge));
    }
}

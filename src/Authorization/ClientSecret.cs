using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace QodOrleans.Authorization;

/// <summary>A client secret as it is stored: <c>pbkdf2-sha256$iterations$salt$hash</c>, salt and hash in base64.</summary>
public sealed class ClientSecret
{
    private const string Scheme = "pbkdf2-sha256";
    private const int FewestIterations = 10_000;
    private const int MostIterations = 5_000_000;
    private const int DefaultIterations = 100_000;

    /// <summary>Takes as long to refuse as a real one, so that timing does not show which clients exist.</summary>
    internal static readonly ClientSecret Decoy = new(DefaultIterations, new byte[16], new byte[SHA256.HashSizeInBytes]);

    private readonly int iterations;
    private readonly byte[] salt;
    private readonly byte[] hash;

    private ClientSecret(int iterations, byte[] salt, byte[] hash) => (this.iterations, this.salt, this.hash) = (iterations, salt, hash);

    /// <summary>What to put into <c>Qod:Clients:n:SecretHash</c>.</summary>
    public static string Hash(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Scheme}${DefaultIterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(secret, salt, DefaultIterations))}";
    }

    internal static bool TryParse(string text, [NotNullWhen(true)] out ClientSecret? secret)
    {
        secret = null;
        if (text.Split('$') is not [Scheme, var count, var salt64, var hash64]) return false;
        Span<byte> salt = stackalloc byte[64];
        Span<byte> hash = stackalloc byte[64];
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < FewestIterations or > MostIterations)
            return false;
        if (!Convert.TryFromBase64String(salt64, salt, out var saltLength) || saltLength < 8) return false;
        if (!Convert.TryFromBase64String(hash64, hash, out var hashLength) || hashLength != SHA256.HashSizeInBytes) return false;
        secret = new ClientSecret(iterations, salt[..saltLength].ToArray(), hash[..hashLength].ToArray());
        return true;
    }

    /// <summary>Slow by design: tens of milliseconds.</summary>
    internal bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(Derive(secret, salt, iterations), hash);

    private static byte[] Derive(string secret, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}

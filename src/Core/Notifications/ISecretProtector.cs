namespace QodOrleans.Core.Notifications;

/// <summary>Seals sink tokens for the store, and opens them for a delivery. Nothing else ever sees one.</summary>
public interface ISecretProtector
{
    byte[] Protect(string token);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The bytes were changed, or sealed with another key.</exception>
    string Unprotect(byte[] sealedToken);
}

using System.Security.Cryptography;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Tests;

public sealed class SecretProtectorTests
{
    private static readonly byte[] Old = SHA256.HashData("old"u8);
    private static readonly byte[] New = SHA256.HashData("new"u8);

    [Theory]
    [InlineData("")]
    [InlineData("my-notification-auth-token")]
    [InlineData("žluťoučký 🔑")]
    public void A_sealed_token_opens_again(string token)
    {
        var protector = new SecretProtector([New]);

        Assert.Equal(token, protector.Unprotect(protector.Protect(token)));
    }

    [Fact]
    public void The_same_token_never_looks_the_same_and_never_shows()
    {
        var protector = new SecretProtector([New]);

        var first = protector.Protect("my-notification-auth-token");

        Assert.NotEqual(first, protector.Protect("my-notification-auth-token"));
        Assert.Equal(-1, first.AsSpan().IndexOf("notification"u8));
    }

    [Fact]
    public void After_a_rotation_old_tokens_open_and_new_ones_are_sealed_with_the_new_key()
    {
        var before = new SecretProtector([Old]).Protect("secret");
        var rotated = new SecretProtector([New, Old]);

        Assert.Equal("secret", rotated.Unprotect(before));
        Assert.Equal("secret", new SecretProtector([New]).Unprotect(rotated.Protect("secret")));
        Assert.Throws<CryptographicException>(() => new SecretProtector([New]).Unprotect(before));
    }

    [Fact]
    public void Any_changed_byte_and_any_missing_one_is_noticed()
    {
        var protector = new SecretProtector([New, Old]);
        var sealedToken = protector.Protect("secret");

        for (var i = 0; i < sealedToken.Length; i++)
        {
            var changed = sealedToken.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(changed));
            Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(sealedToken[..i]));
        }
    }

    [Fact]
    public void Keys_that_cannot_serve_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SecretProtector([]));
        Assert.Throws<ArgumentException>(() => new SecretProtector([new byte[16]]));
        Assert.Throws<ArgumentException>(() => new SecretProtector([New, Old, New]));
    }
}

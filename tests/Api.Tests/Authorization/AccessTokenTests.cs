using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.TestSupport;

namespace QodOrleans.Api.Tests.Authorization;

public sealed class AccessTokenTests
{
    private readonly EphemeralDataProtectionProvider keys = new();
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void A_token_tells_another_gateway_with_the_same_keys_what_it_was_made_with()
    {
        var line = new SubscriberLine(new OperatorId("movistar-es"), new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8080) });
        var text = Tokens().Issue("app", "a-pairwise-name", line, [QodScopes.SessionsRead]);

        Assert.True(Tokens().TryRead(text, out var token, out _));
        Assert.Equal(new Caller("app", "a-pairwise-name", line), token.Caller);
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromHours(1), token.ExpiresAt);
        Assert.Equal([QodScopes.SessionsRead], token.Scopes);
    }

    [Fact]
    public void Other_keys_and_other_purposes_make_no_token()
    {
        Assert.False(Tokens().TryRead(new AccessTokens(new EphemeralDataProtectionProvider(), clock, TestOptions.Scopes, TestOptions.Default).Issue("app", null, null, []), out _, out _));
        var forged = System.Buffers.Text.Base64Url.EncodeToString(keys.CreateProtector("QodOrleans.Api.AccessToken.v1").Protect("{}"u8.ToArray()));
        Assert.False(Tokens().TryRead(forged, out _, out _));
        foreach (var nonsense in new[] { "", "x", "====", "\0", new string('A', 5000), "ü" }) Assert.False(Tokens().TryRead(nonsense, out _, out _));
    }

    [Fact]
    public void The_memory_of_tokens_is_bounded_and_expiry_is_checked_each_time()
    {
        var tokens = Tokens(cache: 10);
        var texts = Enumerable.Range(0, 50).Select(i => tokens.Issue($"app-{i}", null, null, [])).ToArray();
        foreach (var text in texts) Assert.True(tokens.TryRead(text, out _, out _));
        Assert.InRange(tokens.Remembered, 5, 10);
        Assert.True(tokens.TryRead(texts[0], out var first, out _));
        Assert.Equal("app-0", first.ClientId);

        clock.Advance(TimeSpan.FromHours(1));
        Assert.All(texts, text => Assert.False(tokens.TryRead(text, out _, out var why) || why != "the access token has expired"));
    }

    [Fact]
    public void A_secret_is_stored_as_its_hash_with_a_salt_of_its_own()
    {
        var hash = ClientSecret.Hash("s3cret");
        Assert.NotEqual(hash, ClientSecret.Hash("s3cret"));
        Assert.DoesNotContain("s3cret", hash, StringComparison.Ordinal);
        Assert.True(ClientSecret.TryParse(hash, out var secret));
        Assert.True(secret.Matches("s3cret"));
        Assert.False(secret.Matches("s3cret "));
        Assert.False(ClientSecret.Decoy.Matches(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3cret")]
    [InlineData("pbkdf2-sha256$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256$100000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256$100000$AAAAAAAAAAAAAAAAAAAAAA==$AAAA")]
    [InlineData("pbkdf2-sha1$100000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_hash_that_is_weak_or_broken_stops_the_start(string hash)
    {
        Assert.False(ClientSecret.TryParse(hash, out _));
        var options = new AuthorizationServerOptions { Clients = [new ClientOptions { Id = "app", SecretHash = hash }] };
        Assert.Contains("SecretHash", Assert.Single(TestOptions.Complaints(options)), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_stop_the_start()
    {
        var good = new ClientOptions { Id = "app", SecretHash = ClientSecret.Hash("x") };
        var options = new AuthorizationServerOptions
        {
            PublicUrl = "https://user@a.example",
            AccessTokenLifetime = TimeSpan.FromDays(2),
            AccessTokenCacheSize = -1,
            Clients = [good, good, new ClientOptions { Id = "a:b", SecretHash = good.SecretHash, Scopes = ["root"] }],
        };
        Assert.Equal(6, TestOptions.Complaints(options).Count);
        Assert.Empty(TestOptions.Complaints(new AuthorizationServerOptions { Clients = [good] }));
        Assert.Single(new ApiOptions { RequestTimeout = TimeSpan.Zero }.Complaints());
    }

    private AccessTokens Tokens(int cache = 100) => new(keys, clock, TestOptions.Scopes, Options.Create(new AuthorizationServerOptions { AccessTokenCacheSize = cache }));
}

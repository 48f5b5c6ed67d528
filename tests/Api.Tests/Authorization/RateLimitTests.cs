using System.Net;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Limits;
using QodOrleans.TestSupport;

namespace QodOrleans.Api.Tests.Authorization;

public sealed class RateLimitTests(RateLimitTests.StrictGateway gateway) : IClassFixture<RateLimitTests.StrictGateway>
{
    [Fact]
    public async Task A_client_that_sends_more_than_it_may_is_told_in_the_surfaces_shape_when_to_come_back()
    {
        var token = await gateway.AccessTokenAsync();
        for (var i = 0; i < 5; i++) Assert.Equal(200, (await ProfilesAsync(token)).Status);
        var refused = (await ProfilesAsync(token)).Is(429, "TOO_MANY_REQUESTS", "Rate limit reached: the client sends more requests than it may");
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(429, (await gateway.CreateAsync(Gateway.Body(), token)).Status);

        // F06, on the façade that numbers its errors.
        var numbered = await gateway.SendAsync("GET", "/camara/quality-on-demand/orange-lab/qod/v0/qos-profiles", token: token);
        Assert.Equal((429, 53, "Too many requests", "1"), (numbered.Status, (int)numbered.Json["code"]!, (string)numbered.Json["message"]!, numbered.Header("Retry-After")));

        // Another client is not held up, whatever this one does; one of its own limit has that.
        var slow = await gateway.AccessTokenAsync("slow-app", "s");
        Assert.Equal(200, (await ProfilesAsync(slow)).Status);
        Assert.Equal(429, (await ProfilesAsync(slow)).Status);

        gateway.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await ProfilesAsync(token)).Status);
        Assert.Equal(200, (await ProfilesAsync(slow)).Status);
    }

    [Fact]
    public async Task Token_and_backchannel_requests_of_one_client_are_limited_apart()
    {
        gateway.Clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 4; i++) Assert.Equal(200, (await gateway.TokenAsync()).Status);
        Assert.Equal("1", (await gateway.TokenAsync()).IsOAuthError(429, "temporarily_unavailable").Header("Retry-After"));
        Assert.Equal(429, (await gateway.PollAsync("x")).Status);

        for (var i = 0; i < 3; i++) Assert.Equal(200, (await gateway.BackchannelAsync()).Status);
        Assert.Equal("1", (await gateway.BackchannelAsync()).IsOAuthError(429, "temporarily_unavailable").Header("Retry-After"));
        gateway.Clock.Advance(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Pages_are_limited_by_address_and_no_header_of_a_stranger_changes_it()
    {
        gateway.Clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 6; i++) Assert.Equal(302, (await gateway.AuthorizeAsync()).Status);
        var refused = await gateway.SendAsync("GET", "/authorize?" + Login.Query(), token: null, headers: ("X-Forwarded-For", "203.0.113.99"));
        Assert.Equal((429, "1"), (refused.Status, refused.Header("Retry-After")));
        Assert.Equal(429, (await gateway.SendAsync("GET", "/consent/x", token: null)).Status);
        Assert.Equal(429, (await gateway.SendAsync("POST", "/consent", "", token: null, "application/x-www-form-urlencoded")).Status);
        gateway.Clock.Advance(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Whoever_guesses_secrets_has_to_wait_and_so_has_a_right_one_from_there()
    {
        gateway.Clock.Advance(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 10; i++) Assert.Equal(401, (await gateway.TokenAsync(secret: $"guess-{i}")).Status);
        var refused = (await gateway.TokenAsync(secret: "guess")).IsOAuthError(429, "temporarily_unavailable");
        Assert.Equal("6", refused.Header("Retry-After"));
        Assert.Equal(refused.Text, (await gateway.TokenAsync()).Text);

        gateway.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, (await gateway.TokenAsync()).Status);
        gateway.Clock.Advance(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_limiter_admits_as_many_at_once_as_per_period_and_then_one_at_a_time()
    {
        var clock = new ManualTimeProvider();
        var limiter = new GcraLimiter(4, TimeSpan.FromSeconds(2), clock);
        var full = 0L;
        for (var i = 0; i < 4; i++) Assert.True(limiter.TryAcquire(ref full, out _));
        Assert.False(limiter.TryAcquire(ref full, out var retryAfterSeconds));
        Assert.Equal(1, retryAfterSeconds);

        clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(limiter.TryAcquire(ref full, out _));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limiter.HasRoom(ref full, out _));
        Assert.True(limiter.TryAcquire(ref full, out _));
        Assert.False(limiter.TryAcquire(ref full, out _));

        clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 4; i++) Assert.True(limiter.TryAcquire(ref full, out _));
        Assert.False(limiter.TryAcquire(ref full, out _));
    }

    [Fact]
    public void Many_threads_get_no_more_out_of_a_limiter_than_one()
    {
        var limiter = new GcraLimiter(1000, TimeSpan.FromSeconds(1), new ManualTimeProvider());
        var (full, admitted) = (0L, 0);
        Parallel.For(0, 4000, _ =>
        {
            if (limiter.TryAcquire(ref full, out var _)) Interlocked.Increment(ref admitted);
        });
        Assert.Equal(1000, admitted);
    }

    [Theory]
    [InlineData("203.0.113.1", "::ffff:203.0.113.1")]
    [InlineData("2001:db8::1", "2001:db8::ffff:1")]
    public void One_subscribers_addresses_share_a_limit_and_strangers_hardly_ever(string one, string same)
    {
        var options = new AuthorizationServerOptions { Mode = QodMode.Production, RateLimits = new RateLimitOptions { PagesPerSecond = 1 } };
        using var registry = new ClientRegistry(TestOptions.Scopes, Microsoft.Extensions.Options.Options.Create(options));
        var limits = new RateLimits(registry, Microsoft.Extensions.Options.Options.Create(options), new ManualTimeProvider());
        Assert.True(limits.AdmitsPage(IPAddress.Parse(one), out _));
        Assert.False(limits.AdmitsPage(IPAddress.Parse(same), out _));

        // Strangers may meet in one of the 16,384 cells.
        Assert.InRange(Enumerable.Range(1, 100).Count(i => limits.AdmitsPage(IPAddress.Parse($"198.51.100.{i}"), out _)), 90, 100);
        Assert.InRange(Enumerable.Range(1, 100).Count(i => limits.AdmitsPage(IPAddress.Parse($"2001:db8:7:{i}::1"), out _)), 90, 100);
    }

    [Fact]
    public void Limits_that_are_off_admit_everything_and_limits_out_of_range_stop_the_start()
    {
        var options = new AuthorizationServerOptions { RateLimits = new RateLimitOptions { RequestsPerSecond = 0, TokensPerSecond = 0, LoginsPerSecond = 0, PagesPerSecond = 0, WrongSecretsPerMinute = 0 } };
        using var registry = new ClientRegistry(TestOptions.Scopes, Microsoft.Extensions.Options.Options.Create(options));
        var limits = new RateLimits(registry, Microsoft.Extensions.Options.Options.Create(options), new ManualTimeProvider());
        var client = registry.Find("my-app-id")!;
        for (var i = 0; i < 1000; i++)
            Assert.True(limits.AdmitsRequest(client.Id, out _) && limits.AdmitsToken(client, out _) && limits.AdmitsLogin(client, out _) && limits.AdmitsPage(IPAddress.Loopback, out _));

        var wrong = new AuthorizationServerOptions
        {
            RateLimits = new RateLimitOptions { RequestsPerSecond = -1, PagesPerSecond = 1_000_001 },
            Authorization = new AuthorizationOptions { CodeLifetime = TimeSpan.FromHours(1), PollInterval = TimeSpan.FromSeconds(1.5) },
            Clients = [new ClientOptions { Id = "a", SecretHash = ClientSecret.Hash("x"), RequestsPerSecond = -1, RedirectUris = ["/relative", "javascript:alert(1)", "https://a.example/#f"] }],
        };
        Assert.Equal(8, TestOptions.Complaints(wrong).Count);
        Assert.Single(new ApiOptions { TrustedProxies = ["10.0.0.1/33"] }.Complaints());
    }

    private Task<Answer> ProfilesAsync(string token) => gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: token);

    public sealed class StrictGateway() : Gateway(
        new("Qod:RateLimits:RequestsPerSecond", "5"),
        new("Qod:RateLimits:TokensPerSecond", "4"),
        new("Qod:RateLimits:LoginsPerSecond", "3"),
        new("Qod:RateLimits:PagesPerSecond", "6"),
        new("Qod:RateLimits:WrongSecretsPerMinute", "10"),
        new("Qod:Clients:0:Id", "slow-app"),
        new("Qod:Clients:0:SecretHash", ClientSecret.Hash("s")),
        new("Qod:Clients:0:RequestsPerSecond", "1"));
}

/// <summary>Behind a proxy that the configuration names.</summary>
public sealed class TrustedProxyTests(TrustedProxyTests.ProxiedGateway gateway) : IClassFixture<TrustedProxyTests.ProxiedGateway>
{
    [Theory]
    [InlineData("203.0.113.25", 200)]
    [InlineData("198.51.100.1, 203.0.113.25", 200)]
    [InlineData("203.0.113.25, 198.51.100.1", 302)]
    public async Task The_line_is_that_of_the_last_address_which_no_proxy_of_ours_has_vouched_for(string forwarded, int status)
    {
        // 203.0.113.25 is a line, and its client has to ask; 198.51.100.1 belongs to nobody here.
        var answer = await gateway.SendAsync(
            "GET", "/authorize?" + Login.Query(("client_id", "asking-app-id")), token: null, headers: [("X-Forwarded-For", forwarded), ("X-Forwarded-Host", "evil.example")]);
        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("evil", answer.Text + answer.Header("Location"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.031")]
    [InlineData("0313.0.113.25")]
    [InlineData("3405803801")]
    [InlineData("203.0.28953")]
    [InlineData("0xcb.0.113.25")]
    [InlineData("unknown")]
    [InlineData("garbage")]
    [InlineData("")]
    public async Task A_person_of_whom_the_proxy_tells_no_address_is_not_the_proxy(string forwarded)
    {
        var answer = await gateway.SendAsync(
            "GET", "/authorize?" + Login.Query(("client_id", "asking-app-id")), token: null, headers: ("X-Forwarded-For", forwarded));
        Assert.Equal(302, answer.Status);
        Assert.Contains("error=", answer.Header("Location"), StringComparison.Ordinal);
    }

    public sealed class ProxiedGateway() : Gateway(new("Qod:TrustedProxies:0", "127.0.0.0/8"), new KeyValuePair<string, string?>("Qod:TrustedProxies:1", "::1/128"));
}

using System.Text;

namespace QodOrleans.Sdk.Tests;

public sealed class LoginTests
{
    private static readonly ClientCredentials Credentials = new("my:app", "a secret");

    private readonly Aggregator aggregator = new();

    [Fact]
    public async Task The_constructor_asks_for_the_line_at_once()
    {
        aggregator.Request().Token("t").Created();
        using var qod = ByAddress();
        await qod.Client.AuthorizeAsync();
        Assert.Equal(["/gateway/bc-authorize", "/gateway/token"], aggregator.Seen.Select(seen => seen.Path));
        Assert.Equal("login_hint=ipport%3A203.0.113.25%3A8080&scope=dpv%3ARequestedServiceProvision%23qod", aggregator.Seen[0].Body);
        Assert.Equal("my%3Aapp:a+secret", Encoding.UTF8.GetString(Convert.FromBase64String(aggregator.Seen[0].Authorization!.Parameter!)));
    }

    [Fact]
    public async Task The_token_is_polled_for_at_the_interval_while_the_person_is_being_asked()
    {
        aggregator.Request(interval: 2).OAuthError("/token", "authorization_pending").OAuthError("/token", "slow_down").Token("t").Created();
        using var qod = ByAddress();
        var session = qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);

        await aggregator.Clock.TimerSetAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(2, aggregator.Seen.Count);
        aggregator.Clock.Advance(TimeSpan.FromSeconds(2));
        // CIBA core 11: slow_down adds five seconds for good.
        await aggregator.Clock.TimerSetAsync(TimeSpan.FromSeconds(7));
        aggregator.Clock.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(QosStatus.Available, (await session).QosStatus);
        Assert.Equal("t", aggregator.Seen[^1].Authorization!.Parameter);
    }

    [Fact]
    public async Task A_person_who_refuses_is_told_by_every_call()
    {
        aggregator.Request().OAuthError("/token", "access_denied").Request().OAuthError("/token", "access_denied");
        using var qod = ByAddress();
        var refused = await Assert.ThrowsAsync<QodAuthorizationException>(() => qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E));
        Assert.Equal("access_denied", refused.Code);
    }

    [Fact]
    public async Task Calls_at_the_same_time_share_one_login()
    {
        var gate = new TaskCompletionSource();
        aggregator.Answers("/bc-authorize", 200, """{"auth_req_id":"r"}""", gate).Token("t").Created().Created();
        using var qod = ByAddress();
        Task[] calls = [qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E), qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E)];
        gate.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal(4, aggregator.Seen.Count);
    }

    [Fact]
    public async Task Whoever_stops_waiting_does_not_stop_the_login()
    {
        var gate = new TaskCompletionSource();
        aggregator.Answers("/bc-authorize", 200, """{"auth_req_id":"r"}""", gate).Token("t").Created();
        using var qod = ByAddress();
        using var impatient = new CancellationTokenSource();
        var call = qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E, cancellation: impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        gate.SetResult();
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
        Assert.Equal(3, aggregator.Seen.Count);
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_ends()
    {
        aggregator.Request().Token("first", seconds: 60).Created().Created().Request().Token("second").Created();
        using var qod = ByAddress();
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
        aggregator.Clock.Advance(TimeSpan.FromSeconds(29));
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
        Assert.Equal("first", aggregator.Seen[^1].Authorization!.Parameter);
        aggregator.Clock.Advance(TimeSpan.FromSeconds(1));
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
        Assert.Equal("second", aggregator.Seen[^1].Authorization!.Parameter);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once()
    {
        aggregator.Request().Token("old").Error("/qod/v0/sessions", 401, "UNAUTHENTICATED").Request().Token("new").Created();
        using var qod = ByAddress();
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
        Assert.Equal("new", aggregator.Seen[^1].Authorization!.Parameter);

        aggregator.Error("/qod/v0/sessions", 401, "UNAUTHENTICATED").Request().Token("newer").Error("/qod/v0/sessions", 401, "UNAUTHENTICATED");
        await Assert.ThrowsAsync<QodAuthorizationException>(() => qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E));
    }

    [Fact]
    public async Task A_code_is_exchanged_once_and_names_where_it_was_sent()
    {
        aggregator.Token("t", seconds: 60).Created();
        using var qod = new QoDMobile(Credentials, "the-code", options: aggregator.Options);
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E, "203.0.113.25", 8080);
        Assert.Equal("grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fmy_app_server%2Fqod-auth-callback", aggregator.Seen[0].Body);

        aggregator.Clock.Advance(TimeSpan.FromMinutes(1));
        var ended = await Assert.ThrowsAsync<QodAuthorizationException>(() => qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E, "203.0.113.25", 8080));
        Assert.Equal("login_required", ended.Code);
        Assert.Equal(2, aggregator.Seen.Count);
    }

    [Fact]
    public async Task A_code_whose_exchange_got_lost_is_exchanged_again()
    {
        aggregator.Answers("/token", 503, "<html>busy</html>").Token("t").Created();
        using var qod = new QoDMobile(Credentials, "the-code", options: aggregator.Options);
        await qod.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E, "203.0.113.25", 8080);
        Assert.Equal(3, aggregator.Seen.Count);
    }

    [Fact]
    public async Task An_authorization_server_that_is_busy_is_unavailable_and_not_a_refusal()
    {
        aggregator.Answers("/token", 503, "<html>busy</html>").Answers("/token", 503, "<html>busy</html>");
        using var qod = new QodClient(Credentials, QodLogin.Application, aggregator.Options);
        await Assert.ThrowsAsync<QodUnavailableException>(() => qod.AuthorizeAsync());
    }

    [Fact]
    public void Without_a_code_and_an_address_there_is_nobody_to_log_in() =>
        Assert.Throws<ArgumentException>(() => new QoDMobile(Credentials, options: aggregator.Options));

    private QoDMobile ByAddress() => new(Credentials, null, "203.0.113.25:8080", aggregator.Options);
}

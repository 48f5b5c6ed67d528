using System.Text.RegularExpressions;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>L21: where the person has to be asked.</summary>
public sealed partial class ConsentTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Purpose = "dpv:RequestedServiceProvision ";
    private const string Client = "asking-app-id";
    private const string Secret = "asking-app-secret";

    private static int lastPhone = 700_000_000;

    private readonly string hint = $"tel:+34{Interlocked.Increment(ref lastPhone)}";

    [Fact]
    public async Task A_request_stays_pending_until_the_person_allows_it()
    {
        var (id, link) = await AskAsync();
        (await PollAsync(id)).IsOAuthError(400, "authorization_pending");

        var page = await OpenAsync(link);
        Assert.Contains("Asking App", page.Text, StringComparison.Ordinal);
        Assert.Contains(QodScopes.SessionsWrite, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(hint[8..], page.Text, StringComparison.Ordinal);
        (await DecideAsync(page, "approve")).IsPage(200);

        Assert.Equal(200, (await PollAsync(id)).Status);
        (await PollAsync(id)).IsOAuthError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_refused_request_is_access_denied_and_the_next_one_asks_again()
    {
        var (id, link) = await AskAsync();
        (await DecideAsync(await OpenAsync(link), "deny")).IsPage(200);
        (await PollAsync(id)).IsOAuthError(400, "access_denied");
        (await PollAsync(id)).IsOAuthError(400, "access_denied");
        Assert.NotEqual(id, (await AskAsync()).AuthReqId);
    }

    [Fact]
    public async Task R31_only_a_second_poll_that_comes_too_soon_is_slow_down_and_each_adds_five_seconds()
    {
        var (id, _) = await AskAsync();
        (await PollAsync(id)).IsOAuthError(400, "authorization_pending");
        (await PollAsync(id)).IsOAuthError(400, "slow_down");
        gateway.Clock.Advance(TimeSpan.FromSeconds(6.9));
        (await PollAsync(id)).IsOAuthError(400, "slow_down");
        gateway.Clock.Advance(TimeSpan.FromSeconds(12));
        (await PollAsync(id)).IsOAuthError(400, "authorization_pending");
    }

    [Fact]
    public async Task A_request_that_nobody_decides_expires_and_its_link_with_it()
    {
        var (id, link) = await AskAsync();
        var page = await OpenAsync(link);
        gateway.Clock.Advance(TimeSpan.FromMinutes(5));
        (await PollAsync(id)).IsOAuthError(400, "expired_token");
        (await gateway.SendAsync("GET", link, token: null)).IsPage(404);
        (await DecideAsync(page, "approve")).IsPage(400);
    }

    [Fact]
    public async Task Consent_is_remembered_for_the_same_application_line_and_scopes_until_it_ends()
    {
        (await DecideAsync(await OpenAsync((await AskAsync(Purpose + "qod-sessions-write qod-sessions-read")).Link), "approve")).IsPage(200);

        Assert.Null((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-read", Client, Secret)).Json["consent_uri"]);
        Assert.Equal(["code", "iss"], (await AuthorizeAsync(("scope", Purpose + "qod-sessions-write"))).Arrival().Keys);
        // More than was allowed, and another line: asked again.
        Assert.NotNull((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-delete", Client, Secret)).Json["consent_uri"]);
        Assert.NotNull((await gateway.BackchannelAsync(hint + "1", Purpose + "qod-sessions-read", Client, Secret)).Json["consent_uri"]);
        // The person may be asked anew on request.
        (await AuthorizeAsync(("scope", Purpose + "qod-sessions-write"), ("prompt", "consent"))).IsPage(200);

        gateway.Clock.Advance(TimeSpan.FromDays(180));
        Assert.NotNull((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-read", Client, Secret)).Json["consent_uri"]);
    }

    [Fact]
    public async Task Authorize_asks_and_sends_the_code_once_the_person_allows_it()
    {
        var page = (await AuthorizeAsync(("state", "s +1"))).IsPage(200);
        Assert.Contains("form-action 'self' https:;", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var arrival = (await DecideAsync(page, "approve")).Arrival(303);
        Assert.Equal("s +1", arrival["state"]);
        Assert.Equal(200, (await gateway.RedeemAsync(arrival["code"], client: Client, secret: Secret)).Status);
    }

    [Fact]
    public async Task Authorize_sends_access_denied_once_the_person_refuses()
    {
        var arrival = (await DecideAsync(await AuthorizeAsync(("state", "s")), "deny")).Arrival(303);
        Assert.Equal(("access_denied", "s"), (arrival["error"], arrival["state"]));
        Assert.DoesNotContain("code", arrival.Keys);
        (await AuthorizeAsync()).IsPage(200);
    }

    [Fact]
    public async Task Prompt_none_asks_nobody() => Assert.Equal("consent_required", (await AuthorizeAsync(("prompt", "none"))).Arrival()["error"]);

    [Fact]
    public async Task Consent_given_at_the_front_end_settles_the_request_that_waits_at_the_back_end()
    {
        var (id, _) = await AskAsync();
        (await PollAsync(id)).IsOAuthError(400, "authorization_pending");
        (await DecideAsync(await AuthorizeAsync(), "approve")).Arrival(303);
        Assert.Equal(200, (await PollAsync(id)).Status);
    }

    [Fact]
    public async Task The_first_decision_counts()
    {
        var (id, link) = await AskAsync();
        var (first, second) = (await OpenAsync(link), await OpenAsync(link));
        (await DecideAsync(first, "deny")).IsPage(200);
        (await DecideAsync(second, "approve")).IsPage(409);
        (await DecideAsync(first, "deny")).IsPage(409);
        (await PollAsync(id)).IsOAuthError(400, "access_denied");
        (await gateway.SendAsync("GET", link, token: null)).IsPage(404);
    }

    [Fact]
    public async Task Another_browser_cannot_answer_a_question_nor_another_site_this_one()
    {
        var (id, link) = await AskAsync();
        var (mine, theirs) = (await OpenAsync(link), await OpenAsync(link));

        (await DecideAsync(mine, "approve", cookie: null)).IsPage(400);
        (await DecideAsync(mine, "approve", CookieOf(theirs))).IsPage(400);
        (await DecideAsync(mine, "approve", CookieOf(mine) + "x")).IsPage(400);
        (await DecideAsync(mine, "approve", CookieOf(mine), ("Sec-Fetch-Site", "cross-site"))).IsPage(400);
        (await DecideAsync(mine, "approve", CookieOf(mine), ("Sec-Fetch-Site", "same-site"))).IsPage(400);
        (await PollAsync(id)).IsOAuthError(400, "authorization_pending");
        (await DecideAsync(mine, "approve", CookieOf(mine), ("Sec-Fetch-Site", "same-origin"))).IsPage(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("maybe")]
    [InlineData("APPROVE")]
    public async Task A_decision_that_is_none_decides_nothing(string decision) => (await DecideAsync(await OpenAsync((await AskAsync()).Link), decision)).IsPage(400);

    [Fact]
    public async Task A_question_that_was_tampered_with_is_none()
    {
        var page = await AuthorizeAsync();
        var question = QuestionOf(page);
        foreach (var forged in new[] { "", "x", question[..^1], question[..20] + (question[20] == 'A' ? 'B' : 'A') + question[21..], await gateway.AccessTokenAsync() })
            (await PostAsync(forged, "approve", CookieOf(page))).IsPage(400);
    }

    [Fact]
    public async Task Two_pages_in_one_browser_can_both_be_answered()
    {
        var first = await AuthorizeAsync();
        var second = await gateway.SendAsync(
            "GET", "/authorize?" + Login.Query(("client_id", Client), ("login_hint", hint), ("state", "2")), token: null, headers: ("Cookie", CookieOf(first)));
        Assert.Null(second.Header("Set-Cookie"));
        (await PostAsync(QuestionOf(first), "deny", CookieOf(first))).Arrival(303);
        Assert.Equal("2", (await PostAsync(QuestionOf(second), "approve", CookieOf(first))).Arrival(303)["state"]);
    }

    [Fact]
    public async Task The_cookie_stays_with_the_consent_pages_and_away_from_scripts_and_other_sites()
    {
        var cookie = (await AuthorizeAsync()).Header("Set-Cookie")!;
        Assert.Matches("^qod-consent=[A-Za-z0-9_-]{43}; path=/consent; secure; samesite=strict; httponly$", cookie);
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_says_so()
    {
        (await gateway.SendAsync("GET", "/consent/" + new string('A', 43), token: null)).IsPage(404);
        (await gateway.SendAsync("GET", "/consent/" + new string('A', 3000), token: null)).IsPage(404);
        Assert.Equal(404, (await gateway.SendAsync("GET", "/consent/a/b", token: null)).Status);
        Assert.Equal("GET, POST, HEAD", (await gateway.SendAsync("DELETE", "/consent", token: null)).Header("Allow"));
    }

    [Fact]
    public async Task People_see_what_they_have_allowed_and_take_it_back()
    {
        Assert.Contains("No application has a permission of yours", (await GivenAsync()).Text, StringComparison.Ordinal);
        (await DecideAsync(await OpenAsync((await AskAsync("openid " + Purpose + "qod-sessions-write qod-sessions-read")).Link), "approve")).IsPage(200);

        var given = await GivenAsync();
        Assert.Contains("Asking App", given.Text, StringComparison.Ordinal);
        Assert.Contains("<ul><li>openid</li><li>qod-sessions-write</li><li>qod-sessions-read</li></ul>", given.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("my-app-id", given.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(hint[8..], given.Text, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https:;", given.Header("Content-Security-Policy"), StringComparison.Ordinal);

        Assert.Contains("within 65 minutes", (await DecideAsync(given, "withdraw")).IsPage(200).Text, StringComparison.Ordinal);
        Assert.Contains("No application has a permission of yours", (await GivenAsync()).Text, StringComparison.Ordinal);
        Assert.NotNull((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-read", Client, Secret)).Json["consent_uri"]);
        (await AuthorizeAsync(("scope", Purpose + "qod-sessions-read"))).IsPage(200);
    }

    [Fact]
    public async Task Nobody_takes_back_what_another_line_has_allowed()
    {
        (await DecideAsync(await OpenAsync((await AskAsync()).Link), "approve")).IsPage(200);
        Assert.Contains("No application has a permission of yours", (await GivenAsync(hint + "1")).Text, StringComparison.Ordinal);

        var (given, theirs) = (await GivenAsync(), await GivenAsync());
        (await DecideAsync(given, "withdraw", cookie: null)).IsPage(400);
        (await DecideAsync(given, "withdraw", CookieOf(theirs))).IsPage(400);
        (await DecideAsync(given, "withdraw", CookieOf(given), ("Sec-Fetch-Site", "cross-site"))).IsPage(400);
        // Neither is a permission given by what withdraws one, nor the other way round.
        (await DecideAsync(given, "approve")).IsPage(400);
        (await DecideAsync(await AuthorizeAsync(("prompt", "consent")), "withdraw")).IsPage(400);
        Assert.Null((await gateway.BackchannelAsync(hint, Login.QodScope, Client, Secret)).Json["consent_uri"]);
    }

    [Fact]
    public async Task Who_refuses_what_was_allowed_before_has_taken_it_back_and_keeps_the_rest()
    {
        (await DecideAsync(await AuthorizeAsync(("scope", Purpose + "qod-sessions-write qod-sessions-read")), "approve")).Arrival(303);
        var refused = (await DecideAsync(await AuthorizeAsync(("scope", Purpose + "qod-sessions-write"), ("prompt", "consent")), "deny")).Arrival(303);
        Assert.Equal("access_denied", refused["error"]);
        Assert.NotNull((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-write", Client, Secret)).Json["consent_uri"]);
        Assert.Null((await gateway.BackchannelAsync(hint, Purpose + "qod-sessions-read", Client, Secret)).Json["consent_uri"]);
    }

    [Theory]
    [InlineData("tel:+99600000000")]
    [InlineData("tel:+49600000000")]
    [InlineData("nonsense")]
    public async Task A_line_that_is_not_known_is_told_so(string hint) => (await SendForGivenAsync(hint)).IsPage(404);

    [Fact]
    public async Task An_operator_that_does_not_answer_is_503_for_whoever_asks_what_they_have_allowed()
    {
        gateway.Engine.Failure = Core.Engine.SessionError.OperatorUnavailable(new Core.Operators.OperatorId("offers"));
        try
        {
            Assert.Equal((503, "1"), ((await SendForGivenAsync(hint)).Status, (await SendForGivenAsync(hint)).Header("Retry-After")));
        }
        finally
        {
            gateway.Engine.Failure = null;
        }
    }

    [Fact]
    public async Task The_name_of_an_application_is_text_and_not_part_of_the_page()
    {
        await using var other = new SpitefulGateway();
        await other.InitializeAsync();
        var page = await other.AuthorizeAsync(("client_id", "spiteful"), ("state", "\"><script>"));
        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page.Text, StringComparison.Ordinal);
    }

    private Task<Answer> SendForGivenAsync(string hint) => gateway.SendAsync("GET", "/consent?login_hint=" + Uri.EscapeDataString(hint), token: null);

    private async Task<Answer> GivenAsync(string? of = null) => (await SendForGivenAsync(of ?? hint)).IsPage(200);

    private Task<Answer> PollAsync(string id) => gateway.PollAsync(id, Client, Secret);

    private Task<Answer> AuthorizeAsync(params (string Name, string? Value)[] changes) =>
        gateway.AuthorizeAsync([("client_id", Client), ("login_hint", hint), .. changes]);

    private async Task<(string AuthReqId, string Link)> AskAsync(string scope = Login.QodScope)
    {
        var answer = await gateway.BackchannelAsync(hint, scope, Client, Secret);
        Assert.Equal(["auth_req_id", "expires_in", "interval", "consent_uri"], answer.Json.AsObject().Select(member => member.Key));
        var link = (string)answer.Json["consent_uri"]!;
        Assert.Matches("^https://api.example.com/consent/[A-Za-z0-9_-]{43}$", link);
        return ((string)answer.Json["auth_req_id"]!, new Uri(link).AbsolutePath);
    }

    private async Task<Answer> OpenAsync(string link) => (await gateway.SendAsync("GET", link, token: null)).IsPage(200);

    private Task<Answer> DecideAsync(Answer page, string decision) => DecideAsync(page, decision, CookieOf(page));

    private Task<Answer> DecideAsync(Answer page, string decision, string? cookie, params (string, string)[] headers) => PostAsync(QuestionOf(page), decision, cookie, headers);

    private Task<Answer> PostAsync(string question, string decision, string? cookie, params (string, string)[] headers) => gateway.SendAsync(
        "POST", "/consent", $"question={Uri.EscapeDataString(question)}&decision={decision}", token: null, "application/x-www-form-urlencoded",
        cookie is null ? headers : [.. headers, ("Cookie", cookie)]);

    private static string CookieOf(Answer page) => page.Header("Set-Cookie")!.Split(';')[0];

    private static string QuestionOf(Answer page) => Question().Match(page.Text).Groups[1].Value;

    [GeneratedRegex("name=\"question\" value=\"([^\"]+)\"")]
    private static partial Regex Question();

    private sealed class SpitefulGateway() : Gateway(
        new("Qod:Clients:0:Id", "spiteful"),
        new("Qod:Clients:0:SecretHash", ClientSecret.Hash("s")),
        new("Qod:Clients:0:DisplayName", "<script>alert(1)</script>"),
        new("Qod:Clients:0:ConsentRequired", "true"),
        new("Qod:Clients:0:RedirectUris:0", Login.Callback));
}

public sealed class ProductionConsentTests(ProductionConsentTests.AskingGateway gateway) : IClassFixture<ProductionConsentTests.AskingGateway>
{
    [Fact]
    public async Task Outside_the_sandbox_the_application_does_not_get_the_persons_link()
    {
        var answer = await gateway.BackchannelAsync(client: "shop", secret: "s");
        Assert.Equal(["auth_req_id", "expires_in", "interval"], answer.Json.AsObject().Select(member => member.Key));
        (await gateway.PollAsync((string)answer.Json["auth_req_id"]!, "shop", "s")).IsOAuthError(400, "authorization_pending");
    }

    [Fact]
    public async Task Outside_the_sandbox_a_login_hint_does_not_move_a_person_to_another_line()
    {
        var page = await gateway.AuthorizeAsync(("client_id", "shop"), ("login_hint", "tel:+34600000199"));
        Assert.Contains("…00", System.Net.WebUtility.HtmlDecode(page.IsPage(200).Text), StringComparison.Ordinal);
        var given = await gateway.SendAsync("GET", "/consent?login_hint=tel%3A%2B34600000199", token: null);
        Assert.Contains("…00", System.Net.WebUtility.HtmlDecode(given.IsPage(200).Text), StringComparison.Ordinal);
    }

    public sealed class AskingGateway() : Gateway(
        new("Qod:Mode", "production"),
        new("Qod:Clients:0:Id", "shop"),
        new("Qod:Clients:0:SecretHash", ClientSecret.Hash("s")),
        new("Qod:Clients:0:ConsentRequired", "true"),
        new("Qod:Clients:0:RedirectUris:0", Login.Callback));
}

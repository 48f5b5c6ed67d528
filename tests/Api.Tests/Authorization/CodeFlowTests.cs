using System.Text.Json.Nodes;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>The frontend flow: <c>/authorize</c>, and <c>/token</c> with a code.</summary>
public sealed class CodeFlowTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task L07_L08_L10_the_samples_request_is_sent_back_with_a_code_and_no_page_in_between()
    {
        var arrival = (await gateway.AuthorizeAsync()).Arrival();
        Assert.Equal(["code", "iss"], arrival.Keys);
        // 256 bits in base64url: more than the 160 that are asked for.
        Assert.Matches("^[A-Za-z0-9_-]{43}$", arrival["code"]);
        Assert.Equal("https://api.example.com", arrival["iss"]);
    }

    [Fact]
    public async Task L11_the_html_form_with_its_create_button_works() => Assert.NotEmpty(await gateway.CodeAsync(("create", ""), ("utm_source", "x"), ("utm_source", "y")));

    [Theory]
    [InlineData("+34600000000")]
    [InlineData("a b&c=d#e%25/ä€🚀\"<'")]
    [InlineData("0")]
    public async Task L12_state_comes_back_verbatim(string state)
    {
        Assert.Equal(state, (await gateway.AuthorizeAsync(("state", state))).Arrival()["state"]);
        Assert.Equal(state, (await gateway.AuthorizeAsync(("state", state), ("scope", "nonsense"))).Arrival()["state"]);
    }

    [Fact]
    public async Task L13_L14_the_backend_turns_the_code_into_a_token_for_the_line_of_the_requests_address()
    {
        var answer = await gateway.RedeemAsync(await gateway.CodeAsync());
        Assert.Equal(200, answer.Status);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], answer.Json.AsObject().Select(member => member.Key));
        Assert.Equal("qod-sessions-write qod-sessions-read qod-sessions-delete qod-profiles-read qod:sessions:write qod:sessions:read", (string)answer.Json["scope"]!);

        Assert.Equal(201, (await gateway.CreateAsync(Gateway.Body(body => body["device"]!["phoneNumber"] = "+34600000000"), (string)answer.Json["access_token"]!)).Status);
        Assert.Equal((new OperatorId("offers"), "+34600000000"), (gateway.Engine.LastCreate!.Caller.Line!.Operator, gateway.Engine.LastCreate.Caller.Line!.Device.PhoneNumber));
        (await gateway.CreateAsync(Gateway.Body(), (string)answer.Json["access_token"]!)).Is(403, "PERMISSION_DENIED", "Operation not allowed: the access token is for another device");
    }

    [Fact]
    public async Task In_the_sandbox_a_login_hint_names_another_line()
    {
        var token = (string)(await gateway.RedeemAsync(await gateway.CodeAsync(("login_hint", "tel:+34600000123")))).Json["access_token"]!;
        Assert.Equal(201, (await gateway.CreateAsync(Gateway.Body(body => body["device"]!["phoneNumber"] = "+34600000123"), token)).Status);
        Assert.Equal("invalid_request", (await gateway.AuthorizeAsync(("login_hint", "+34600000123"))).Arrival()["error"]);
    }

    [Theory]
    [InlineData("operatortoken:eyJ", "+34600000000")]
    [InlineData("sub:somebody", "+34600000000")]
    [InlineData("Phone_Number:+34600000124", "+34600000124")]
    [InlineData("TEL:+34600000125", "+34600000125")]
    public async Task R58_a_hint_of_a_kind_that_nobody_supports_is_ignored(string hint, string line)
    {
        var token = (string)(await gateway.RedeemAsync(await gateway.CodeAsync(("login_hint", hint)))).Json["access_token"]!;
        await gateway.CreateAsync(Gateway.Body(), token);
        Assert.Equal(line, gateway.Engine.LastCreate!.Caller.Line!.Device.PhoneNumber);
    }

    [Theory]
    [InlineData(" dpv:RequestedServiceProvision#qod ")]
    [InlineData("openid   dpv:RequestedServiceProvision  qod-sessions-write")]
    [InlineData("openid dpv:RequestedServiceProvision")]
    public async Task Blanks_around_and_between_scopes_are_skipped(string scope) => Assert.NotEmpty(await gateway.CodeAsync(("scope", scope)));

    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "")]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", "MY-APP-ID")]
    [InlineData("client_id", "other-app-id")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "/qod-auth-callback")]
    [InlineData("redirect_uri", "https://my_app_server/qod-auth-callback/")]
    [InlineData("redirect_uri", "https://my_app_server/qod-auth-callback?x=1")]
    [InlineData("redirect_uri", "https://my_app_server/QOD-auth-callback")]
    [InlineData("redirect_uri", "https://my_app_server:443/qod-auth-callback")]
    [InlineData("redirect_uri", "http://my_app_server/qod-auth-callback")]
    [InlineData("redirect_uri", "https://my_app_server.evil.example/qod-auth-callback")]
    [InlineData("redirect_uri", "https://my_app_server@evil.example/qod-auth-callback")]
    [InlineData("redirect_uri", "https://my_app_server/qod-auth-callback/../evil")]
    [InlineData("redirect_uri", "https://my_app_server/qod-auth-callback#x")]
    [InlineData("redirect_uri", " https://my_app_server/qod-auth-callback")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    public async Task A_client_or_an_address_that_is_not_registered_is_redirected_nowhere(string name, string? value)
    {
        var page = (await gateway.AuthorizeAsync((name, value), ("state", "<script>"))).IsPage(400);
        Assert.DoesNotContain("script>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_id", "my-app-id")]
    [InlineData("redirect_uri", Login.Callback)]
    public async Task A_client_or_an_address_given_twice_is_none(string name, string value) => (await gateway.AuthorizeAsync((name, value), (name, value))).IsPage(400);

    [Theory]
    [InlineData("unsupported_response_type", "response_type", "token")]
    [InlineData("unsupported_response_type", "response_type", "code id_token")]
    [InlineData("invalid_request", "response_type", null)]
    [InlineData("invalid_request", "response_mode", "fragment")]
    // R62
    [InlineData("invalid_scope", "scope", null)]
    [InlineData("invalid_scope", "scope", "")]
    [InlineData("invalid_scope", "scope", "dpv:RequestedServiceProvision")]
    [InlineData("invalid_scope", "scope", "everything")]
    [InlineData("invalid_scope", "scope", "openid")]
    [InlineData("invalid_scope", "scope", "qod-sessions-write")]
    [InlineData("invalid_scope", "scope", "dpv:A#qod-sessions-write dpv:B#qod-sessions-read")]
    [InlineData("invalid_request_object", "request", "e30.e30.")]
    [InlineData("request_uri_not_supported", "request_uri", "https://evil.example/")]
    [InlineData("invalid_request", "prompt", "none consent")]
    [InlineData("invalid_request", "prompt", "create")]
    [InlineData("invalid_request", "prompt", "login Consent")]
    [InlineData("account_selection_required", "prompt", "select_account")]
    [InlineData("invalid_request", "max_age", "-1")]
    [InlineData("invalid_request", "max_age", "soon")]
    [InlineData("invalid_request", "max_age", "1e3")]
    [InlineData("invalid_request", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("invalid_request", "code_challenge_method", "S256")]
    public async Task What_else_is_wrong_is_told_to_the_application(string error, string name, string? value)
    {
        var arrival = (await gateway.AuthorizeAsync((name, value), ("state", "s"))).Arrival();
        Assert.Equal((error, "s"), (arrival["error"], arrival["state"]));
        Assert.DoesNotContain("code", arrival.Keys);
    }

    [Theory]
    [InlineData("plain", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("s256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("S256", "tooshort")]
    [InlineData("S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")]
    public async Task Only_a_challenge_by_S256_is_taken(string method, string challenge) =>
        Assert.Equal("invalid_request", (await gateway.AuthorizeAsync(("code_challenge", challenge), ("code_challenge_method", method))).Arrival()["error"]);

    [Theory]
    [InlineData("response_type", "code")]
    [InlineData("scope", Login.QodScope)]
    [InlineData("nonce", "n")]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "60")]
    public async Task A_known_parameter_given_twice_is_an_invalid_request(string name, string value) =>
        Assert.Equal("invalid_request", (await gateway.AuthorizeAsync((name, value), (name, value))).Arrival()["error"]);

    [Fact]
    public async Task A_state_given_twice_is_an_invalid_request_and_neither_is_sent_back()
    {
        var arrival = (await gateway.AuthorizeAsync(("state", "a"), ("state", "b"))).Arrival();
        Assert.Equal("invalid_request", arrival["error"]);
        Assert.DoesNotContain("state", arrival.Keys);
    }

    [Theory]
    [InlineData("prompt", "none")]
    [InlineData("prompt", "login")]
    [InlineData("prompt", "login consent")]
    [InlineData("max_age", "0")]
    [InlineData("max_age", "86400")]
    [InlineData("acr_values", "anything")]
    [InlineData("display", "wap")]
    [InlineData("ui_locales", "de")]
    [InlineData("claims", "{\"id_token\":{}}")]
    public async Task L10_what_needs_no_page_shows_none(string name, string value) => Assert.NotEmpty(await gateway.CodeAsync((name, value)));

    [Fact]
    public async Task L22_a_client_secret_is_not_asked_for_and_one_that_is_sent_all_the_same_goes_nowhere()
    {
        var answer = await gateway.AuthorizeAsync(("client_secret", "my-app-secret"), ("state", "s"));
        Assert.NotEmpty(answer.Arrival()["code"]);
        Assert.DoesNotContain("my-app-secret", answer.Headers.NonValidated["Location"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task D39_without_state_PKCE_and_nonce_a_login_works_and_the_id_token_has_no_nonce()
    {
        var idToken = (string)(await gateway.RedeemAsync(await gateway.CodeAsync(("scope", "openid " + Login.QodScope)))).Json["id_token"]!;
        Assert.Null(JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(idToken.Split('.')[1]))!["nonce"]);
    }

    [Fact]
    public async Task OpenID_Connects_POST_is_answered_like_the_GET() =>
        Assert.NotEmpty((await gateway.SendAsync("POST", "/authorize", Login.Query(("state", "s")), token: null, "application/x-www-form-urlencoded")).Arrival(303)["code"]);

    [Fact]
    public async Task A_browser_that_reads_html_only_is_served() =>
        Assert.NotEmpty((await gateway.SendAsync("GET", "/authorize?" + Login.Query(), token: null, headers: ("Accept", "text/html"))).Arrival()["code"]);

    [Fact]
    public async Task A_line_that_no_operator_knows_and_one_without_the_service_are_access_denied()
    {
        Assert.Equal("access_denied", (await gateway.AuthorizeAsync(("login_hint", "tel:+99600000000"))).Arrival()["error"]);
        Assert.Equal("access_denied", (await gateway.AuthorizeAsync(("login_hint", "tel:+49600000000"))).Arrival()["error"]);
    }

    [Fact]
    public async Task An_operator_that_does_not_answer_is_temporarily_unavailable()
    {
        gateway.Engine.Failure = SessionError.OperatorUnavailable(new OperatorId("offers"));
        try
        {
            Assert.Equal("temporarily_unavailable", (await gateway.AuthorizeAsync()).Arrival()["error"]);
        }
        finally
        {
            gateway.Engine.Failure = null;
        }
    }

    [Fact]
    public async Task With_a_challenge_the_code_needs_its_verifier()
    {
        (string, string?)[] pkce = [("code_challenge", Login.Challenge), ("code_challenge_method", "S256")];
        Assert.Equal(200, (await gateway.RedeemAsync(await gateway.CodeAsync(pkce), verifier: Login.Verifier)).Status);

        foreach (var verifier in new[] { null, "", Login.Verifier + "x", Login.Challenge, "short", new string('a', 129), new string('ä', 43) })
            (await gateway.RedeemAsync(await gateway.CodeAsync(pkce), verifier: verifier)).IsOAuthError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_verifier_without_a_challenge_is_refused() => (await gateway.RedeemAsync(await gateway.CodeAsync(), verifier: Login.Verifier)).IsOAuthError(400, "invalid_grant");

    [Theory]
    [InlineData("https://my_app_server/qod-auth-callback/")]
    [InlineData("https://evil.example/")]
    public async Task A_code_is_redeemed_only_with_the_address_that_it_was_sent_to_and_is_gone_after_a_wrong_one(string redirectUri)
    {
        var code = await gateway.CodeAsync();
        (await gateway.RedeemAsync(code, redirectUri)).IsOAuthError(400, "invalid_grant");
        (await gateway.RedeemAsync(code)).IsOAuthError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_request_that_lacks_a_parameter_costs_no_code()
    {
        var code = await gateway.CodeAsync();
        (await gateway.RedeemAsync(code, redirectUri: null)).IsOAuthError(400, "invalid_request");
        (await gateway.RedeemAsync("")).IsOAuthError(400, "invalid_request");
        Assert.Equal(200, (await gateway.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task A_code_is_good_once_and_its_replay_is_refused_like_any_other_and_noticed()
    {
        var before = gateway.Log.All.Length;
        var code = await gateway.CodeAsync();
        Assert.Equal(200, (await gateway.RedeemAsync(code)).Status);
        var noticed = Noticed();

        var replayed = (await gateway.RedeemAsync(code)).IsOAuthError(400, "invalid_grant");
        Assert.Equal(noticed + 1, Noticed());
        Assert.Equal(replayed.Text, (await gateway.RedeemAsync(new string('A', 43))).IsOAuthError(400, "invalid_grant").Text);
        Assert.DoesNotContain(code, gateway.Log.All, StringComparison.Ordinal);
        // What a client itself puts into its state is no secret of ours; this one put nothing there.
        Assert.DoesNotContain("34600000000", gateway.Log.All[before..], StringComparison.Ordinal);

        int Noticed() => gateway.Log.All.Split("Client my-app-id shows a code or auth_req_id that was redeemed before").Length;
    }

    [Fact]
    public async Task Of_many_who_redeem_one_code_at_once_exactly_one_gets_a_token()
    {
        var code = await gateway.CodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.RedeemAsync(code)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsOAuthError(400, "invalid_grant"));
    }

    [Fact]
    public async Task Another_client_gets_nothing_for_a_code_and_does_not_spoil_it()
    {
        var code = await gateway.CodeAsync();
        (await gateway.RedeemAsync(code, client: "other-app-id", secret: "other-app-secret")).IsOAuthError(400, "invalid_grant");
        Assert.Equal(200, (await gateway.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task A_code_ends_after_a_minute()
    {
        var (code, late) = (await gateway.CodeAsync(), await gateway.CodeAsync());
        gateway.Clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.Equal(200, (await gateway.RedeemAsync(code)).Status);
        gateway.Clock.Advance(TimeSpan.FromTicks(1));
        (await gateway.RedeemAsync(late)).IsOAuthError(400, "invalid_grant");
    }

    [Fact]
    public async Task A_code_is_no_auth_req_id_no_token_and_no_ticket()
    {
        var code = await gateway.CodeAsync();
        (await gateway.PollAsync(code)).IsOAuthError(400, "invalid_grant");
        Assert.Equal(401, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: code)).Status);
        (await gateway.SendAsync("GET", "/consent/" + code, token: null)).IsPage(404);
        Assert.Equal(200, (await gateway.RedeemAsync(code)).Status);
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("%FF%FE")]
    [InlineData("%0D%0ASet-Cookie:x=1")]
    public async Task A_state_full_of_control_characters_breaks_no_header(string state)
    {
        var answer = await gateway.SendAsync("GET", $"/authorize?{Login.Query()}&state={state}", token: null);
        Assert.Null(answer.Header("Set-Cookie"));
        Assert.NotEmpty(answer.Arrival()["code"]);
    }

    [Fact]
    public async Task The_store_holds_neither_the_code_nor_the_line()
    {
        var code = await gateway.CodeAsync();
        var grant = (await gateway.Grants.FindAsync(Core.Authorization.GrantKey.OfCode(code), CancellationToken.None))!;
        var stored = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(grant))!.ToJsonString() + System.Text.Encoding.Latin1.GetString(grant.Payload);
        Assert.DoesNotContain(code, stored, StringComparison.Ordinal);
        Assert.DoesNotContain("600000000", stored, StringComparison.Ordinal);
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.Jose;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>D37: clients that authenticate with a signed assertion (<c>private_key_jwt</c>), and those who try to.</summary>
public sealed class PrivateKeyJwtTests(PrivateKeyJwtTests.KeyedGateway gateway) : IClassFixture<PrivateKeyJwtTests.KeyedGateway>
{
    private const string TokenUrl = Gateway.PublicUrl + "/token";
    private const string BackchannelUrl = Gateway.PublicUrl + "/bc-authorize";

    private static readonly KeyHolder P256 = KeyHolder.New("ES256", "p256");
    private static readonly KeyHolder P384 = KeyHolder.New("ES384", "p384");
    private static readonly KeyHolder Rsa = KeyHolder.New("PS256", "rsa");
    private static readonly KeyHolder Rival = KeyHolder.New("ES256", "p256");
    private static readonly KeyHolder Nameless = KeyHolder.New("RS256");
    private static readonly KeyHolder PssOnly = KeyHolder.New("PS256", "pss");

    public static TheoryData<string> Algorithms => [.. ClientKey.AllAlgorithms];

    /// <summary>Each a change to a good assertion's claims; null takes one away.</summary>
    public static TheoryData<string, string?> WrongClaims => new()
    {
        { "iss", null },
        { "iss", "\"rival-app\"" },
        { "iss", "\"\"" },
        { "iss", "[\"keyed-app\"]" },
        { "sub", null },
        { "sub", "\"rival-app\"" },
        { "sub", "\"nobody\"" },
        { "sub", "\"KEYED-APP\"" },
        { "sub", "\"keyed-app\\u0000\"" },
        { "sub", "7" },
        { "aud", null },
        { "aud", "\"\"" },
        { "aud", "[]" },
        { "aud", "[[]]" },
        { "aud", "{}" },
        { "aud", "\"https://api.example.com/\"" },
        { "aud", "\"https://api.example.com/authorize\"" },
        { "aud", $"\"{BackchannelUrl}\"" },
        { "aud", "\"https://evil.example/token\"" },
        { "aud", "\"http://127.0.0.1/token\"" },
        { "aud", $"[\"{TokenUrl}\",\"https://evil.example/token\"]" },
        { "aud", $"[\"{TokenUrl}\",\"{TokenUrl}/x\"]" },
        // R63: nothing is sent there.
        { "aud", "\"https://api.example.com/jwks\"" },
        { "aud", $"[\"{TokenUrl}\",\"https://api.example.com/jwks\"]" },
        { "aud", $"[\"{BackchannelUrl}\",\"https://api.example.com/authorize\"]" },
        { "jti", null },
        { "jti", "\"\"" },
        { "jti", "7" },
        { "exp", null },
        { "exp", "\"1893456000\"" },
        { "exp", "1e400" },
        { "exp", "-1" },
        { "exp", "253402300800" },
        { "exp", "9223372036854775807" },
        { "iat", "\"now\"" },
        { "iat", "-1" },
        { "nbf", "true" },
        { "nbf", "1e300" },
    };

    /// <summary>Claims of time by seconds from now, and whether they are good.</summary>
    public static TheoryData<double, double?, double?, bool> Times => new()
    {
        { 300, null, null, true },
        { 300, 0, 0, true },
        { 300.5, null, null, false },
        { 301, null, null, false },
        { 86_400, null, null, false },
        { 0.5, null, null, true },
        { 0, null, null, false },
        { -1, null, null, false },
        { -600, -610, null, false },
        { 60, 10, 10, true },
        { 60, 11, null, false },
        { 60, null, 11, false },
        { 60, -240, null, true },
        { 60, -241, null, false },
        { 60, -3600, null, false },
        { 60, 0, -86_400, true },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task D37_a_client_gets_a_token_for_an_assertion_by_every_algorithm_that_discovery_names(string algorithm)
    {
        var answer = await TokenAsync(Assertion(HolderOf(algorithm)));
        Assert.Equal((200, "no-store", "Bearer"), (answer.Status, answer.Header("Cache-Control"), (string?)answer.Json["token_type"]));
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: (string)answer.Json["access_token"]!)).Status);
    }

    [Fact]
    public async Task D37_discovery_names_both_ways_and_the_algorithms()
    {
        var metadata = (await gateway.SendAsync("GET", "/.well-known/openid-configuration", token: null)).Json;
        Assert.Equal(["client_secret_basic", "private_key_jwt"], metadata["token_endpoint_auth_methods_supported"]!.AsArray().Select(method => (string)method!));
        Assert.Equal(["ES256", "ES384", "PS256", "RS256"], metadata["token_endpoint_auth_signing_alg_values_supported"]!.AsArray().Select(method => (string)method!));
    }

    [Theory]
    [InlineData($"\"{Gateway.PublicUrl}\"")]
    [InlineData($"\"{TokenUrl}\"")]
    [InlineData($"\"{BackchannelUrl}\"")]
    [InlineData($"[\"{Gateway.PublicUrl}\",\"{TokenUrl}\"]")]
    public async Task D37_the_backchannel_takes_assertions_for_the_issuer_the_token_endpoint_and_itself(string audience)
    {
        var asked = await BackchannelAsync(Assertion(P256, ("aud", audience)));
        Assert.Equal(200, asked.Status);
        Assert.Equal(200, (await PollAsync((string)asked.Json["auth_req_id"]!)).Status);
    }

    [Theory]
    [InlineData($"\"{Gateway.PublicUrl}\"")]
    [InlineData($"\"{TokenUrl}\"")]
    [InlineData($"[\"{Gateway.PublicUrl}\",\"{TokenUrl}\"]")]
    [InlineData($"[\"{TokenUrl}\",\"{BackchannelUrl}\",\"https://api.example.com/authorize\",\"https://api.example.com\"]")]
    public async Task D37_the_token_endpoint_takes_assertions_for_the_issuer_and_itself(string audience) => Assert.Equal(200, (await TokenAsync(Assertion(P256, ("aud", audience)))).Status);

    [Fact]
    public async Task The_host_header_of_a_request_is_nobody_whom_an_assertion_could_be_for()
    {
        var assertion = Assertion(P256, ("aud", "\"http://evil.example/token\""));
        var answer = await gateway.SendAsync(
            "POST", "/token", Form(assertion), token: null, "application/x-www-form-urlencoded",
            ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("Forwarded", "host=evil.example"));
        IsRefused(answer);
    }

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task D37_a_claim_that_is_missing_or_wrong_refuses_the_assertion(string claim, string? json) => IsRefused(await TokenAsync(Assertion(P256, (claim, json))));

    [Theory]
    [MemberData(nameof(Times))]
    public async Task D37_an_assertion_lives_for_at_most_300_seconds_and_starts_at_most_10_ahead(double expires, double? issued, double? starts, bool good)
    {
        var assertion = Assertion(P256, ("exp", At(expires)), ("iat", issued is { } i ? At(i) : null), ("nbf", starts is { } n ? At(n) : null));
        var answer = await TokenAsync(assertion);
        if (good) Assert.Equal(200, answer.Status);
        else IsRefused(answer);
    }

    [Fact]
    public async Task D37_without_iat_and_typ_it_is_still_an_assertion() =>
        Assert.Equal(200, (await TokenAsync(P256.Sign(new JsonObject { ["alg"] = "ES256" }, Claims(("iat", null))))).Status);

    [Fact]
    public async Task An_assertion_is_good_once_and_its_replay_is_refused_like_any_other_and_noticed()
    {
        var assertion = Assertion(P256);
        Assert.Equal(200, (await TokenAsync(assertion)).Status);
        var noticed = Noticed();
        IsRefused(await TokenAsync(assertion));
        IsRefused(await BackchannelAsync(assertion));
        Assert.Equal(noticed + 2, Noticed());
        Assert.DoesNotContain(assertion, gateway.Log.All, StringComparison.Ordinal);

        int Noticed() => gateway.Log.All.Split("Client keyed-app shows an assertion that was used before").Length;
    }

    [Fact]
    public async Task A_jti_is_used_once_whatever_else_a_second_assertion_says_and_clients_do_not_use_up_each_others()
    {
        var jti = $"\"{Guid.NewGuid()}\"";
        Assert.Equal(200, (await TokenAsync(Assertion(P256, ("jti", jti), ("exp", At(60))))).Status);
        IsRefused(await TokenAsync(Assertion(Rsa, ("jti", jti), ("exp", At(90)))));
        Assert.Equal(200, (await TokenAsync(Assertion(Rival, ("jti", jti), ("iss", "\"rival-app\""), ("sub", "\"rival-app\"")))).Status);
    }

    [Fact]
    public async Task Of_many_who_show_one_assertion_at_once_exactly_one_gets_a_token()
    {
        var assertion = Assertion(P256);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TokenAsync(assertion)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), IsRefused);
    }

    [Fact]
    public async Task A_used_assertion_is_used_at_every_gateway_and_after_a_restart()
    {
        var assertion = ClientAssertion.Read(Assertion(P256))!;
        var client = gateway.Services.GetRequiredService<ClientRegistry>().Find("keyed-app")!;
        var other = ActivatorUtilities.CreateInstance<AuthorizationGrants>(gateway.Services);
        Assert.True(await gateway.Services.GetRequiredService<AuthorizationGrants>().SpendAsync(client, assertion, default));
        Assert.False(await other.SpendAsync(client, assertion, default));
    }

    [Fact]
    public async Task A_used_assertion_is_remembered_until_it_would_be_refused_for_its_age_and_then_forgotten()
    {
        var assertion = Assertion(P256, ("exp", At(300)), ("iat", null));
        Assert.Equal(200, (await TokenAsync(assertion)).Status);
        var key = Core.Authorization.GrantKey.OfAssertion("keyed-app", ClientAssertion.Read(assertion)!.Id);

        gateway.Clock.Advance(TimeSpan.FromSeconds(299));
        await SweepAsync();
        IsRefused(await TokenAsync(assertion));
        Assert.NotNull(await gateway.Grants.FindAsync(key, default));

        gateway.Clock.Advance(TimeSpan.FromSeconds(1) + GrantSweeper.Grace + TimeSpan.FromSeconds(1));
        await SweepAsync();
        Assert.Null(await gateway.Grants.FindAsync(key, default));
        IsRefused(await TokenAsync(assertion));

        Task SweepAsync() => gateway.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<GrantSweeper>().Single().SweepAsync(default);
    }

    [Fact]
    public async Task A_request_that_fails_later_has_used_its_assertion_and_one_that_fails_sooner_has_not()
    {
        var assertion = Assertion(P256);
        (await TokenAsync(assertion, more: "&client_id=rival-app")).IsOAuthError(400, "invalid_request");
        (await TokenAsync(assertion, grant: "password")).IsOAuthError(400, "unsupported_grant_type");
        IsRefused(await TokenAsync(assertion));
        Assert.Equal(200, (await TokenAsync(Assertion(P256), more: "&client_id=keyed-app")).Status);
    }

    [Fact]
    public async Task A_foreign_clients_key_signs_nothing_for_this_one()
    {
        IsRefused(await TokenAsync(Assertion(Rival)));
        IsRefused(await TokenAsync(Assertion(P256, ("iss", "\"rival-app\""), ("sub", "\"rival-app\""))));
        Assert.Equal(200, (await TokenAsync(Assertion(Rival, ("iss", "\"rival-app\""), ("sub", "\"rival-app\"")))).Status);
    }

    [Fact]
    public async Task A_tampered_assertion_is_refused_wherever_it_was_touched()
    {
        var parts = Assertion(P256).Split('.');
        for (var part = 0; part < 3; part++)
        {
            foreach (var at in new[] { 0, parts[part].Length / 2, parts[part].Length - 2 })
            {
                var touched = (string[])parts.Clone();
                touched[part] = $"{parts[part][..at]}{(parts[part][at] == 'A' ? 'Q' : 'A')}{parts[part][(at + 1)..]}";
                IsRefused(await TokenAsync(string.Join('.', touched)));
            }
        }
        // Another's claims under this signature.
        IsRefused(await TokenAsync($"{parts[0]}.{Assertion(P256, ("jti", "\"other\"")).Split('.')[1]}.{parts[2]}"));
        Assert.Equal(200, (await TokenAsync(string.Join('.', parts))).Status);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("")]
    public async Task An_assertion_that_nobody_has_signed_is_refused(string algorithm)
    {
        var content = KeyHolder.Content($$"""{"alg":"{{algorithm}}"}""", Claims().ToJsonString());
        IsRefused(await TokenAsync($"{content}."));
        IsRefused(await TokenAsync(content));
        IsRefused(await TokenAsync($"{content}.AAAA"));
        IsRefused(await TokenAsync($"{content}.{Base64Url.EncodeToString(new byte[64])}"));
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task A_public_key_is_no_shared_secret(string algorithm)
    {
        foreach (var holder in new[] { P256, Rsa })
        {
            foreach (var secret in new[] { holder.PublicPem(), holder.PublicPem() + "\n", holder.Jwk().ToJsonString(), holder.Jwk()["x"]?.GetValue<string>() ?? holder.Jwk()["n"]!.GetValue<string>() })
            {
                var content = Encoding.ASCII.GetBytes(KeyHolder.Content($$"""{"alg":"{{algorithm}}","kid":"{{holder.Id}}"}""", Claims().ToJsonString()));
                var key = Encoding.ASCII.GetBytes(secret);
                var signature = algorithm switch { "HS256" => HMACSHA256.HashData(key, content), "HS384" => HMACSHA384.HashData(key, content), _ => HMACSHA512.HashData(key, content) };
                IsRefused(await TokenAsync($"{Encoding.ASCII.GetString(content)}.{Base64Url.EncodeToString(signature)}"));
            }
        }
    }

    [Fact]
    public async Task An_algorithm_that_is_not_the_keys_is_refused()
    {
        // Said and done differently, or not on the list, or not what the key was registered for.
        IsRefused(await TokenAsync(P256.Sign(Header(P256, ("alg", "\"ES384\"")), Claims())));
        IsRefused(await TokenAsync(P384.Sign(Header(P384, ("alg", "\"ES256\"")), Claims())));
        IsRefused(await TokenAsync(Rsa.Sign(Header(Rsa, ("alg", "\"RS256\"")), Claims())));
        IsRefused(await TokenAsync(Rsa.Sign(Header(Rsa, ("alg", "\"ES256\"")), Claims())));
        IsRefused(await TokenAsync(Rsa.Sign(Header(Rsa, ("alg", "\"es256\"")), Claims())));
        IsRefused(await TokenAsync(Assertion(Rsa.With("PS512"))));
        IsRefused(await TokenAsync(Assertion(PssOnly.With("RS256"))));
        Assert.Equal(200, (await TokenAsync(Assertion(PssOnly))).Status);
    }

    [Fact]
    public async Task A_kid_names_the_one_key_that_may_have_signed()
    {
        IsRefused(await TokenAsync(Assertion(P256, kid: "rsa")));
        IsRefused(await TokenAsync(Assertion(P256, kid: "P256")));
        IsRefused(await TokenAsync(Assertion(P256, kid: "../p256")));
        Assert.Equal(200, (await TokenAsync(P256.Sign(Header(P256, ("kid", null)), Claims()))).Status);
        // A key without a name answers to none.
        Assert.Equal(200, (await TokenAsync(Assertion(Nameless, ("iss", "\"both-app\""), ("sub", "\"both-app\"")))).Status);
        IsRefused(await TokenAsync(Assertion(Nameless, [("iss", "\"both-app\""), ("sub", "\"both-app\"")], kid: "any")));
    }

    [Theory]
    [InlineData("crit", "[\"b64\"]")]
    [InlineData("crit", "[]")]
    [InlineData("typ", "\"at+jwt\"")]
    [InlineData("typ", "\"dpop+jwt\"")]
    [InlineData("typ", "7")]
    [InlineData("alg", "[\"ES256\"]")]
    [InlineData("alg", null)]
    [InlineData("kid", "7")]
    public async Task A_header_that_asks_for_what_we_do_not_do_is_refused(string member, string? json) =>
        IsRefused(await TokenAsync(P256.Sign(Header(P256, (member, json)), Claims())));

    [Theory]
    [InlineData("jwk")]
    [InlineData("jku")]
    [InlineData("x5u")]
    public async Task A_key_that_comes_with_the_assertion_is_not_looked_at(string member)
    {
        var header = Header(Rival, (member, member == "jwk" ? Rival.Jwk().ToJsonString() : "\"https://evil.example/jwks\""));
        IsRefused(await TokenAsync(Rival.Sign(header, Claims())));
    }

    [Fact]
    public async Task What_is_no_JWT_is_refused_and_breaks_nothing()
    {
        var good = Assertion(P256);
        var parts = good.Split('.');
        var (header, claims) = (Header(P256).ToJsonString(), Claims().ToJsonString());
        foreach (var text in new[]
        {
            "x", ".", "..", "...", "a.b.c", good + ".", "." + good, good + ".AAAA", good + "=", good.Replace('_', '/') + "/", " " + good, good[..40] + "\n" + good[40..], "ä" + good, good + "🚀",
            P256.Sign("[]", claims), P256.Sign("null", claims), P256.Sign("{", claims), P256.Sign(header, "null"), P256.Sign(header, "[]"), P256.Sign(header, "\"x\""),
            P256.Sign(header, claims + " x"), P256.Sign(header, "\uFEFF" + claims), P256.Sign(header, claims[..^1] + ",\"sub\":\"keyed-app\"}"),
            P256.Sign(header[..^1] + ",\"alg\":\"none\"}", claims), P256.Sign(header, claims.Replace("\"jti\":\"", "\"jti\":\"\\ud800", StringComparison.Ordinal)), P256.Sign(header, "{\"\\ud800\":1}"), P256.Sign("{\"\\ud800\":1}", claims), P256.Sign(header, new string('[', 2000) + new string(']', 2000)),
            // A signature cut short.
            $"{parts[0]}.{parts[1]}.{parts[2][..^4]}",
        })
        {
            IsRefused(await TokenAsync(text));
        }
        (await TokenAsync(good + "\0")).IsOAuthError(400, "invalid_request");
        Assert.Equal(200, (await TokenAsync(good)).Status);
    }

    [Fact]
    public async Task Non_ascii_claims_are_read_and_invalid_UTF8_is_refused()
    {
        Assert.Equal(200, (await TokenAsync(Assertion(P256, ("jti", "\"jti-é🚀-" + Guid.NewGuid() + "\""), ("name", "\"ünknown claim\"")))).Status);
        var content = Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString("""{"alg":"ES256"}"""u8)}.{Base64Url.EncodeToString([.. "{\"sub\":\""u8, 0xFF, 0xFE, .. "\"}"u8])}");
        IsRefused(await TokenAsync($"{Encoding.ASCII.GetString(content)}.{Base64Url.EncodeToString(P256.SignatureOf(content))}"));
    }

    [Fact]
    public async Task A_huge_assertion_or_jti_is_refused()
    {
        (await TokenAsync(Assertion(P256, ("padding", $"\"{new string('x', 8000)}\"")))).IsOAuthError(400, "invalid_request");
        IsRefused(await TokenAsync(Assertion(P256, ("jti", $"\"{new string('x', 257)}\""))));
        Assert.Equal(200, (await TokenAsync(Assertion(P256, ("jti", $"\"{new string('x', 256)}\"")))).Status);
        (await TokenAsync(new string('A', 200_000))).IsOAuthError(413, "invalid_request");
    }

    [Theory]
    [InlineData("client_assertion")]
    [InlineData("client_assertion_type")]
    [InlineData("CLIENT_ASSERTION")]
    public async Task A_parameter_given_twice_is_an_invalid_request(string name) =>
        (await TokenAsync(Assertion(P256), more: $"&{name}=x")).IsOAuthError(400, "invalid_request");

    [Theory]
    [InlineData("Basic a2V5ZWQtYXBwOng=", "")]
    [InlineData("Bearer mock_sandbox_access_token", "")]
    [InlineData(null, "&client_secret=x")]
    public async Task Two_authentications_in_one_request_are_an_invalid_request_and_cost_no_assertion(string? header, string more)
    {
        var assertion = Assertion(P256);
        (string, string)[] headers = header is null ? [] : [("Authorization", header)];
        (await gateway.SendAsync("POST", "/token", Form(assertion) + more, token: null, "application/x-www-form-urlencoded", headers)).IsOAuthError(400, "invalid_request");
        Assert.Equal(200, (await TokenAsync(assertion)).Status);
    }

    [Theory]
    [InlineData("&client_secret=my-app-secret")]
    [InlineData("&client_assertion=x")]
    [InlineData("&client_assertion_type=x")]
    public async Task HTTP_Basic_and_something_else_is_an_invalid_request_too(string more) =>
        (await gateway.TokenAsync("grant_type=client_credentials" + more)).IsOAuthError(400, "invalid_request");

    [Fact]
    public async Task Half_an_assertion_is_an_invalid_request_and_another_type_of_it_an_unknown_client()
    {
        (await SendFormAsync("grant_type=client_credentials&client_assertion=" + Assertion(P256))).IsOAuthError(400, "invalid_request");
        (await SendFormAsync("grant_type=client_credentials&client_assertion_type=" + Uri.EscapeDataString(ClientAssertion.Type))).IsOAuthError(400, "invalid_request");
        IsRefused(await TokenAsync(Assertion(P256), type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"));
        IsRefused(await TokenAsync(Assertion(P256), type: ClientAssertion.Type.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("keyed")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_client_with_keys_only_has_no_secret_that_could_be_guessed(string secret) => IsRefused(await gateway.TokenAsync(client: "keyed-app", secret: secret));

    [Fact]
    public async Task A_client_with_both_may_use_either()
    {
        Assert.Equal(200, (await gateway.TokenAsync(client: "both-app", secret: "both secret")).Status);
        Assert.Equal(200, (await TokenAsync(Assertion(Nameless, ("iss", "\"both-app\""), ("sub", "\"both-app\"")))).Status);
    }

    [Fact]
    public async Task A_client_without_keys_cannot_sign_itself_in() => IsRefused(await TokenAsync(Assertion(P256, ("iss", "\"my-app-id\""), ("sub", "\"my-app-id\""))));

    [Fact]
    public async Task A_code_is_redeemed_with_an_assertion_by_its_client_only()
    {
        var code = await gateway.CodeAsync(("client_id", "keyed-app"));
        var form = $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(Login.Callback)}&client_assertion_type={Uri.EscapeDataString(ClientAssertion.Type)}&client_assertion=";
        (await SendFormAsync(form + Assertion(Rival, ("iss", "\"rival-app\""), ("sub", "\"rival-app\"")))).IsOAuthError(400, "invalid_grant");
        Assert.Equal(200, (await SendFormAsync(form + Assertion(P256))).Status);
    }

    [Fact]
    public async Task What_refuses_a_signed_assertion_is_told_to_the_operator_of_the_server_and_to_nobody_else()
    {
        IsRefused(await TokenAsync(Assertion(P256, ("exp", At(1000)))));
        Assert.Contains("An assertion signed by client keyed-app is refused: exp is too far ahead", gateway.Log.All, StringComparison.Ordinal);
    }

    /// <summary>The same answer to everything.</summary>
    private static void IsRefused(Answer answer)
    {
        answer.IsOAuthError(401, "invalid_client");
        Assert.Equal(
            ("what is needed is a known client's id and secret by HTTP Basic, or an assertion of its own that is neither old nor used", "Basic realm=\"qod\", charset=\"UTF-8\""),
            ((string?)answer.Json["error_description"], answer.Header("WWW-Authenticate")));
    }

    private static KeyHolder HolderOf(string algorithm) => algorithm switch { "ES256" => P256, "ES384" => P384, _ => Rsa.With(algorithm) };

    private string At(double secondsFromNow) => (gateway.Clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 + secondsFromNow).ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private string Assertion(KeyHolder holder, params (string Name, string? Json)[] changes) => holder.Sign(Header(holder), Claims(changes));

    private string Assertion(KeyHolder holder, string kid) => Assertion(holder, [], kid);

    private string Assertion(KeyHolder holder, (string Name, string? Json)[] changes, string kid) => holder.Sign(Header(holder, ("kid", $"\"{kid}\"")), Claims(changes));

    private static JsonObject Header(KeyHolder holder, params (string Name, string? Json)[] changes)
    {
        var header = new JsonObject { ["alg"] = holder.Algorithm, ["typ"] = "JWT" };
        if (holder.Id is not null) header["kid"] = holder.Id;
        return Changed(header, changes);
    }

    private JsonObject Claims(params (string Name, string? Json)[] changes) => Changed(
        new JsonObject
        {
            ["iss"] = "keyed-app",
            ["sub"] = "keyed-app",
            ["aud"] = TokenUrl,
            ["jti"] = Guid.NewGuid().ToString(),
            ["exp"] = JsonNode.Parse(At(60)),
            ["iat"] = JsonNode.Parse(At(0)),
        },
        changes);

    private static JsonObject Changed(JsonObject json, (string Name, string? Json)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            json.Remove(name);
            if (value is not null) json[name] = JsonNode.Parse(value);
        }
        return json;
    }

    private static string Form(string assertion, string grant = "client_credentials", string type = ClientAssertion.Type) =>
        $"grant_type={grant}&client_assertion_type={Uri.EscapeDataString(type)}&client_assertion={Uri.EscapeDataString(assertion)}";

    private Task<Answer> SendFormAsync(string form, string path = "/token") => gateway.SendAsync("POST", path, form, token: null, "application/x-www-form-urlencoded");

    private Task<Answer> TokenAsync(string assertion, string more = "", string grant = "client_credentials", string type = ClientAssertion.Type) => SendFormAsync(Form(assertion, grant, type) + more);

    private Task<Answer> BackchannelAsync(string assertion) =>
        SendFormAsync($"{Form(assertion)}&login_hint={Uri.EscapeDataString("tel:+34600000000")}&scope={Uri.EscapeDataString(Login.QodScope)}", "/bc-authorize");

    private Task<Answer> PollAsync(string authReqId) => TokenAsync(Assertion(P256), $"&auth_req_id={authReqId}", Uri.EscapeDataString("urn:openid:params:grant-type:ciba"));

    public sealed class KeyedGateway() : Gateway(
        new("Qod:RateLimits:WrongSecretsPerMinute", "0"),
        new("Qod:Clients:0:Id", "keyed-app"),
        new("Qod:Clients:0:Jwks", KeyHolder.Jwks([P256.Jwk(), P384.Jwk(), Rsa.Jwk(), Registered(PssOnly, alg: "PS256")])),
        new("Qod:Clients:0:RedirectUris:0", Login.Callback),
        new("Qod:Clients:1:Id", "rival-app"),
        new("Qod:Clients:1:Jwks", KeyHolder.Jwks(Rival)),
        new("Qod:Clients:2:Id", "both-app"),
        new("Qod:Clients:2:SecretHash", ClientSecret.Hash("both secret")),
        new("Qod:Clients:2:Jwks", KeyHolder.Jwks(Nameless)))
    {
        private static JsonObject Registered(KeyHolder holder, string alg)
        {
            var jwk = holder.Jwk();
            (jwk["alg"], jwk["use"], jwk["key_ops"]) = (alg, "sig", new JsonArray("verify"));
            return jwk;
        }
    }
}

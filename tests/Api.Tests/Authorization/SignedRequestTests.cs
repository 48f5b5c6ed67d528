using System.Text.Json.Nodes;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Assertions;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>docs/conformance.md, Q08: requests as JWTs that their client has signed, at <c>/authorize</c> and <c>/bc-authorize</c>.</summary>
public sealed class SignedRequestTests(SignedRequestTests.KeyedGateway gateway) : IClassFixture<SignedRequestTests.KeyedGateway>
{
    private const string AuthorizeUrl = Gateway.PublicUrl + "/authorize";
    private const string BackchannelUrl = Gateway.PublicUrl + "/bc-authorize";

    private static readonly KeyHolder Key = KeyHolder.New("ES256", "k");
    private static readonly KeyHolder Rival = KeyHolder.New("ES256", "k");

    /// <summary>Changes to a good request's claims, null for none, that make it none at either endpoint.</summary>
    public static TheoryData<string, string?> WrongClaims => new()
    {
        { "iss", null },
        { "iss", "\"rival-app\"" },
        { "sub", "\"keyed-app\"" },
        { "aud", null },
        { "aud", "\"https://evil.example/authorize\"" },
        { "aud", $"\"{Gateway.PublicUrl}/token\"" },
        { "aud", $"[\"{Gateway.PublicUrl}\",\"https://evil.example\"]" },
        { "jti", null },
        { "iat", null },
        { "iat", "+1" },
        { "iat", "-241" },
        { "exp", null },
        { "exp", "+0" },
        { "exp", "+301" },
        { "nbf", "+11" },
        { "request", "\"e30.e30.e30\"" },
        { "request_uri", "\"https://evil.example/\"" },
    };

    [Fact]
    public async Task Discovery_says_that_requests_may_be_signed_and_how()
    {
        var metadata = (await gateway.SendAsync("GET", "/.well-known/openid-configuration", token: null)).Json;
        Assert.Equal((true, false), ((bool)metadata["request_parameter_supported"]!, (bool)metadata["request_uri_parameter_supported"]!));
        foreach (var name in new[] { "request_object_signing_alg_values_supported", "backchannel_authentication_request_signing_alg_values_supported" })
            Assert.Equal(["ES256", "ES384", "PS256", "RS256"], metadata[name]!.AsArray().Select(method => (string)method!));
    }

    [Theory]
    [InlineData(AuthorizeUrl)]
    [InlineData(Gateway.PublicUrl)]
    public async Task Of_a_signed_request_to_authorize_only_what_is_signed_counts(string audience)
    {
        var signed = Signed(AuthorizeClaims(
            ("aud", $"\"{audience}\""), ("state", "\"inside\""), ("nonce", "\"n\""), ("code_challenge", $"\"{Login.Challenge}\""), ("code_challenge_method", "\"S256\""), ("max_age", "60")));
        var arrival = (await AuthorizeAsync(signed, ("state", "outside"), ("nonce", "x"), ("login_hint", "nonsense"), ("prompt", "nonsense"), ("code_challenge", "nonsense"))).Arrival();
        Assert.Equal("inside", arrival["state"]);

        (await RedeemAsync(arrival["code"], verifier: null)).IsOAuthError(400, "invalid_grant");
        var again = (await AuthorizeAsync(signed)).Arrival();
        var told = await RedeemAsync(again["code"], Login.Verifier);
        Assert.Equal(200, told.Status);
        var idToken = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(((string)told.Json["id_token"]!).Split('.')[1]))!;
        Assert.Equal("n", (string)idToken["nonce"]!);
    }

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task A_request_object_that_is_none_is_told_to_the_application_of_authorize(string claim, string? json)
    {
        var arrival = (await AuthorizeAsync(Signed(AuthorizeClaims((claim, json))), ("state", "outside"))).Arrival();
        Assert.Equal(("invalid_request_object", "outside"), (arrival["error"], arrival["state"]));
        Assert.DoesNotContain("code", arrival.Keys);
    }

    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "\"rival-app\"")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "\"https://evil.example/\"")]
    [InlineData("response_type", "\"token\"")]
    [InlineData("scope", null)]
    [InlineData("scope", "\"openid\"")]
    public async Task What_stands_in_a_signed_request_and_beside_it_must_be_the_same(string name, string? json)
    {
        Assert.Equal("invalid_request_object", (await AuthorizeAsync(Signed(AuthorizeClaims((name, json))))).Arrival()["error"]);
    }

    [Fact]
    public async Task RFC_9101_has_nothing_beside_a_signed_request_but_the_client_id()
    {
        var arrival = (await AuthorizeAsync(Signed(AuthorizeClaims(("state", "\"s\""))), ("redirect_uri", null), ("response_type", null), ("scope", null))).Arrival();
        Assert.Equal("s", arrival["state"]);
        Assert.Equal(200, (await RedeemAsync(arrival["code"], verifier: null)).Status);
    }

    [Fact]
    public async Task A_signed_request_names_no_client_and_no_address_that_is_not_registered()
    {
        (await AuthorizeAsync(Signed(AuthorizeClaims(("redirect_uri", "\"https://evil.example/\""))), ("redirect_uri", "https://evil.example/"))).IsPage(400);
        (await AuthorizeAsync(Signed(AuthorizeClaims()), ("client_id", null))).IsPage(400);
        (await AuthorizeAsync(Signed(AuthorizeClaims(("redirect_uri", "\"https://evil.example/\""))), ("redirect_uri", null))).IsPage(400);
        (await AuthorizeAsync(Signed(AuthorizeClaims(("redirect_uri", null))), ("redirect_uri", null))).IsPage(400);
        (await AuthorizeAsync(Rival.Sign(Header(), AuthorizeClaims()), ("redirect_uri", null))).IsPage(400);
    }

    [Fact]
    public async Task Nobody_else_signs_a_request_and_nobody_leaves_it_unsigned()
    {
        var claims = AuthorizeClaims();
        var good = Signed(claims);
        foreach (var forged in new[]
        {
            Rival.Sign(Header(), claims), "x", KeyHolder.Content("""{"alg":"none"}""", claims.ToJsonString()) + ".", good[..^4] + "AAAA",
            $"{good.Split('.')[0]}.{Signed(AuthorizeClaims(("state", "\"mine\""))).Split('.')[1]}.{good.Split('.')[2]}",
            Key.Sign(new JsonObject { ["alg"] = "ES256", ["typ"] = "client-authentication+jwt" }, claims),
            // Halves of a surrogate pair.
            Key.Sign(Header().ToJsonString(), claims.ToJsonString()[..^1] + ",\"\\ud800\":\"s\"}"),
            Key.Sign(Header().ToJsonString(), claims.ToJsonString()[..^1] + ",\"state\":\"\\ud800\"}"),
        })
        {
            Assert.Equal("invalid_request_object", (await AuthorizeAsync(forged)).Arrival()["error"]);
            (await BackchannelAsync($"request={Uri.EscapeDataString(forged)}")).IsOAuthError(400, "invalid_request_object");
        }
        Assert.NotEmpty((await AuthorizeAsync(good)).Arrival()["code"]);
        // One that has registered no keys.
        Assert.Equal("invalid_request_object", (await gateway.AuthorizeAsync(("request", good))).Arrival()["error"]);
    }

    [Fact]
    public async Task A_request_object_is_no_assertion()
    {
        foreach (var type in new[] { "JWT", "oauth-authz-req+jwt" })
        {
            var signed = Key.Sign(new JsonObject { ["alg"] = "ES256", ["typ"] = type }, AuthorizeClaims(("aud", $"\"{Gateway.PublicUrl}\"")));
            Assert.NotEmpty((await AuthorizeAsync(signed)).Arrival()["code"]);
            var form = $"grant_type=client_credentials&client_assertion_type={Uri.EscapeDataString(ClientAssertion.Type)}&client_assertion={signed}";
            (await gateway.SendAsync("POST", "/token", form, token: null, "application/x-www-form-urlencoded")).IsOAuthError(401, "invalid_client");
        }
    }

    [Theory]
    [InlineData(BackchannelUrl)]
    [InlineData(Gateway.PublicUrl)]
    public async Task A_signed_backchannel_request_is_answered_like_any_other(string audience)
    {
        var asked = await BackchannelAsync("request=" + Signed(BackchannelClaims(("aud", $"\"{audience}\""), ("nbf", "-5"), ("binding_message", "\"W4SCT\""))));
        Assert.Equal(200, asked.Status);
        Assert.Equal(200, (await gateway.PollAsync((string)asked.Json["auth_req_id"]!, "keyed-app", "s")).Status);
    }

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task A_request_object_that_is_none_is_an_invalid_request_object_at_the_backchannel(string claim, string? json) =>
        (await BackchannelAsync("request=" + Signed(BackchannelClaims((claim, json))))).IsOAuthError(400, "invalid_request_object");

    [Theory]
    [InlineData("login_hint=tel%3A%2B34600000000")]
    [InlineData("scope=openid")]
    [InlineData("id_token_hint=x")]
    public async Task Beside_a_signed_backchannel_request_nothing_of_it_may_stand(string more) =>
        (await BackchannelAsync($"request={Signed(BackchannelClaims())}&{more}")).IsOAuthError(400, "invalid_request");

    [Theory]
    [InlineData("login_hint", null, "invalid_request")]
    [InlineData("login_hint", "\"tel:34600000000\"", "invalid_request")]
    [InlineData("login_hint", "\"tel:+99600000000\"", "unknown_user_id")]
    [InlineData("id_token_hint", "\"x\"", "invalid_request")]
    [InlineData("scope", "\"everything\"", "invalid_scope")]
    public async Task What_is_wrong_in_a_signed_backchannel_request_is_wrong_as_anywhere(string name, string? json, string error) =>
        (await BackchannelAsync("request=" + Signed(BackchannelClaims((name, json))))).IsOAuthError(400, error);

    private static JsonObject Header() => new() { ["alg"] = "ES256", ["kid"] = "k", ["typ"] = "oauth-authz-req+jwt" };

    private static string Signed(JsonObject claims) => Key.Sign(Header(), claims);

    private JsonObject AuthorizeClaims(params (string Name, string? Json)[] changes) => Claims(
    [
        ("client_id", "\"keyed-app\""), ("redirect_uri", $"\"{Login.Callback}\""), ("response_type", "\"code\""), ("scope", $"\"openid {Login.QodScope}\""), .. changes,
    ]);

    private JsonObject BackchannelClaims(params (string Name, string? Json)[] changes) =>
        Claims([("aud", $"\"{BackchannelUrl}\""), ("scope", $"\"{Login.QodScope}\""), ("login_hint", "\"tel:+34600000000\""), .. changes]);

    /// <summary>Times are seconds from now.</summary>
    private JsonObject Claims(IEnumerable<(string Name, string? Json)> changes)
    {
        var now = gateway.Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = "keyed-app", ["aud"] = AuthorizeUrl, ["jti"] = Guid.NewGuid().ToString(), ["iat"] = now, ["exp"] = now + 60 };
        foreach (var (name, json) in changes)
        {
            claims.Remove(name);
            if (json is not null) claims[name] = name is "iat" or "exp" or "nbf" ? now + int.Parse(json, System.Globalization.CultureInfo.InvariantCulture) : JsonNode.Parse(json);
        }
        return claims;
    }

    private Task<Answer> AuthorizeAsync(string signed, params (string Name, string? Value)[] changes) =>
        gateway.AuthorizeAsync([.. Beside(signed).ExceptBy(changes.Select(change => change.Name), parameter => parameter.Name), .. changes]);

    private static (string Name, string? Value)[] Beside(string signed) => [("client_id", "keyed-app"), ("scope", "openid " + Login.QodScope), ("request", signed)];

    private Task<Answer> RedeemAsync(string code, string? verifier) => gateway.RedeemAsync(code, verifier: verifier, client: "keyed-app", secret: "s");

    private Task<Answer> BackchannelAsync(string form) =>
        gateway.SendAsync("POST", "/bc-authorize", form, token: null, "application/x-www-form-urlencoded", ("Authorization", Gateway.Basic("keyed-app", "s")));

    public sealed class KeyedGateway() : Gateway(
        new("Qod:Clients:0:Id", "keyed-app"),
        new("Qod:Clients:0:SecretHash", ClientSecret.Hash("s")),
        new("Qod:Clients:0:Jwks", KeyHolder.Jwks(Key)),
        new("Qod:Clients:0:RedirectUris:0", Login.Callback));
}

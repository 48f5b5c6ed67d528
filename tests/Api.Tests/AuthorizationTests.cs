using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using QodOrleans.Api.Tests.Authorization;

namespace QodOrleans.Api.Tests;

/// <summary>Bearer tokens, scopes, ownership and <c>/token</c>.</summary>
public sealed class AuthorizationTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string AnyId = "6a4d570a-6607-466d-889b-473e361afaa1";

    public static TheoryData<string, string> Operations => new()
    {
        { "POST", "/qod/v0/sessions" },
        { "GET", $"/qod/v0/sessions/{AnyId}" },
        { "DELETE", $"/qod/v0/sessions/{AnyId}" },
        { "POST", $"/qod/v0/sessions/{AnyId}/extend" },
        { "GET", "/qod/v0/qos-profiles" },
        { "GET", "/qod/v0/qos-profiles/QOS_E" },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task B14_every_operation_needs_a_token(string method, string path)
    {
        var none = (await gateway.SendAsync(method, path, token: null)).Is(401, "UNAUTHENTICATED", "Authorization failed: an access token is needed");
        Assert.Equal("Bearer realm=\"qod\"", none.Header("WWW-Authenticate"));

        var wrong = (await gateway.SendAsync(method, path, token: "no-such-token")).Is(401, "UNAUTHENTICATED", "Authorization failed: the access token is not valid");
        Assert.Equal("Bearer realm=\"qod\", error=\"invalid_token\", error_description=\"the access token is not valid\"", wrong.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("Basic bXktYXBwLWlkOm15LWFwcC1zZWNyZXQ=")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer mock_sandbox_access_token x")]
    [InlineData("mock_sandbox_access_token")]
    public async Task B14_nothing_but_one_bearer_token_will_do(string header) =>
        Assert.Equal(401, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: null, headers: ("Authorization", header))).IsError().Status);

    [Fact]
    public async Task A_token_in_the_query_or_the_body_is_not_taken()
    {
        Assert.Equal(401, (await gateway.SendAsync("GET", $"/qod/v0/qos-profiles?access_token={Gateway.Mock}", token: null)).Status);
        Assert.Equal(401, (await gateway.SendAsync("POST", "/qod/v0/sessions", $"access_token={Gateway.Mock}", token: null, "application/x-www-form-urlencoded")).Status);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/bc-authorize")]
    public async Task A_form_of_16_KiB_is_read_and_one_byte_more_is_413_whether_its_length_is_known_or_not(string path)
    {
        // Without the client's secret: what is read is answered 401.
        var form = string.Join('&', "a=" + new string('x', 8192), "b=" + new string('x', 8187));
        foreach (var isKnown in new[] { true, false })
        {
            Assert.Equal((401, "invalid_client"), await SendAsync(form, isKnown));
            Assert.Equal((413, "invalid_request"), await SendAsync(form + "x", isKnown));
        }

        async Task<(int, string)> SendAsync(string body, bool isKnown)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, new MediaTypeHeaderValue("application/x-www-form-urlencoded")) };
            request.Headers.TransferEncodingChunked = !isKnown;
            using var response = await gateway.Http.SendAsync(request);
            return ((int)response.StatusCode, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!);
        }
    }

    [Theory]
    [InlineData("/authorize")]
    [InlineData("/consent")]
    public async Task A_page_is_not_asked_for_by_a_form_that_is_too_large(string path)
    {
        var answer = await gateway.SendAsync("POST", path, "a=" + new string('x', 8192) + "&b=" + new string('x', 8192), token: null, "application/x-www-form-urlencoded");
        answer.IsPage(413);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/bc-authorize")]
    public async Task What_is_no_request_to_the_authorization_server_is_not_kept_by_caches_either(string path) =>
        (await gateway.SendAsync("PUT", path, token: null)).IsOAuthError(405, "invalid_request");

    public static TheoryData<string, string> BadForms => new()
    {
        { "grant_type=" + new string('x', 8193), "a value of at most 8192 bytes" },
        { new string('x', 257) + "=1", "a name of at most 256" },
        { string.Join('&', Enumerable.Range(0, 65).Select(i => $"p{i}=1")), "at most 64 parameters" },
        { "a=%00", "without NUL" },
        { "scope=a&scope=b", "a parameter is given more than once" },
    };

    /// <summary>RFC 8707 repeats <c>resource</c>.</summary>
    [Theory]
    [InlineData("resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example")]
    [InlineData("audience=a&audience=b&audience=")]
    [InlineData("=a&=b&&x")]
    [InlineData("resource=a&RESOURCE=b")]
    public async Task Parameters_that_nobody_knows_are_ignored_however_often_they_come(string more)
    {
        Assert.Equal(200, (await gateway.TokenAsync("grant_type=client_credentials&scope=qod-sessions-read&" + more)).Status);
        Assert.Equal(200, (await gateway.TokenAsync(more + "&grant_type=client_credentials&scope=qod-sessions-read")).Status);
        Assert.Equal(200, (await gateway.BackchannelAsync(more: more)).Status);
    }

    [Theory]
    [InlineData("grant_type=client_credentials")]
    [InlineData("scope=qod-sessions-read&scope=")]
    [InlineData("GRANT_TYPE=client_credentials")]
    [InlineData("code=a&code=b")]
    [InlineData("redirect_uri=a&redirect_uri=a")]
    [InlineData("code_verifier=a&code_verifier=a")]
    [InlineData("auth_req_id=a&auth_req_id=a")]
    [InlineData("client_id=my-app-id&client_id=my-app-id")]
    [InlineData("client_secret=a&client_secret=a")]
    [InlineData("client_assertion=a&client_assertion=a")]
    [InlineData("client_assertion_type=a&client_assertion_type=a")]
    public async Task Known_ones_are_an_error_when_they_come_twice(string more) =>
        Assert.Contains("more than once", (await gateway.TokenAsync("grant_type=client_credentials&" + more)).IsOAuthError(400, "invalid_request").Text, StringComparison.Ordinal);

    /// <summary>RFC 9110, 11.4.</summary>
    [Theory]
    [InlineData("Basic   ")]
    [InlineData("basic ")]
    public async Task Credentials_come_behind_their_scheme_and_blanks(string scheme) =>
        Assert.Equal(200, (await gateway.SendAsync("POST", "/token", "grant_type=client_credentials", token: null, "application/x-www-form-urlencoded",
            ("Authorization", Gateway.Basic("my-app-id", "my-app-secret").Replace("Basic ", scheme, StringComparison.Ordinal)))).Status);

    [Theory]
    [MemberData(nameof(BadForms))]
    public async Task What_is_wrong_with_a_form_is_said(string form, string text)
    {
        var answer = (await gateway.TokenAsync(form)).IsOAuthError(400, "invalid_request");
        Assert.Contains(text, (string)answer.Json["error_description"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case() =>
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: null, headers: ("Authorization", $"bEARER {Gateway.Mock}"))).Status);

    [Theory]
    [InlineData("POST", "/qod/v0/sessions", "qod-sessions-write")]
    [InlineData("GET", $"/qod/v0/sessions/{AnyId}", "qod-sessions-read")]
    [InlineData("DELETE", $"/qod/v0/sessions/{AnyId}", "qod-sessions-delete")]
    [InlineData("POST", $"/qod/v0/sessions/{AnyId}/extend", "qod-sessions-write")]
    public async Task Each_operation_needs_its_scope(string method, string path, string scope)
    {
        var others = await gateway.AccessTokenAsync(scope: string.Join(' ', gateway.Scopes.All.Where(other => other != scope)));
        var refused = (await gateway.SendAsync(method, path, "{}", others)).Is(403, "PERMISSION_DENIED", $"Operation not allowed: the access token lacks the scope {scope}");
        Assert.Equal($"Bearer realm=\"qod\", error=\"insufficient_scope\", scope=\"{scope}\"", refused.Header("WWW-Authenticate"));

        var one = await gateway.AccessTokenAsync(scope: scope);
        Assert.True((await gateway.SendAsync(method, path, "{}", one)).Status is 400 or 404);
    }

    [Theory]
    [InlineData("qod-sessions-write")]
    [InlineData("qod-profiles-read")]
    public async Task Any_token_reads_the_profiles(string scope) =>
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: await gateway.AccessTokenAsync(scope: scope))).Status);

    [Fact]
    public async Task Another_clients_session_is_403()
    {
        var id = await gateway.CreatedAsync(token: await gateway.AccessTokenAsync());
        var other = await gateway.AccessTokenAsync("other-app-id", "other-app-secret");
        const string Message = "Operation not allowed: the session belongs to another client or user";

        (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}", token: other)).Is(403, "PERMISSION_DENIED", Message);
        (await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{id}", token: Gateway.Mock)).Is(403, "PERMISSION_DENIED", Message);
        (await gateway.SendAsync("POST", $"/qod/v0/sessions/{id}/extend", """{"requestedAdditionalDuration":60}""", other)).Is(403, "PERMISSION_DENIED", Message);
        Assert.Equal(200, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}", token: await gateway.AccessTokenAsync())).Status);
    }

    [Fact]
    public async Task A_token_ends_with_its_lifetime_even_if_it_was_used_before()
    {
        var token = await gateway.AccessTokenAsync();
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: token)).Status);

        gateway.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: token)).Status);

        gateway.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: token)).Is(401, "UNAUTHENTICATED", "Authorization failed: the access token has expired");
    }

    [Fact]
    public async Task A_changed_token_is_no_token()
    {
        var token = await gateway.AccessTokenAsync();
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: token)).Status);
        foreach (var at in new[] { 0, token.Length / 2, token.Length - 1 })
        {
            var changed = token[..at] + (token[at] == 'A' ? 'Q' : 'A') + token[(at + 1)..];
            Assert.Equal(401, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: changed)).Status);
        }
    }

    [Fact]
    public async Task Token_answers_with_all_scopes_where_none_is_asked_for()
    {
        var answer = await gateway.TokenAsync();

        Assert.Equal(200, answer.Status);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], answer.Json.AsObject().Select(member => member.Key));
        Assert.Equal(("Bearer", 3600), ((string)answer.Json["token_type"]!, (int)answer.Json["expires_in"]!));
        Assert.Equal(string.Join(' ', gateway.Scopes.All), (string)answer.Json["scope"]!);
        Assert.Equal(("no-store", "no-cache"), (answer.Header("Cache-Control"), answer.Header("Pragma")));
    }

    [Theory]
    [InlineData("qod-sessions-read", "qod-sessions-read")]
    [InlineData("qod-sessions-delete qod-sessions-read", "qod-sessions-read qod-sessions-delete")]
    [InlineData("qod-sessions-read qod-sessions-read", "qod-sessions-read")]
    [InlineData("dpv:RequestedServiceProvision#qod", "qod-sessions-write qod-sessions-read qod-sessions-delete qod-profiles-read qod:sessions:write qod:sessions:read")]
    [InlineData("dpv:RequestedServiceProvision#qod-sessions-read", "qod-sessions-read")]
    [InlineData("dpv:RequestedServiceProvision qod-sessions-write", "qod-sessions-write")]
    [InlineData("dpv:RequestedServiceProvision#qod-sessions-write dpv:RequestedServiceProvision#qod-sessions-read", "qod-sessions-write qod-sessions-read")]
    public async Task L20_D30_scopes_are_granted_as_asked(string asked, string granted)
    {
        var answer = await gateway.TokenAsync("grant_type=client_credentials&scope=" + Uri.EscapeDataString(asked));
        Assert.Equal((200, granted), (answer.Status, (string?)answer.Json["scope"]));
    }

    [Theory]
    [InlineData("qod")]
    [InlineData("openid")]
    [InlineData("qod-sessions-read nothing")]
    [InlineData("  ")]
    [InlineData("dpv:RequestedServiceProvision")]
    [InlineData("dpv:RequestedServiceProvision#")]
    [InlineData("dpv:#qod")]
    [InlineData("dpv:Requested-Service#qod")]
    [InlineData("dpv:RequestedServiceProvision qod-sessions-write dpv:Marketing")]
    [InlineData("dpv:RequestedServiceProvision#qod-sessions-write dpv:Marketing#qod-sessions-read")]
    [InlineData("QOD-SESSIONS-READ")]
    public async Task A_scope_that_is_none_is_invalid_scope(string asked) =>
        AssertOAuthError(await gateway.TokenAsync("grant_type=client_credentials&scope=" + Uri.EscapeDataString(asked)), 400, "invalid_scope");

    [Theory]
    [InlineData("my-app-id", "wrong")]
    [InlineData("my-app-id", "")]
    [InlineData("my-app-id", "other-app-secret")]
    [InlineData("nobody", "my-app-secret")]
    [InlineData("MY-APP-ID", "my-app-secret")]
    [InlineData("my-app-id", "my-app-secret\0")]
    public async Task A_wrong_client_or_secret_is_invalid_client(string client, string secret)
    {
        var answer = await gateway.TokenAsync(client: client, secret: secret);
        AssertOAuthError(answer, 401, "invalid_client");
        Assert.StartsWith("Basic ", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic /w==")]
    [InlineData("Bearer mock_sandbox_access_token")]
    public async Task Without_readable_basic_credentials_it_is_invalid_client(string? header)
    {
        (string, string)[] headers = header is null ? [] : [("Authorization", header)];
        AssertOAuthError(
            await gateway.SendAsync("POST", "/token", "grant_type=client_credentials&client_id=my-app-id", token: null, "application/x-www-form-urlencoded", headers),
            401, "invalid_client");
    }

    [Fact]
    public async Task A_secret_in_the_body_is_no_authentication_that_we_take() => AssertOAuthError(
        await gateway.SendAsync("POST", "/token", "grant_type=client_credentials&client_id=my-app-id&client_secret=my-app-secret", token: null, "application/x-www-form-urlencoded"),
        401, "invalid_client");

    [Fact]
    public async Task Basic_credentials_are_form_decoded_before_they_are_compared() =>
        Assert.Equal(200, (await gateway.TokenAsync(client: "my%2Dapp%2Did", secret: "my%2dapp-secret")).Status);

    [Theory]
    [InlineData("", "invalid_request")]
    [InlineData("grant_type=", "invalid_request")]
    [InlineData("grant_type=client_credentials&grant_type=client_credentials", "invalid_request")]
    [InlineData("grant_type=client_credentials&scope=a&scope=b", "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=other-app-id", "invalid_request")]
    [InlineData("grant_type=password&username=a&password=b", "unsupported_grant_type")]
    [InlineData("grant_type=CLIENT_CREDENTIALS", "unsupported_grant_type")]
    public async Task A_form_out_of_order_is_told_so(string form, string error) => AssertOAuthError(await gateway.TokenAsync(form), 400, error);

    [Fact]
    public async Task A_body_that_is_no_form_is_an_invalid_request() => AssertOAuthError(
        await gateway.SendAsync("POST", "/token", """{"grant_type":"client_credentials"}""", token: null, headers: ("Authorization", Gateway.Basic("my-app-id", "my-app-secret"))), 400, "invalid_request");

    [Fact]
    public async Task Other_methods_at_token_are_405_in_the_shape_of_OAuth()
    {
        var answer = await gateway.SendAsync("GET", "/token?grant_type=client_credentials", token: null);
        AssertOAuthError(answer, 405, "invalid_request", cached: true);
        Assert.Equal("POST", answer.Header("Allow"));
    }

    [Fact]
    public async Task A_crowd_with_the_right_secret_is_served_by_one_derivation()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => gateway.TokenAsync(client: "other-app-id", secret: "other-app-secret")));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task Guessing_secrets_is_bounded_and_does_not_lock_known_clients_out()
    {
        await gateway.AccessTokenAsync();
        var guesses = Enumerable.Range(0, 80).Select(i => gateway.TokenAsync(secret: $"guess-{i}")).ToArray();
        Assert.Equal(200, (await gateway.TokenAsync()).Status);

        var answers = await Task.WhenAll(guesses);
        Assert.All(answers, answer => Assert.True(answer.Status is 401 or 503));
        var busy = answers.Where(answer => answer.Status == 503).ToArray();
        Assert.NotEmpty(busy);
        Assert.All(busy, answer => Assert.Equal(("1", "temporarily_unavailable"), (answer.Header("Retry-After"), (string)answer.Json["error"]!)));
    }

    private static void AssertOAuthError(Answer answer, int status, string error, bool cached = false)
    {
        Assert.Equal((status, error), (answer.Status, (string?)answer.Json["error"]));
        Assert.Equal(["error", "error_description"], answer.Json.AsObject().Select(member => member.Key));
        Assert.Equal("application/json", answer.Header("Content-Type"));
        if (!cached) Assert.Equal("no-store", answer.Header("Cache-Control"));
    }
}

public sealed class ProductionTests(ProductionGateway gateway) : IClassFixture<ProductionGateway>
{
    [Fact]
    public async Task L16_the_mock_token_is_no_token() => Assert.Equal(401, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: Gateway.Mock)).Status);

    [Theory]
    [InlineData("my-app-id", "my-app-secret")]
    [InlineData("other-app-id", "other-app-secret")]
    public async Task The_sandbox_clients_do_not_exist(string client, string secret) => Assert.Equal(401, (await gateway.TokenAsync(client: client, secret: secret)).Status);

    [Fact]
    public async Task A_configured_client_gets_the_scopes_it_is_registered_for()
    {
        // "shop secret/1", form-encoded.
        var all = await gateway.TokenAsync(client: "shop", secret: "shop+secret%2F1");
        Assert.Equal((200, "qod-sessions-read"), (all.Status, (string)all.Json["scope"]!));

        Assert.Equal("invalid_scope", (string)(await gateway.TokenAsync("grant_type=client_credentials&scope=qod-sessions-write", "shop", "shop+secret%2F1")).Json["error"]!);
        Assert.Equal("qod-sessions-read", (string)(await gateway.TokenAsync("grant_type=client_credentials&scope=dpv%3AX%23qod", "shop", "shop+secret%2F1")).Json["scope"]!);
    }

    [Fact]
    public async Task The_page_does_not_hand_out_a_token()
    {
        Assert.Equal(404, (await gateway.SendAsync("GET", "/docs/sandbox.js", token: null)).Status);
        Assert.DoesNotContain("sandbox.js", (await gateway.SendAsync("GET", "/docs/index.html", token: null)).Text, StringComparison.Ordinal);
    }
}

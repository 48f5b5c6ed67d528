using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Authorization.Grants;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>The backend flow: <c>/bc-authorize</c>, and <c>/token</c> with an auth_req_id.</summary>
public sealed class BackchannelTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Theory]
    [InlineData("ipport:203.0.113.25:8080", "dpv:RequestedServiceProvision#qod")]
    [InlineData("ipport:203.0.113.25", "dpv:RequestedServiceProvision qod-sessions-write")]
    [InlineData("ipport:[2001:db8:34::1]:8080", "openid dpv:RequestedServiceProvision qod-sessions-write offline_access")]
    [InlineData("ipport:[2001:db8:34::1]", " qod-sessions-write  dpv:RequestedServiceProvision ")]
    [InlineData("tel:+34600000000", "openid dpv:RequestedServiceProvision")]
    [InlineData("TEL:+34600000000", "dpv:RequestedServiceProvision#qod-sessions-write dpv:RequestedServiceProvision#qod-sessions-read")]
    [InlineData("phone_number:+34600000000", "dpv:RequestedServiceProvision#qod")]
    [InlineData("Phone_Number:+34600000000", "dpv:RequestedServiceProvision#qod")]
    [InlineData("IPport:203.0.113.25:8080", "dpv:RequestedServiceProvision#qod")]
    [InlineData("ipport:[0:0:0:0:0:FFFF:203.0.113.25]:8080", "dpv:RequestedServiceProvision#qod")]
    public async Task L01_L02_L03_L19_every_documented_hint_and_scope_gets_a_request(string hint, string scope)
    {
        var answer = await gateway.BackchannelAsync(hint, scope);
        Assert.Equal((200, "no-store"), (answer.Status, answer.Header("Cache-Control")));
        Assert.Equal(["auth_req_id", "expires_in", "interval"], answer.Json.AsObject().Select(member => member.Key));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", (string)answer.Json["auth_req_id"]!);
        Assert.Equal((300, 2), ((int)answer.Json["expires_in"]!, (int)answer.Json["interval"]!));
    }

    [Fact]
    public async Task L04_L05_L06_the_first_poll_at_once_brings_a_token_for_that_line_only()
    {
        var asked = await gateway.BackchannelAsync("ipport:203.0.113.25:8080");
        var told = await gateway.PollAsync((string)asked.Json["auth_req_id"]!);
        Assert.Equal((200, "no-store"), (told.Status, told.Header("Cache-Control")));
        Assert.Equal(("Bearer", 3600), ((string)told.Json["token_type"]!, (int)told.Json["expires_in"]!));

        var token = (string)told.Json["access_token"]!;
        Assert.Equal(201, (await gateway.CreateAsync(DeviceAt("203.0.113.25", 8080), token)).Status);
        (await gateway.CreateAsync(DeviceAt("203.0.113.25", 8081), token)).Is(403, "PERMISSION_DENIED", "Operation not allowed: the access token is for another device");
        (await gateway.CreateAsync(DeviceAt("203.0.113.26", 8080), token)).Is(403, "PERMISSION_DENIED", "Operation not allowed: the access token is for another device");
        Assert.Equal("offers", gateway.Engine.LastCreate!.Caller.Line!.Operator.Value);
    }

    /// <summary>0.10.1 cannot name an address alone: without NAT it is its own private address.</summary>
    [Theory]
    [InlineData("/qod/v0/sessions", """{"publicAddress":"203.0.113.151","privateAddress":"203.0.113.151"}""", 201)]
    [InlineData("/camara/quality-on-demand/orange-lab/qod/v0/sessions", """{"publicAddress":"203.0.113.151","privateAddress":"203.0.113.151"}""", 201)]
    [InlineData("/v1/qod/sessions", """{"publicAddress":"203.0.113.151"}""", 201)]
    [InlineData("/qod/v0/sessions", """{"publicAddress":"203.0.113.151","privateAddress":"10.0.0.7"}""", 403)]
    [InlineData("/qod/v0/sessions", """{"publicAddress":"203.0.113.151","publicPort":8080}""", 403)]
    [InlineData("/qod/v0/sessions", """{"publicAddress":"203.0.113.151","privateAddress":"203.0.113.151","publicPort":8080}""", 403)]
    public async Task A_token_for_an_address_without_a_port_is_good_for_that_address_as_each_surface_writes_it(string place, string address, int expected)
    {
        var token = await gateway.LineTokenAsync("ipport:203.0.113.151");
        var answer = await gateway.SendAsync("POST", place, Gateway.Body(body => body["device"] = JsonNode.Parse($$"""{"ipv4Address":{{address}}}""")).ToJsonString(), token);
        Assert.Equal(expected, answer.Status);
        if (expected == 201) Assert.Equal(204, (await gateway.SendAsync("DELETE", $"{place}/{(string)answer.Json["sessionId"]!}", token: token)).Status);
    }

    [Fact]
    public async Task A_users_token_reads_that_users_sessions_only()
    {
        var (mine, theirs) = (await gateway.LineTokenAsync("tel:+34600000201"), await gateway.LineTokenAsync("tel:+34600000202"));
        var id = await gateway.CreatedAsync(body => body["device"]!["phoneNumber"] = "+34600000201", mine);
        Assert.Equal(200, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}", token: mine)).Status);
        Assert.Equal(403, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}", token: theirs)).Status);
        Assert.Equal(200, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}", token: await gateway.LineTokenAsync("tel:+34600000201"))).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("+34600000000")]
    [InlineData("tel:34600000000")]
    [InlineData("tel:+34 600 000 000")]
    [InlineData("phone_number:34600000000")]
    [InlineData("TEL:x")]
    [InlineData("ipport:2001:db8:34::1")]
    [InlineData("ipport:2001:db8:34::1:8080")]
    [InlineData("ipport:203.0.113.25:")]
    [InlineData("ipport:127.1")]
    [InlineData("203.0.113.25:8080")]
    [InlineData(":x")]
    public async Task A_hint_that_is_none_is_an_invalid_request(string? hint) => (await gateway.BackchannelAsync(hint)).IsOAuthError(400, "invalid_request");

    [Theory]
    [InlineData("login_hint_token=x")]
    [InlineData("id_token_hint=x")]
    [InlineData("request=e30.e30.")]
    [InlineData("scope=a&scope=b")]
    [InlineData("login_hint=tel%3A%2B34600000001")]
    public async Task Another_hint_a_signed_request_or_a_repetition_is_an_invalid_request(string more) => (await gateway.BackchannelAsync(more: more)).IsOAuthError(400, "invalid_request");

    [Theory]
    [InlineData("operatortoken:eyJ", "")]
    [InlineData("sub:somebody", "")]
    [InlineData("acr:x", "")]
    [InlineData("mailto:a@b.example", "")]
    [InlineData(null, "login_hint_token=x")]
    [InlineData(null, "id_token_hint=x")]
    public async Task R58_a_kind_of_hint_that_nobody_supports_names_nobody_who_is_known(string? hint, string more) =>
        (await gateway.BackchannelAsync(hint, more: more)).IsOAuthError(400, "unknown_user_id");

    [Fact]
    public async Task R59_a_purpose_stands_in_for_a_scope_that_is_missing()
    {
        Assert.Equal(200, (await gateway.BackchannelAsync(scope: null, more: "purpose=dpv%3ARequestedServiceProvision%23qod")).Status);
        (await gateway.BackchannelAsync(scope: null, more: "purpose=everything")).IsOAuthError(400, "invalid_scope");
        (await gateway.BackchannelAsync(scope: null, more: "purpose=dpv%3AA%23qod&purpose=dpv%3AA%23qod")).IsOAuthError(400, "invalid_request");
        Assert.Equal(200, (await gateway.BackchannelAsync(more: "purpose=everything")).Status);
    }

    [Fact]
    public async Task Binding_message_user_code_and_requested_expiry_are_ignored() =>
        Assert.Equal(300, (int)(await gateway.BackchannelAsync(more: "binding_message=W4SCT&user_code=1234&requested_expiry=1&acr_values=2")).Json["expires_in"]!);

    [Fact]
    public async Task A_line_that_nobody_knows_is_unknown_user_id_and_one_without_the_service_access_denied()
    {
        (await gateway.BackchannelAsync("tel:+99600000000")).IsOAuthError(400, "unknown_user_id");
        (await gateway.BackchannelAsync("ipport:8.8.8.8:1")).IsOAuthError(400, "unknown_user_id");
        (await gateway.BackchannelAsync("tel:+49600000000")).IsOAuthError(403, "access_denied");
    }

    [Fact]
    public async Task An_operator_that_does_not_answer_is_503_with_the_time_to_come_back()
    {
        gateway.Engine.Failure = SessionError.OperatorUnavailable(new OperatorId("offers"));
        try
        {
            Assert.Equal("1", (await gateway.BackchannelAsync()).IsOAuthError(503, "temporarily_unavailable").Header("Retry-After"));
        }
        finally
        {
            gateway.Engine.Failure = null;
        }
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("dpv:RequestedServiceProvision")]
    [InlineData("dpv:RequestedServiceProvision everything")]
    [InlineData("openid everything")]
    [InlineData("offline_access")]
    // exactly one purpose
    [InlineData("openid")]
    [InlineData("qod-sessions-write")]
    [InlineData("openid qod-sessions-write")]
    [InlineData("dpv:RequestedServiceProvision#qod-sessions-write dpv:Marketing#qod-sessions-read")]
    [InlineData("dpv:RequestedServiceProvision dpv:Marketing qod-sessions-write")]
    [InlineData("dpv: qod-sessions-write")]
    public async Task R54_a_scope_that_is_none_is_invalid_scope(string scope) => (await gateway.BackchannelAsync(scope: scope)).IsOAuthError(400, "invalid_scope");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task R62_without_a_scope_it_is_an_invalid_request(string? scope) => (await gateway.BackchannelAsync(scope: scope)).IsOAuthError(400, "invalid_request");

    [Fact]
    public async Task A_wrong_secret_is_401_and_other_methods_405()
    {
        (await gateway.BackchannelAsync(secret: "wrong")).IsOAuthError(401, "invalid_client");
        Assert.Equal("POST", (await gateway.SendAsync("GET", "/bc-authorize?login_hint=x", token: null)).Header("Allow"));
    }

    [Fact]
    public async Task An_auth_req_id_is_good_once_and_for_its_client()
    {
        var id = (string)(await gateway.BackchannelAsync()).Json["auth_req_id"]!;
        (await gateway.PollAsync(id, "other-app-id", "other-app-secret")).IsOAuthError(400, "invalid_grant");
        Assert.Equal(200, (await gateway.PollAsync(id)).Status);
        (await gateway.PollAsync(id)).IsOAuthError(400, "invalid_grant");
        (await gateway.RedeemAsync(id)).IsOAuthError(400, "invalid_grant");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_forged_auth_req_id_is_invalid_grant(string id) => (await gateway.PollAsync(id)).IsOAuthError(400, "invalid_grant");

    [Fact]
    public async Task A_very_long_auth_req_id_is_invalid_grant_and_none_an_invalid_request()
    {
        (await gateway.PollAsync(new string('A', 5000))).IsOAuthError(400, "invalid_grant");
        (await gateway.PollAsync("")).IsOAuthError(400, "invalid_request");
    }

    [Fact]
    public async Task Of_many_who_poll_for_one_request_at_once_exactly_one_gets_a_token()
    {
        var id = (string)(await gateway.BackchannelAsync()).Json["auth_req_id"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.PollAsync(id)));
        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_request_expires_is_told_so_and_is_forgotten_after_the_sweep()
    {
        var id = (string)(await gateway.BackchannelAsync()).Json["auth_req_id"]!;
        gateway.Clock.Advance(TimeSpan.FromMinutes(5));
        (await gateway.PollAsync(id)).IsOAuthError(400, "expired_token");

        gateway.Clock.Advance(GrantSweeper.Grace + TimeSpan.FromSeconds(1));
        await gateway.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<GrantSweeper>().Single().SweepAsync(CancellationToken.None);
        (await gateway.PollAsync(id)).IsOAuthError(400, "invalid_grant");
    }

    private static JsonObject DeviceAt(string address, int port) => Gateway.Body(body =>
        body["device"] = new JsonObject { ["ipv4Address"] = new JsonObject { ["publicAddress"] = address, ["publicPort"] = port } });
}

using System.Text.Json.Nodes;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>Q05, cell by cell: which token, which device, which answer; and which identifier comes back.</summary>
public sealed class IdentifierTests(ReleaseGateway gateway) : IClassFixture<ReleaseGateway>
{
    public enum Token
    {
        TwoLegged,
        ThreeLegged,
    }

    // The device as it stands in the body: null for none. PHONE is a number that no other test uses.
    public static TheoryData<Token, string?, string?, string?, string?> Cells => new()
    {
        // token, device, createSession, retrieve-sessions, retrieve-qos-profiles: null is success
        { Token.TwoLegged, """{"phoneNumber":"PHONE"}""", null, null, null },
        { Token.TwoLegged, """{"ipv4Address":{"publicAddress":"203.0.113.7","publicPort":1001}}""", null, null, null },
        { Token.TwoLegged, """{"ipv4Address":{"publicAddress":"203.0.113.7","privateAddress":"10.0.0.7"}}""", null, null, null },
        { Token.TwoLegged, """{"ipv6Address":"2001:db8:34:7::1"}""", null, null, null },
        { Token.TwoLegged, null, "422 MISSING_IDENTIFIER", "422 MISSING_IDENTIFIER", null },
        { Token.TwoLegged, "{}", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT" },
        { Token.TwoLegged, """{"other":"x"}""", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT" },
        { Token.TwoLegged, """{"phoneNumber":"600000001"}""", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT" },
        { Token.TwoLegged, """{"phoneNumber":"PHONE","ipv6Address":"x"}""", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT" },
        { Token.TwoLegged, """{"phoneNumber":"+999123456"}""", "404 IDENTIFIER_NOT_FOUND", "404 IDENTIFIER_NOT_FOUND", "404 IDENTIFIER_NOT_FOUND" },
        { Token.TwoLegged, """{"networkAccessIdentifier":"a@b.example"}""", "422 UNSUPPORTED_IDENTIFIER", "422 UNSUPPORTED_IDENTIFIER", "422 UNSUPPORTED_IDENTIFIER" },
        { Token.TwoLegged, """{"networkAccessIdentifier":"a@b.example","phoneNumber":"PHONE"}""", null, null, null },
        { Token.TwoLegged, """{"phoneNumber":"+491700000000"}""", "422 SERVICE_NOT_APPLICABLE", "422 SERVICE_NOT_APPLICABLE", "422 SERVICE_NOT_APPLICABLE" },
        // Of different devices, even of different operators: never compared, so never an error.
        { Token.TwoLegged, """{"phoneNumber":"PHONE","ipv4Address":{"publicAddress":"203.0.113.8","publicPort":1}}""", null, null, null },
        { Token.TwoLegged, """{"phoneNumber":"PHONE55","ipv4Address":{"publicAddress":"203.0.113.9","publicPort":1}}""", null, null, null },
        { Token.TwoLegged, """{"phoneNumber":"+999123456","ipv6Address":"2001:db8:34:8::1"}""", null, null, null },
        { Token.TwoLegged, """{"phoneNumber":"+999123456","ipv6Address":"2001:db9::1"}""", "404 IDENTIFIER_NOT_FOUND", "404 IDENTIFIER_NOT_FOUND", "404 IDENTIFIER_NOT_FOUND" },
        { Token.TwoLegged, """{"phoneNumber":"+491700000000","ipv6Address":"2001:db8:34:9::1"}""", "422 SERVICE_NOT_APPLICABLE", "422 SERVICE_NOT_APPLICABLE", "422 SERVICE_NOT_APPLICABLE" },
        { Token.ThreeLegged, null, null, null, null },
        { Token.ThreeLegged, $$"""{"phoneNumber":"{{ReleaseGateway.LinePhone}}"}""", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER" },
        { Token.ThreeLegged, """{"phoneNumber":"PHONE"}""", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER" },
        { Token.ThreeLegged, """{"networkAccessIdentifier":"a@b.example"}""", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER", "422 UNNECESSARY_IDENTIFIER" },
        { Token.ThreeLegged, "{}", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT", "400 INVALID_ARGUMENT" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Token_and_device_decide_together(Token token, string? device, string? create, string? sessions, string? profiles)
    {
        device = device?.Replace("PHONE55", "+55" + Gateway.Phone()[3..], StringComparison.Ordinal).Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal);
        var bearer = token == Token.TwoLegged ? Gateway.Mock : gateway.UserToken();

        AssertIs(create ?? "201 ", await AskAsync("createSession", Gateway.Body()));
        AssertIs(sessions ?? "200 ", await AskAsync("retrieveSessionsByDevice", []));
        AssertIs(profiles ?? "200 ", await AskAsync("retrieveQoSProfiles", []));

        Task<Answer> AskAsync(string operation, JsonObject body)
        {
            body.Remove("device");
            if (device is not null) body["device"] = JsonNode.Parse(device);
            return gateway.AskAsync(operation, body.ToJsonString(), token: bearer);
        }

        static void AssertIs(string expected, Answer answer) =>
            Assert.Equal(expected, $"{answer.Status} {(answer.Status < 400 ? "" : (string)answer.Json["code"]!)}");
    }

    [Theory]
    [InlineData("""{"phoneNumber":"+34611000001"}""", """{"phoneNumber":"+34611000001"}""")]
    [InlineData("""{"ipv6Address":"2001:DB8:34:0a::1"}""", """{"ipv6Address":"2001:DB8:34:0a::1"}""")]
    [InlineData("""{"phoneNumber":"+34611000002","ipv4Address":{"publicAddress":"203.0.113.10","publicPort":0}}""", """{"phoneNumber":"+34611000002"}""")]
    [InlineData("""{"networkAccessIdentifier":"a@b.example","ipv4Address":{"publicAddress":"203.0.113.10","publicPort":0}}""", """{"ipv4Address":{"publicAddress":"203.0.113.10","publicPort":0}}""")]
    [InlineData("""{"phoneNumber":"+999123456","ipv4Address":{"publicAddress":"203.0.113.11","privateAddress":"10.0.0.1"}}""", """{"ipv4Address":{"publicAddress":"203.0.113.11","privateAddress":"10.0.0.1"}}""")]
    [InlineData("""{"ipv6Address":"2001:db8:34:b::1","ipv4Address":{"publicAddress":"198.51.100.1","publicPort":5}}""", """{"ipv6Address":"2001:db8:34:b::1"}""")]
    public async Task The_one_identifier_in_use_comes_back_as_it_was_sent(string sent, string returned)
    {
        var created = await gateway.CreateSessionAsync(b => b["device"] = JsonNode.Parse(sent));
        Assert.Equal((201, JsonNode.Parse(returned)!.ToJsonString()), (created.Status, created.Json["device"]!.ToJsonString()));

        var found = await gateway.AskAsync("retrieveSessionsByDevice", $$"""{"device":{{sent}}}""");
        Assert.Equal($"[{created.Text}]", found.Text);
        Assert.Equal(created.Text, (await gateway.AskAsync("getSession", argument: (string)created.Json["sessionId"]!)).Text);
    }

    [Fact]
    public async Task The_device_of_a_users_token_comes_back_to_nobody()
    {
        var token = gateway.UserToken("user-hidden", phone: Gateway.Phone());
        var created = await gateway.CreateOwnSessionAsync(token);
        var id = (string)created.Json["sessionId"]!;

        // Not even to a 2-legged token of the same client, which may read the session but never knew the number.
        foreach (var reader in new[] { token, await gateway.AccessTokenAsync() })
        {
            var read = await gateway.AskAsync("getSession", argument: id, token: reader);
            Assert.Equal((200, created.Text), (read.Status, read.Text));
            Assert.Null(read.Json["device"]);
        }
        var extended = await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":60}""", id, token);
        Assert.Null(extended.Json["device"]);
    }

    [Fact]
    public async Task A_user_finds_his_own_sessions_and_nobody_elses()
    {
        var phone = Gateway.Phone();
        var (mine, roommate, otherApp) = (gateway.UserToken("user-me", phone: phone), gateway.UserToken("user-roommate", phone: phone), gateway.UserToken("user-me", "other-app-id", phone));
        var created = await gateway.CreateOwnSessionAsync(mine);
        Assert.Equal(201, created.Status);
        var id = (string)created.Json["sessionId"]!;

        Assert.Equal($"[{created.Text}]", (await gateway.AskAsync("retrieveSessionsByDevice", "{}", token: mine)).Text);
        foreach (var token in new[] { roommate, otherApp })
        {
            Assert.Equal("[]", (await gateway.AskAsync("retrieveSessionsByDevice", "{}", token: token)).Text);
            Assert.Equal(403, (await gateway.AskAsync("getSession", argument: id, token: token)).Status);
            Assert.Equal(403, (await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":60}""", id, token)).Status);
            Assert.Equal(403, (await gateway.AskAsync("deleteSession", argument: id, token: token)).Status);
            Assert.Equal(409, (await gateway.CreateOwnSessionAsync(token)).Status);
        }
        // Who names the device with a 2-legged token of the same client finds it too.
        var named = await gateway.AskAsync("retrieveSessionsByDevice", $$$"""{"device":{"phoneNumber":"{{{phone}}}"}}""", token: await gateway.AccessTokenAsync());
        Assert.Equal($"[{created.Text}]", named.Text);
    }

    /// <summary>An empty list says that the device is known: only the operator can say that of a number, and only then is it asked.</summary>
    [Fact]
    public async Task Sessions_are_shown_without_the_operator_and_none_only_with_it()
    {
        var device = new JsonObject { ["device"] = new JsonObject { ["phoneNumber"] = Gateway.Phone() } }.ToJsonString();
        var created = await gateway.CreateSessionAsync(body => body["device"] = JsonNode.Parse(device)!["device"]!.DeepClone());
        gateway.Engine.IdentificationFailure = SessionError.OperatorUnavailable(new OperatorId("offers"));
        try
        {
            Assert.Equal($"[{created.Text}]", (await gateway.AskAsync("retrieveSessionsByDevice", device)).Text);
            Assert.Equal("[]", (await gateway.AskAsync("retrieveSessionsByDevice", "{}", token: gateway.UserToken("user-without"))).Text);
            Assert.Equal("[]", (await gateway.AskAsync("retrieveSessionsByDevice", """{"device":{"ipv6Address":"2001:db8:34:c::1"}}""")).Text);

            Assert.Equal(204, (await gateway.AskAsync("deleteSession", argument: (string)created.Json["sessionId"]!)).Status);
            Assert.Equal(503, (await gateway.AskAsync("retrieveSessionsByDevice", device)).Status);
        }
        finally
        {
            gateway.Engine.IdentificationFailure = null;
        }
        Assert.Equal("[]", (await gateway.AskAsync("retrieveSessionsByDevice", device)).Text);
    }

    [Fact]
    public async Task The_profiles_of_a_users_token_are_those_of_his_line()
    {
        var (here, nowhere) = (gateway.UserToken(), gateway.UserToken(at: "offers-too"));

        Assert.Equal(200, (await gateway.AskAsync("getQosProfile", argument: "OURS", token: here)).Status);
        (await gateway.AskAsync("getQosProfile", argument: "OURS", token: nowhere)).Is(404, "NOT_FOUND", "The specified resource is not found.");
        Assert.Equal(200, (await gateway.AskAsync("getQosProfile", argument: "OURS")).Status);

        Assert.Equal("[]", (await gateway.AskAsync("retrieveQoSProfiles", """{"name":"OURS"}""", token: nowhere)).Text);
        Assert.Equal("OURS", (string)(await gateway.AskAsync("retrieveQoSProfiles", """{"name":"OURS"}""", token: here)).Json[0]!["name"]!);
    }
}

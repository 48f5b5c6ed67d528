using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;
using QodOrleans.Api.Surfaces.Telefonica;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Api.Tests.Telefonica;

/// <summary>Telefónica's document at <c>/v1/qod/sessions</c>. Ids are those of docs/conformance.md.</summary>
[Collection(nameof(SessionTime))]
public sealed class TelefonicaSessionTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Path = "/v1/qod/sessions";

    private static JsonObject Body(Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["device"] = new JsonObject { ["phoneNumber"] = Gateway.Phone() }, ["qosProfile"] = "QOS_E", ["duration"] = 300 };
        change?.Invoke(body);
        return body;
    }

    private Task<Answer> CreateAsync(Action<JsonObject>? change = null, string token = Gateway.Mock) => gateway.SendAsync("POST", Path, Body(change).ToJsonString(), token);

    private async Task<JsonNode> CreatedAsync(Action<JsonObject>? change = null, string token = Gateway.Mock)
    {
        var answer = await CreateAsync(change, token);
        Assert.Equal(201, answer.Status);
        return answer.Json;
    }

    [Fact]
    public async Task A03_B02_B03_D18_a_create_answers_201_with_the_documents_seven_members()
    {
        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(1_207));
        var answer = await CreateAsync();
        var session = answer.Json.AsObject();

        Assert.Equal(201, answer.Status);
        Assert.Equal(["sessionId", "device", "qosProfile", "qosStatus", "startedAt", "expiresAt", "duration"], session.Select(member => member.Key));
        Assert.Equal($"{Path}/{session["sessionId"]}", answer.Header("Location"));
        Assert.Equal(("AVAILABLE", "QOS_E", 300), ((string)session["qosStatus"]!, (string)session["qosProfile"]!, (int)session["duration"]!));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)session["startedAt"]!);
        Assert.Equal(gateway.Clock.GetUtcNow(), DateTimeOffset.Parse((string)session["startedAt"]!, null), TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromSeconds(300), DateTimeOffset.Parse((string)session["expiresAt"]!, null) - DateTimeOffset.Parse((string)session["startedAt"]!, null));
    }

    [Fact]
    public async Task A06_D15_without_a_server_the_session_is_for_any()
    {
        var device = (string)(await CreatedAsync())["device"]!["phoneNumber"]!;

        foreach (var server in new[] { """{"ipv4Address":"198.51.100.7"}""", """{"ipv6Address":"2001:db8::1"}""", "{}" })
        {
            var answer = await CreateAsync(b => (b["device"]!["phoneNumber"], b["applicationServer"]) = (device, JsonNode.Parse(server)));
            answer.Is(409, "CONFLICT", "Session already exists for this device.");
        }
    }

    [Fact]
    public async Task D22_two_servers_are_two_flows()
    {
        var device = (string)(await CreatedAsync(b => b["applicationServer"] = JsonNode.Parse("""{"ipv4Address":"198.51.100.7"}""")))["device"]!["phoneNumber"]!;
        await CreatedAsync(b => (b["device"]!["phoneNumber"], b["applicationServer"]) = (device, JsonNode.Parse("""{"ipv4Address":"198.51.100.8","ipv6Address":"2001:db8::1"}""")));
    }

    [Theory]
    [InlineData("{}", 400, "INVALID_ARGUMENT", "Invalid request. device: is required")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. qosProfile: is required")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E"}""", 400, "INVALID_ARGUMENT", "Invalid request. duration: is required")]
    [InlineData("""{"device":{},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device: must hold an identifier")]
    [InlineData("""{"device":{"phoneNumber":"34600000000"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.phoneNumber: must be + and 5 to 15 digits, the first of them not 0")]
    [InlineData("""{"device":{"phoneNumber":"+04600000000"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.phoneNumber: must be + and 5 to 15 digits, the first of them not 0")]
    [InlineData("""{"device":{"phoneNumber":"+3460000000000000"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.phoneNumber: must be + and 5 to 15 digits, the first of them not 0")]
    [InlineData("""{"device":{"networkAccessIdentifier":"nobody"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.networkAccessIdentifier: must be user@realm, at most 253 characters")]
    [InlineData("""{"device":{"ipv4Address":{"publicPort":1}},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.ipv4Address.publicAddress: is required")]
    [InlineData("""{"device":{"ipv4Address":{"publicAddress":"127.1"}},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.ipv4Address.publicAddress: must be four decimal octets")]
    [InlineData("""{"device":{"ipv4Address":{"publicAddress":"203.0.113.9","publicPort":65536}},"qosProfile":"QOS_E","duration":300}""", 400, "OUT_OF_RANGE", "Invalid request. device.ipv4Address.publicPort: must be 0 to 65535")]
    [InlineData("""{"device":{"ipv6Address":"::g"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device.ipv6Address: must be a single IPv6 address")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"SHORT","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. qosProfile: must be QOS_E, QOS_S, QOS_M or QOS_L")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":0}""", 400, "INVALID_ARGUMENT", "Invalid request. duration: must be 1 to 86400")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":86401}""", 400, "INVALID_ARGUMENT", "Invalid request. duration: must be 1 to 86400")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":"x"}""", 400, "INVALID_ARGUMENT", "Invalid request. duration")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":1,"duration":2}""", 400, "INVALID_ARGUMENT", "Invalid request. duration")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":300,"applicationServer":{"ipv4Address":"1.2.3.4/33"}}""", 400, "INVALID_ARGUMENT", "Invalid request. applicationServer.ipv4Address: must be an IPv4 address, with or without a mask of 0 to 32")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":300,"notificationUrl":"http://169.254.169.254/"}""", 400, "INVALID_ARGUMENT", "Invalid request. notificationUrl: points where events are not delivered")]
    [InlineData("""{"device":{"phoneNumber":"+34600000000"},"qosProfile":"QOS_E","duration":300,"notificationAuthToken":"a\nb"}""", 400, "INVALID_ARGUMENT", "Invalid request. notificationAuthToken: must be 1 to 1024 printable ASCII characters")]
    [InlineData("""{"device":{"networkAccessIdentifier":"a@b"},"qosProfile":"QOS_E","duration":300}""", 400, "INVALID_ARGUMENT", "Invalid request. device: No operator here knows the device by the identifiers given.")]
    [InlineData("""{"device":{"phoneNumber":"+49600000000"},"qosProfile":"QOS_E","duration":300}""", 501, "NOT_IMPLEMENTED", "Quality on demand is not offered for this device.")]
    public async Task A05_A07_A08_A13_D16_D19_what_the_document_does_not_allow_is_refused(string body, int status, string code, string message) =>
        (await gateway.SendAsync("POST", Path, body)).Is(status, code, message);

    [Fact]
    public async Task A04_a_body_is_required() => (await gateway.SendAsync("POST", Path)).Is(400, "INVALID_ARGUMENT", "Invalid request. body: a JSON object is needed");

    [Theory]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.211"}}""")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.212","publicPort":0}}""")]
    [InlineData("""{"ipv6Address":"2001:db8:34:5::1"}""")]
    [InlineData("""{"phoneNumber":"+34699000777","networkAccessIdentifier":"user@realm.com"}""")]
    public async Task D20_each_identifier_will_do_and_is_shown_as_it_was_sent(string device) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(device), (await CreatedAsync(b => b["device"] = JsonNode.Parse(device)))["device"]));

    [Fact]
    public async Task A11_D17_the_callback_is_flat_optional_and_never_shown()
    {
        var answer = await CreateAsync(b => (b["notificationUrl"], b["notificationAuthToken"]) = ("http://127.0.0.1:3000/n", "short"));

        Assert.Equal(201, answer.Status);
        var sink = gateway.Engine.LastCreate!.Sink!;
        Assert.Equal(("http://127.0.0.1:3000/n", "short"), (sink.Url.OriginalString, new XorProtector().Unprotect(sink.ProtectedToken!)));
        Assert.DoesNotContain("3000", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task B01_B05_a_session_is_read_and_deleted()
    {
        var created = await CreatedAsync();
        var path = $"{Path}/{created["sessionId"]}";

        Assert.Equal(created.ToJsonString(), (await gateway.SendAsync("GET", path)).Json.ToJsonString());
        var deleted = await gateway.SendAsync("DELETE", path);
        Assert.Equal((204, ""), (deleted.Status, deleted.Text));
        (await gateway.SendAsync("GET", path)).Is(404, "NOT_FOUND", "Session not found.");
        (await gateway.SendAsync("DELETE", path)).Is(404, "NOT_FOUND", "Session not found.");
        (await gateway.SendAsync("GET", Path + "/no-uuid")).Is(400, "INVALID_ARGUMENT", "Invalid request. sessionId: must be a UUID of 36 characters");
    }

    [Fact]
    public async Task B04_the_list_has_the_clients_own_live_sessions_and_is_an_array_even_if_empty()
    {
        var token = await gateway.AccessTokenAsync("other-app-id", "other-app-secret");
        Assert.Equal("[]", (await gateway.SendAsync("GET", Path, token: token)).Text);

        var first = await CreatedAsync(token: token);
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(1));
        var second = await CreatedAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"), token);
        await CreatedAsync();
        var ended = await CreatedAsync(token: token);
        await gateway.ReportAsync(new SessionId(Guid.Parse((string)ended["sessionId"]!)), OperatorOutcome.Terminated("test"));

        var list = await gateway.SendAsync("GET", Path, token: token);
        Assert.Equal(200, list.Status);
        Assert.Equal([second.ToJsonString(), first.ToJsonString()], list.Json.AsArray().Select(session => session!.ToJsonString()));
    }

    [Fact]
    public async Task B04_D13_with_a_users_token_the_list_is_that_users()
    {
        var zoe = UserToken("zoe", "+34655000001");
        var yuri = UserToken("yuri", "+34655000002");
        var zoes = await CreatedAsync(b => b["device"]!["phoneNumber"] = "+34655000001", zoe);
        await CreatedAsync(b => b["device"]!["phoneNumber"] = "+34655000002", yuri);

        var list = (await gateway.SendAsync("GET", Path, token: zoe)).Json.AsArray();

        Assert.Equal((string)zoes["sessionId"]!, (string)Assert.Single(list)!["sessionId"]!);
        (await gateway.SendAsync("GET", $"{Path}/{zoes["sessionId"]}", token: yuri)).Is(403, "PERMISSION_DENIED", "Forbidden. The session belongs to another client or user.");
    }

    [Fact]
    public async Task R26_a_users_token_is_good_for_his_own_line_only() => (await CreateAsync(token: UserToken("xena", "+34655000003")))
        .Is(403, "PERMISSION_DENIED", "Forbidden. The access token is for another device.");

    [Theory]
    [InlineData("POST", "", "qod:sessions:write")]
    [InlineData("GET", "", "qod:sessions:read")]
    [InlineData("GET", "/6a4d570a-6607-466d-889b-473e361afaa1", "qod:sessions:read")]
    [InlineData("DELETE", "/6a4d570a-6607-466d-889b-473e361afaa1", "qod:sessions:write")]
    public async Task B06_B14_D14_each_operation_needs_a_token_with_its_scope(string method, string rest, string scope)
    {
        var without = await gateway.SendAsync(method, Path + rest, token: null);
        without.Is(401, "UNAUTHENTICATED", "Unauthorized. an access token is needed");

        var others = await gateway.AccessTokenAsync(scope: string.Join(' ', gateway.Scopes.All.Except([scope])));
        (await gateway.SendAsync(method, Path + rest, token: others)).Is(403, "PERMISSION_DENIED", $"Forbidden. the access token lacks the scope {scope}");

        var just = await gateway.AccessTokenAsync(scope: scope);
        Assert.DoesNotContain((await gateway.SendAsync(method, Path + rest, token: just)).Status, new[] { 401, 403 });
    }

    [Theory]
    [InlineData("PUT", "", "GET, HEAD, POST")]
    [InlineData("POST", "/6a4d570a-6607-466d-889b-473e361afaa1", "DELETE, GET, HEAD")]
    public async Task D24_a_method_that_there_is_not_is_405_with_those_that_there_are(string method, string rest, string allowed)
    {
        var answer = (await gateway.SendAsync(method, Path + rest)).IsError();
        Assert.Equal((405, allowed), (answer.Status, string.Join(", ", answer.Header("Allow")!.Split(", ").Order())));
    }

    [Fact]
    public async Task D12_there_is_nothing_else_at_this_root() => (await gateway.SendAsync("GET", "/v1/qod/qos-profiles")).Is(404, "NOT_FOUND", "There is nothing at this path.");

    [Fact]
    public void D21_every_error_has_an_answer()
    {
        foreach (var code in Enum.GetValues<SessionErrorCode>()) Assert.InRange(TelefonicaErrors.Of(new SessionError(code, "m")).Status, 400, 503);
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None))
            Assert.InRange(TelefonicaErrors.Describe(new Fault(kind, "d", 1)).Status, 400, 503);
    }

    [Fact]
    public void R36_an_event_is_0_10s() => Assert.Same(EventFormats.Of("qod-0.10"), EventFormats.Of(TelefonicaSurface.Name));

    private string UserToken(string user, string phone) => gateway.Services.GetRequiredService<AccessTokens>()
        .Issue("my-app-id", user, new SubscriberLine(new OperatorId("offers"), new Device { PhoneNumber = phone }), [.. gateway.Scopes.All]);
}

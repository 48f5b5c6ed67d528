using System.Text.Json.Nodes;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

/// <summary><c>POST /qod/v0/sessions</c>. Ids are those of docs/conformance.md.</summary>
[Collection(nameof(SessionTime))]
public sealed class CreateSessionTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task A01_A02_a_create_answers_201_with_the_session()
    {
        var answer = await gateway.CreateAsync(Gateway.Body());

        Assert.Equal(201, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.True(SessionId.TryParse((string)answer.Json["sessionId"]!, out _));
        Assert.Equal($"/qod/v0/sessions/{answer.Json["sessionId"]}", answer.Header("Location"));
        Assert.Equal("AVAILABLE", (string)answer.Json["qosStatus"]!);
    }

    [Fact]
    public async Task A25_C07_an_answer_has_exactly_the_members_that_have_a_value()
    {
        var session = (await gateway.CreateAsync(Gateway.Body())).Json.AsObject();

        Assert.Equal(
            ["applicationServer", "device", "duration", "expiresAt", "qosProfile", "qosStatus", "sessionId", "startedAt"],
            session.Select(member => member.Key).Order());
        Assert.Equal(["phoneNumber"], session["device"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task A20_what_was_sent_is_echoed_whole_but_for_the_token()
    {
        var body = Gateway.Body(b =>
        {
            b["device"]!["networkAccessIdentifier"] = "123456789@domain.com";
            b["device"]!["ipv4Address"] = new JsonObject { ["publicAddress"] = "203.0.113.25", ["privateAddress"] = "10.0.0.1", ["publicPort"] = 8080 };
            b["device"]!["ipv6Address"] = "2001:db8:34:0:1319:8a2e:370:7344";
            b["applicationServer"]!["ipv6Address"] = "2001:db8:85a3:8d3::/64";
            b["devicePorts"] = JsonNode.Parse("""{"ranges":[{"from":5010,"to":5020}],"ports":[5060,5070]}""");
            b["applicationServerPorts"] = JsonNode.Parse("""{"ports":[0,65535]}""");
            b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://application-server.com/notifications","notificationAuthToken":"c8974e592c2fa383d4a3960714"}""");
        });
        var session = (await gateway.CreateAsync(body)).Json;

        body["webhook"]!.AsObject().Remove("notificationAuthToken");
        foreach (var (name, value) in body) Assert.True(JsonNode.DeepEquals(value, session[name]), $"{name}: {session[name]}");
        Assert.DoesNotContain("c8974e592c2fa383d4a3960714", session.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_gets_the_caller_the_correlator_and_a_sealed_token()
    {
        var body = Gateway.Body(b => b["webhook"] = JsonNode.Parse("""{"notificationUrl":"http://127.0.0.1:3000/n","notificationAuthToken":"my-notification-auth-token"}"""));
        await gateway.SendAsync("POST", "/qod/v0/sessions", body.ToJsonString(), headers: ("x-correlator", "abc-1"));

        var create = gateway.Engine.LastCreate!;
        Assert.Equal((new Caller("mock-sandbox"), "qod-0.10", "abc-1"), (create.Caller, create.Surface, create.Correlator));
        Assert.Equal("my-notification-auth-token", new XorProtector().Unprotect(create.Sink!.ProtectedToken!));
    }

    [Fact]
    public async Task Times_are_whole_seconds_and_the_end_is_start_plus_duration()
    {
        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(1_734));
        var before = gateway.Clock.GetUtcNow();
        var session = (await gateway.CreateAsync(Gateway.Body())).Json;

        Assert.Equal(before.ToUnixTimeSeconds(), (long)session["startedAt"]!);
        Assert.Equal((300, 300L), ((int)session["duration"]!, (long)session["expiresAt"]! - (long)session["startedAt"]!));
    }

    [Fact]
    public async Task A09_no_duration_means_a_day() =>
        Assert.Equal(86_400, (int)(await gateway.CreateAsync(Gateway.Body(b => b.Remove("duration")))).Json["duration"]!);

    [Fact]
    public async Task A26_a_session_may_be_requested_first_and_then_starts_with_its_creation()
    {
        var answer = await gateway.CreateAsync(Gateway.Body(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001")));

        Assert.Equal((201, "REQUESTED"), (answer.Status, (string)answer.Json["qosStatus"]!));
        Assert.Equal(gateway.Clock.GetUtcNow().ToUnixTimeSeconds(), (long)answer.Json["startedAt"]!);
        Assert.Equal(300, (long)answer.Json["expiresAt"]! - (long)answer.Json["startedAt"]!);
    }

    [Theory]
    [InlineData("QOS_E")]
    [InlineData("QOS_S")]
    [InlineData("QOS_M")]
    [InlineData("QOS_L")]
    public async Task A07_the_four_profiles_can_be_had(string profile) =>
        Assert.Equal(profile, (string)(await gateway.CreateAsync(Gateway.Body(b => b["qosProfile"] = profile))).Json["qosProfile"]!);

    [Theory]
    [InlineData("QOS_X")]
    [InlineData("CLOSED")]
    [InlineData("")]
    [InlineData("Q")]
    [InlineData("QOS E")]
    [InlineData("QOS_E\n")]
    public async Task A07_other_profiles_are_refused(string profile) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["qosProfile"] = profile))).IsSchemaError("qosProfile");

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("86401")]
    [InlineData("\"x\"")]
    [InlineData("\"300\"")]
    [InlineData("300.5")]
    [InlineData("3e2")]
    [InlineData("99999999999")]
    [InlineData("true")]
    [InlineData("[]")]
    public async Task A08_a_duration_outside_the_schema_is_refused(string duration) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["duration"] = JsonNode.Parse(duration)))).IsSchemaError("duration");

    [Theory]
    [InlineData(9)]
    [InlineData(601)]
    public async Task G12_a_duration_outside_the_profiles_limits_is_out_of_range(int duration) =>
        (await gateway.CreateAsync(Gateway.Body(b => (b["qosProfile"], b["duration"]) = ("SHORT", duration))))
            .Is(400, "OUT_OF_RANGE", "The requested duration is out of the allowed range for the specific QoS profile");

    [Theory]
    [InlineData("/qod/v0")]
    [InlineData("/camara/quality-on-demand/orange-lab/qod/v0")]
    public async Task A09_R41_no_duration_with_a_shorter_profile_means_all_that_it_allows(string root)
    {
        var created = await gateway.SendAsync("POST", root + "/sessions", Gateway.Body(b =>
        {
            b["qosProfile"] = "SHORT";
            b.Remove("duration");
        }).ToJsonString());
        Assert.Equal((201, 600), (created.Status, (int)created.Json["duration"]!));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(86_400)]
    public async Task A08_A10_durations_within_the_schema_are_taken(int duration) =>
        Assert.Equal(duration, (int)(await gateway.CreateAsync(Gateway.Body(b => b["duration"] = duration))).Json["duration"]!);

    [Fact]
    public async Task A12_no_webhook_means_no_sink()
    {
        await gateway.CreatedAsync();
        Assert.Null(gateway.Engine.LastCreate!.Sink);
    }

    [Theory]
    [InlineData("device", "Expected property is missing: device")]
    [InlineData("applicationServer", "Expected property is missing: applicationServer")]
    [InlineData("qosProfile", "Expected property is missing: qosProfile")]
    public async Task A28_a_missing_member_is_named(string member, string message) =>
        (await gateway.CreateAsync(Gateway.Body(b => b.Remove(member)))).Is(400, "INVALID_ARGUMENT", message);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"imei":"356938035643809"}""")]
    public async Task A17_device_without_identifier_is_refused(string device) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse(device)))).Is(400, "INVALID_ARGUMENT", "Insufficient properties specified: device");

    [Theory]
    [InlineData("12345", true)]
    [InlineData("+123456789012345", true)]
    [InlineData("1234", false)]
    [InlineData("+1234567890123456", false)]
    [InlineData("++12345", false)]
    [InlineData("+34 600000000", false)]
    [InlineData("+34600000000\n", false)]
    [InlineData("+3460000000٣", false)]
    [InlineData("", false)]
    [InlineData("+", false)]
    public void A13_phone_numbers_follow_the_pattern(string text, bool valid) => Assert.Equal(valid, Http.Validation.IsPhoneNumber(text));

    [Theory]
    [InlineData("""{"phoneNumber":"+34"}""", "device.phoneNumber")]
    [InlineData("""{"phoneNumber":34600000000}""", "device.phoneNumber")]
    [InlineData("""{"networkAccessIdentifier":"nobody"}""", "device.networkAccessIdentifier")]
    [InlineData("""{"networkAccessIdentifier":"@realm"}""", "device.networkAccessIdentifier")]
    [InlineData("""{"networkAccessIdentifier":"a@b@c"}""", "device.networkAccessIdentifier")]
    [InlineData("""{"ipv4Address":{}}""", "device.ipv4Address")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.25"}}""", "device.ipv4Address")]
    [InlineData("""{"ipv4Address":{"publicPort":8080}}""", "device.ipv4Address")]
    [InlineData("""{"ipv4Address":{"publicAddress":"127.1","publicPort":1}}""", "device.ipv4Address.publicAddress")]
    [InlineData("""{"ipv4Address":{"publicAddress":"0x7f.0.0.1","publicPort":1}}""", "device.ipv4Address.publicAddress")]
    [InlineData("""{"ipv4Address":{"publicAddress":"010.0.0.1","publicPort":1}}""", "device.ipv4Address.publicAddress")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.25/32","publicPort":1}}""", "device.ipv4Address.publicAddress")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.25","privateAddress":"10.0.0.256"}}""", "device.ipv4Address.privateAddress")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":"8080"}}""", "device.ipv4Address.publicPort")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080.5}}""", "device.ipv4Address.publicPort")]
    [InlineData("""{"ipv4Address":"203.0.113.25"}""", "device.ipv4Address")]
    [InlineData("""{"ipv6Address":"2001:db8:34::/64"}""", "device.ipv6Address")]
    [InlineData("""{"ipv6Address":"fe80::1%eth0"}""", "device.ipv6Address")]
    [InlineData("""{"ipv6Address":"[2001:db8:34::1]"}""", "device.ipv6Address")]
    [InlineData("[]", "device")]
    public async Task A13_to_A16_an_identifier_out_of_shape_is_refused_with_its_place(string device, string place) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse(device)))).IsSchemaError(place);

    [Theory]
    [InlineData(-1)]
    [InlineData(65_536)]
    public async Task A15_a_public_port_out_of_range_has_a_text_of_its_own(int port) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse($$$"""{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":{{{port}}}}}"""))))
            .Is(400, "OUT_OF_RANGE", "Invalid port value specified: device.ipv4Address.publicPort");

    [Theory]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.26","publicPort":0}}""")]
    [InlineData("""{"ipv4Address":{"publicAddress":"203.0.113.27","privateAddress":"203.0.113.27"}}""")]
    [InlineData("""{"ipv6Address":"2001:db8:34:77::1"}""")]
    public async Task A15_A16_a_device_can_be_named_by_its_address(string device) =>
        Assert.Equal(201, (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse(device)))).Status);

    [Theory]
    [InlineData("""{"phoneNumber":"+19995550100"}""")]
    [InlineData("""{"networkAccessIdentifier":"123456789@domain.com"}""")]
    public async Task A14_a_device_that_no_operator_knows_cannot_be_identified(string device) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse(device))))
            .Is(400, "INVALID_ARGUMENT", "Unable to identify device from specified parameters: device");

    [Fact]
    public async Task Identifiers_of_two_operators_are_inconsistent() =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse("""{"phoneNumber":"+491700000000","ipv6Address":"2001:db8:34::1"}"""))))
            .Is(400, "INVALID_ARGUMENT", "Multiple inconsistent parameters specified: device");

    [Fact]
    public async Task A28_an_operator_without_qod_is_501() =>
        (await gateway.CreateAsync(Gateway.Body(b => b["device"]!["phoneNumber"] = "+491700000000")))
            .Is(501, "NOT_IMPLEMENTED", "Service not implemented for the specified user device");

    [Theory]
    [InlineData("""{"ipv4Address":"0.0.0.0/0"}""")]
    [InlineData("""{"ipv4Address":"192.168.0.1/24"}""")]
    [InlineData("""{"ipv6Address":"2001:db8:85a3:8d3:1319:8a2e:370:7344/128"}""")]
    [InlineData("""{"ipv4Address":"55.2.85.35","ipv6Address":"3a6e:97df:0614:d555:a0db:66c4:1ac5:fbfb"}""")]
    public async Task A18_A19_servers_are_addresses_with_or_without_a_mask(string server) =>
        Assert.Equal(201, (await gateway.CreateAsync(Gateway.Body(b => b["applicationServer"] = JsonNode.Parse(server)))).Status);

    [Theory]
    [InlineData("""{"ipv4Address":"1.2.3.4/33"}""", "applicationServer.ipv4Address")]
    [InlineData("""{"ipv4Address":"1.2.3.4/"}""", "applicationServer.ipv4Address")]
    [InlineData("""{"ipv4Address":"example.com"}""", "applicationServer.ipv4Address")]
    [InlineData("""{"ipv4Address":"2001:db8::1"}""", "applicationServer.ipv4Address")]
    [InlineData("""{"ipv6Address":"2001:db8::/129"}""", "applicationServer.ipv6Address")]
    [InlineData("""{"ipv6Address":"1.2.3.4"}""", "applicationServer.ipv6Address")]
    [InlineData("""{"ipv4Address":["1.2.3.4"]}""", "applicationServer.ipv4Address")]
    public async Task A18_a_server_out_of_shape_is_refused(string server, string place) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["applicationServer"] = JsonNode.Parse(server)))).IsSchemaError(place);

    [Fact]
    public async Task A18_a_server_without_address_is_refused() =>
        (await gateway.CreateAsync(Gateway.Body(b => b["applicationServer"] = new JsonObject()))).Is(400, "INVALID_ARGUMENT", "Insufficient properties specified: applicationServer");

    [Theory]
    [InlineData("devicePorts", """{"ranges":[{"from":61055,"to":56578}]}""")]
    [InlineData("devicePorts", """{"ranges":[{"from":0,"to":65536}]}""")]
    [InlineData("devicePorts", """{"ports":[-1]}""")]
    [InlineData("applicationServerPorts", """{"ports":[65536]}""")]
    [InlineData("applicationServerPorts", """{"ranges":[{"from":2,"to":1}]}""")]
    public async Task A20_ports_out_of_range_have_a_text_of_their_own(string member, string ports) =>
        (await gateway.CreateAsync(Gateway.Body(b => b[member] = JsonNode.Parse(ports)))).Is(400, "OUT_OF_RANGE", $"Invalid port ranges specified: {member}");

    [Theory]
    [InlineData("{}", "devicePorts")]
    [InlineData("""{"ranges":[]}""", "devicePorts.ranges")]
    [InlineData("""{"ports":[]}""", "devicePorts.ports")]
    [InlineData("""{"ranges":[{"from":1}]}""", "devicePorts.ranges[0]")]
    [InlineData("""{"ranges":[null]}""", "devicePorts.ranges[0]")]
    [InlineData("""{"ranges":[{"from":1,"to":null}]}""", "devicePorts.ranges[0]")]
    [InlineData("""{"ports":[null]}""", "devicePorts.ports[0]")]
    [InlineData("""{"ports":["80"]}""", "devicePorts.ports[0]")]
    [InlineData("""{"ports":null}""", "devicePorts")]
    public async Task A20_ports_out_of_shape_are_refused(string ports, string place) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["devicePorts"] = JsonNode.Parse(ports)))).IsSchemaError(place);

    [Fact]
    public async Task G12_a_thousand_ports_are_taken_and_one_more_is_refused()
    {
        Assert.Equal(201, (await gateway.CreateAsync(Gateway.Body(b => b["devicePorts"] = Ports(1_000)))).Status);
        (await gateway.CreateAsync(Gateway.Body(b => b["devicePorts"] = Ports(1_001)))).IsSchemaError("devicePorts");

        static JsonObject Ports(int count) => new() { ["ports"] = new JsonArray([.. Enumerable.Range(1, count).Select(port => (JsonNode)port)]) };
    }

    [Theory]
    [InlineData("""{"notificationUrl":"/n"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"ftp://a.example/n"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"https://user@a.example/n"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"https://a.example/n#f"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"https://10.0.0.1/n"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"https://169.254.169.254/latest"}""", "webhook.notificationUrl")]
    [InlineData("""{"notificationUrl":"https://a.example/n","notificationAuthToken":"too-short"}""", "webhook.notificationAuthToken")]
    [InlineData("""{"notificationUrl":"https://a.example/n","notificationAuthToken":"0123456789012345678\r\nX: 1"}""", "webhook.notificationAuthToken")]
    [InlineData("""{"notificationUrl":"https://a.example/n","notificationAuthToken":"01234567890123456789é"}""", "webhook.notificationAuthToken")]
    [InlineData("""{"notificationUrl":"https://a.example/n","notificationAuthToken":""}""", "webhook.notificationAuthToken")]
    public async Task A28_a_webhook_out_of_shape_is_refused(string webhook, string place) =>
        (await gateway.CreateAsync(Gateway.Body(b => b["webhook"] = JsonNode.Parse(webhook)))).IsSchemaError(place);

    [Fact]
    public async Task A28_a_webhook_needs_its_url() =>
        (await gateway.CreateAsync(Gateway.Body(b => b["webhook"] = new JsonObject()))).Is(400, "INVALID_ARGUMENT", "Expected property is missing: webhook.notificationUrl");

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task A28_a_notification_token_has_20_to_256_characters(int length, bool valid)
    {
        var webhook = new JsonObject { ["notificationUrl"] = "https://a.example/n", ["notificationAuthToken"] = new string('t', length) };
        Assert.Equal(valid ? 201 : 400, (await gateway.CreateAsync(Gateway.Body(b => b["webhook"] = webhook))).Status);
    }

    [Fact]
    public async Task A27_the_nested_body_of_the_published_samples_makes_a_session()
    {
        // Telefónica's sample code, API usage, with the address moved out of the other tests' way.
        var answer = await gateway.CreateAsync(JsonNode.Parse("""
            {"device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":18080},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","duration":300}}
            """)!);

        Assert.Equal(201, answer.Status);
        Assert.Equal(("QOS_E", 300, "0.0.0.0/0"), ((string)answer.Json["qosProfile"]!, (int)answer.Json["duration"]!, (string)answer.Json["applicationServer"]!["ipv4Address"]!));
        Assert.Equal(["ipv4Address"], answer.Json["device"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task A27_every_member_is_hoisted()
    {
        var answer = await gateway.CreateAsync(new JsonObject
        {
            ["device"] = Gateway.Body(b =>
            {
                b["phoneNumber"] = Gateway.Phone();
                b.Remove("device");
                b["devicePorts"] = JsonNode.Parse("""{"ports":[1]}""");
                b["applicationServerPorts"] = JsonNode.Parse("""{"ports":[2]}""");
                b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://a.example/n"}""");
            }),
        });

        Assert.Equal(201, answer.Status);
        Assert.Equal(
            ["applicationServer", "applicationServerPorts", "device", "devicePorts", "duration", "expiresAt", "qosProfile", "qosStatus", "sessionId", "startedAt", "webhook"],
            answer.Json.AsObject().Select(member => member.Key).Order());
    }

    [Theory]
    [InlineData("qosProfile", "\"QOS_E\"", 201)]
    [InlineData("qosProfile", "\"QOS_S\"", 400)]
    [InlineData("duration", "300", 201)]
    [InlineData("duration", "301", 400)]
    [InlineData("applicationServer", """{"ipv4Address":"198.51.100.7"}""", 201)]
    [InlineData("applicationServer", """{"ipv4Address":"198.51.100.8"}""", 400)]
    public async Task A27_a_member_in_both_places_must_agree(string member, string value, int status)
    {
        var answer = await gateway.CreateAsync(Gateway.Body(b => b["device"]![member] = JsonNode.Parse(value)));
        Assert.Equal(status, answer.Status);
        if (status == 400) answer.IsSchemaError("device");
    }

    [Fact]
    public async Task A27_hoisted_bodies_are_counted()
    {
        using var metrics = new MetricReader("qod.api.hoisted_bodies", gateway);
        await gateway.CreatedAsync();
        Assert.Equal(0, metrics.Sum);
        await gateway.CreatedAsync(b => b["device"]!["duration"] = 300);
        Assert.Equal(1, metrics.Sum);
    }

    [Fact]
    public async Task Creates_are_counted_by_outcome()
    {
        using var metrics = new MetricReader("qod.api.creates", gateway);
        await gateway.CreatedAsync();
        await gateway.CreateAsync(Gateway.Body(b => b.Remove("device")));
        await gateway.SendAsync("POST", "/qod/v0/sessions", "{");
        Assert.Equal(["201", "INVALID_ARGUMENT", "INVALID_ARGUMENT"], metrics.Outcomes.Order());
    }

    [Fact]
    public async Task A29_A30_an_overlapping_session_must_be_deleted_first()
    {
        var body = Gateway.Body();
        var first = (string)(await gateway.CreateAsync(body)).Json["sessionId"]!;
        (await gateway.CreateAsync(body)).Is(409, "CONFLICT", "Another session is created for the same device");

        await gateway.ReportAsync(Parse(first), OperatorOutcome.Terminated("test"));
        (await gateway.CreateAsync(body)).Is(409, "CONFLICT", "Another session is created for the same device");

        Assert.Equal(204, (await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{first}")).Status);
        Assert.Equal(201, (await gateway.CreateAsync(body)).Status);
    }

    [Fact]
    public async Task A20_sessions_on_other_ports_do_not_conflict()
    {
        var body = Gateway.Body(b => b["applicationServerPorts"] = JsonNode.Parse("""{"ranges":[{"from":1,"to":10}]}"""));
        Assert.Equal(201, (await gateway.CreateAsync(body)).Status);
        body["applicationServerPorts"] = JsonNode.Parse("""{"ranges":[{"from":11,"to":20}]}""");
        Assert.Equal(201, (await gateway.CreateAsync(body)).Status);
        body["applicationServerPorts"] = JsonNode.Parse("""{"ports":[10]}""");
        Assert.Equal(409, (await gateway.CreateAsync(body)).Status);
    }

    private static SessionId Parse(string text) => SessionId.TryParse(text, out var id) ? id : throw new ArgumentException(text);
}

/// <summary>What an engine cannot be made to answer by a body alone. A gateway of its own: the failure is for every call.</summary>
public sealed class EngineFailureTests : IAsyncLifetime
{
    private readonly Gateway gateway = new();

    public ValueTask InitializeAsync() => gateway.InitializeAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    public static TheoryData<SessionError, int, string, string> Failures => new()
    {
        { SessionError.OperatorUnavailable(new OperatorId("x")), 503, "UNAVAILABLE", "Service unavailable" },
        { SessionError.Overloaded(), 503, "UNAVAILABLE", "Service unavailable" },
        { SessionError.StoreUnavailable(), 503, "UNAVAILABLE", "Service unavailable" },
        { SessionError.ExtensionRefused(), 400, "INVALID_ARGUMENT", "The operator refused to extend the session; it still ends at its expiresAt." },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task F01_the_engines_failures_have_the_releases_shape(SessionError failure, int status, string code, string message)
    {
        gateway.Engine.Failure = failure;
        var answer = (await gateway.CreateAsync(Gateway.Body())).Is(status, code, message);
        Assert.Equal(status == 503 ? ((int)failure.RetryAfter!.Value.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture) : null, answer.Header("Retry-After"));
    }

    [Fact]
    public void F01_every_error_of_the_engine_has_an_answer()
    {
        foreach (var code in Enum.GetValues<SessionErrorCode>()) Assert.InRange(Surfaces.Qod010.Qod010Errors.Of(new SessionError(code, "m")).Status, 400, 503);
        foreach (var kind in Enum.GetValues<Http.FaultKind>().Where(kind => kind != Http.FaultKind.None))
            Assert.InRange(Surfaces.Qod010.Qod010Errors.Describe(new Http.Fault(kind, "d")).Status, 400, 503);
    }

    [Fact]
    public async Task F01_a_bug_is_500_with_an_id_that_the_log_knows_and_nothing_else()
    {
        gateway.Engine.Bug = new InvalidOperationException("secret +34600000000 detail");
        var answer = (await gateway.CreateAsync(Gateway.Body())).IsError();

        Assert.Equal((500, "INTERNAL"), (answer.Status, (string)answer.Json["code"]!));
        var id = ((string)answer.Json["message"]!)["Internal server error: ".Length..];
        Assert.Contains(id, gateway.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_line_of_the_log_holds_a_number_an_address_or_a_token()
    {
        var body = Gateway.Body(b => b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://a.example/path-of-it","notificationAuthToken":"c8974e592c2fa383d4a3960714"}"""));
        await gateway.CreateAsync(body);
        await gateway.CreateAsync(body);

        foreach (var secret in new[] { (string)body["device"]!["phoneNumber"]!, "198.51.100.7", "path-of-it", "c8974e592c2fa383d4a3960714", Gateway.Mock })
            Assert.DoesNotContain(secret, gateway.Log.All, StringComparison.Ordinal);
        Assert.Contains("Session ", gateway.Log.All, StringComparison.Ordinal);
    }
}

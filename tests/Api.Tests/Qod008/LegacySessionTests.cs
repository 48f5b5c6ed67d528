using System.Text;
using System.Text.Json.Nodes;
using QodOrleans.Api.Surfaces.Qod008;
using QodOrleans.Api.Surfaces.Qod010;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests.Qod008;

/// <summary>The legacy shape at <c>/qod/v0/sessions</c>. Ids are those of docs/conformance.md.</summary>
[Collection(nameof(SessionTime))]
public sealed class LegacySessionTests(Gateway gateway) : IClassFixture<Gateway>
{
    private static JsonObject Body(Action<JsonObject>? change = null)
    {
        var body = new JsonObject
        {
            ["ueId"] = new JsonObject { ["msisdn"] = Gateway.Phone() },
            ["asId"] = new JsonObject { ["ipv4addr"] = "0.0.0.0/0" },
            ["qos"] = "QOS_E",
            ["duration"] = 3600,
        };
        change?.Invoke(body);
        return body;
    }

    private Task<Answer> CreateAsync(Action<JsonObject>? change = null) => gateway.CreateAsync(Body(change));

    private async Task<JsonNode> CreatedAsync(Action<JsonObject>? change = null)
    {
        var answer = await CreateAsync(change);
        Assert.Equal(201, answer.Status);
        return answer.Json;
    }

    [Fact]
    public async Task A23_D01_D03_D04_the_answer_has_exactly_the_sites_members_and_times_in_milliseconds()
    {
        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(25_048));
        var answer = await CreateAsync(b => b["ueId"]!["msisdn"] = Gateway.Phone("9001"));
        var session = answer.Json.AsObject();

        Assert.Equal(
            ["duration", "ueId", "asId", "qos", "id", "startedAt", "expiresAt", "qosStatus", "messages"], session.Select(member => member.Key));
        Assert.Equal(gateway.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (long)session["startedAt"]!);
        Assert.Equal(3_600_000, (long)session["expiresAt"]! - (long)session["startedAt"]!);
        Assert.Equal((3600, "REQUESTED", "QOS_E"), ((int)session["duration"]!, (string)session["qosStatus"]!, (string)session["qos"]!));
        var message = session["messages"]!.AsArray().Single()!.AsObject();
        Assert.Equal(["severity", "description"], message.Select(member => member.Key));
        Assert.Equal("INFO", (string)message["severity"]!);
        Assert.Equal($"/qod/v0/sessions/{session["id"]}", answer.Header("Location"));
    }

    [Fact]
    public async Task A22_A24_D07_D09_all_that_was_sent_is_shown_again_but_for_the_token()
    {
        var body = Body(b =>
        {
            b["ueId"] = JsonNode.Parse($$"""{"externalId":"Kieran_Sauer3@hotmail.com","msisdn":"{{Gateway.Phone()}}","ipv4addr":"203.0.113.77","ipv6addr":"2001:db8:34::8a"}""");
            b["asId"] = JsonNode.Parse("""{"ipv4addr":"55.2.85.35","ipv6addr":"3a6e:97df:0614:d555:a0db:66c4:1ac5:fbfb"}""");
            b["uePorts"] = JsonNode.Parse("""{"ranges":[{"from":56578,"to":61055}],"ports":[14968,49223]}""");
            b["asPorts"] = JsonNode.Parse("""{"ranges":[{"from":25113,"to":55764}],"ports":[42391,44401]}""");
            b["notificationUri"] = "https://application-server.com/notifications";
            b["notificationAuthToken"] = "c8974e592c2fa383d4a3960714";
        });
        var created = await gateway.CreateAsync(body);
        Assert.Equal(201, created.Status);
        var read = await gateway.SendAsync("GET", $"/qod/v0/sessions/{created.Json["id"]}");

        body.Remove("notificationAuthToken");
        foreach (var (name, value) in body) Assert.True(JsonNode.DeepEquals(value, read.Json[name]), $"{name}: {read.Json[name]}");
        Assert.Equal(created.Text, read.Text);
        Assert.DoesNotContain("c8974e592c2fa383d4a3960714", read.Text, StringComparison.Ordinal);
        Assert.Equal("c8974e592c2fa383d4a3960714", new XorProtector().Unprotect(gateway.Engine.LastCreate!.Sink!.ProtectedToken!));
    }

    [Theory]
    [InlineData("notificationUri", "notificationUrl")]
    [InlineData("notificationUrl", "notificationUri")]
    public async Task D02_the_callback_goes_by_the_name_that_it_came_by(string name, string other)
    {
        var created = await CreatedAsync(b => b[name] = "https://a.example/n");
        var read = (await gateway.SendAsync("GET", $"/qod/v0/sessions/{created["id"]}")).Json;

        foreach (var session in new[] { created, read })
        {
            Assert.Equal("https://a.example/n", (string)session[name]!);
            Assert.Null(session[other]);
        }
    }

    [Fact]
    public async Task D02_both_names_at_once_must_agree()
    {
        var agreed = await CreatedAsync(b => (b["notificationUri"], b["notificationUrl"]) = ("https://a.example/n", "https://a.example/n"));
        Assert.Equal("https://a.example/n", (string)agreed["notificationUri"]!);

        IsInvalid(await CreateAsync(b => (b["notificationUri"], b["notificationUrl"]) = ("https://a.example/n", "https://b.example/n")), "Schema validation failed at notificationUrl: ");
    }

    [Fact]
    public async Task A09_no_duration_means_a_day()
    {
        var session = await CreatedAsync(b => b.Remove("duration"));
        Assert.Equal((86_400, 86_400_000L), ((int)session["duration"]!, (long)session["expiresAt"]! - (long)session["startedAt"]!));
    }

    [Fact]
    public async Task A09_R41_no_duration_with_a_shorter_profile_means_all_that_it_allows()
    {
        var gateway = new ShortGateway();
        await gateway.InitializeAsync();
        await using var running = gateway;

        var session = (await gateway.CreateAsync(Body(b => b.Remove("duration")))).Json;
        Assert.Equal((600, 600_000L), ((int)session["duration"]!, (long)session["expiresAt"]! - (long)session["startedAt"]!));
        IsInvalid(await gateway.CreateAsync(Body(b => b["duration"] = 601)), "The requested duration is out of the allowed range for the specific QoS profile");
    }

    private sealed class ShortGateway() : Gateway([], new QosProfileCatalog([new QosProfile { Name = "QOS_E", MaxDuration = new QosDuration(10, TimeUnit.Minutes) }]));

    [Theory]
    [InlineData("+5511852146260")]
    [InlineData("34312468621")]
    [InlineData("12345")]
    public async Task D10_a_number_may_come_with_and_without_its_plus(string number)
    {
        var answer = await CreateAsync(b => b["ueId"]!["msisdn"] = number);
        Assert.True(answer.Status == 201 ? (string)answer.Json["ueId"]!["msisdn"]! == number : (string)answer.Json["message"]! == "Unable to identify device from specified parameters: ueId", answer.Text);
    }

    [Theory]
    [InlineData("ipv4addr", "203.0.113.61/32", "203.0.113.61")]
    [InlineData("ipv6addr", "2001:db8:34:61::1/128", "2001:db8:34:61::1")]
    public async Task A14_a_single_address_may_have_its_mask_and_is_the_same_device_without_it(string member, string sent, string shown)
    {
        var answer = await CreateAsync(b => b["ueId"] = new JsonObject { [member] = sent });
        Assert.Equal((201, shown), (answer.Status, (string?)answer.Json["ueId"]![member]));
        Assert.Equal(409, (await CreateAsync(b => b["ueId"] = new JsonObject { [member] = shown })).Status);
    }

    [Theory]
    [InlineData("ipv4addr", "203.0.113.0/24")]
    [InlineData("ipv4addr", "203.0.113.61/32/32")]
    [InlineData("ipv4addr", "203.0.113.61/032")]
    [InlineData("ipv4addr", "203.0.113.61/128")]
    [InlineData("ipv4addr", "/32")]
    [InlineData("ipv6addr", "2001:db8:34::/64")]
    [InlineData("ipv6addr", "2001:db8:34::1/32")]
    [InlineData("ipv6addr", "2001:db8:34::1/")]
    public async Task A14_a_device_is_no_network(string member, string sent) =>
        IsInvalid(await CreateAsync(b => b["ueId"] = new JsonObject { [member] = sent }), $"Schema validation failed at ueId.{member}: ");

    [Theory]
    // what is wrong | the message's start
    [InlineData("""{"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Expected property is missing: ueId")]
    [InlineData("""{"ueId":{},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Insufficient properties specified: ueId")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"qos":"QOS_E"}""", "Expected property is missing: asId")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{},"qos":"QOS_E"}""", "Insufficient properties specified: asId")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"}}""", "Expected property is missing: qos")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"SHORT"}""", "Schema validation failed at qos: must be QOS_E, QOS_S, QOS_M or QOS_L")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","duration":0}""", "Schema validation failed at duration: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","duration":86401}""", "Schema validation failed at duration: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","duration":"1"}""", "Schema validation failed at duration")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","qos":"QOS_S"}""", "Schema validation failed at qos")]
    [InlineData("""{"ueId":{"msisdn":"+3460000000x"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Schema validation failed at ueId.msisdn: ")]
    [InlineData("""{"ueId":{"externalId":""},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Schema validation failed at ueId.externalId: ")]
    [InlineData("""{"ueId":{"externalId":"a@b"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Unable to identify device from specified parameters: ueId")]
    [InlineData("""{"ueId":{"ipv4addr":"0x7f.1"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Schema validation failed at ueId.ipv4addr: ")]
    [InlineData("""{"ueId":{"ipv6addr":"::1%eth0"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Schema validation failed at ueId.ipv6addr: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000","ipv6addr":"2001:db8:49::1"},"asId":{"ipv4addr":"010.0.0.1"},"qos":"QOS_E"}""", "Schema validation failed at asId.ipv4addr: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv6addr":"::1/129"},"qos":"QOS_E"}""", "Schema validation failed at asId.ipv6addr: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","uePorts":{}}""", "Schema validation failed at uePorts: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","asPorts":{"ports":[65536]}}""", "Ranges not allowed: asPorts")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","notificationUri":"ftp://a.example"}""", "Schema validation failed at notificationUri: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","notificationUrl":"http://10.0.0.1/"}""", "Schema validation failed at notificationUrl: ")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","notificationAuthToken":"a\r\nb: c"}""", "Schema validation failed at notificationAuthToken: ")]
    [InlineData("""{"ueId":null,"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E"}""", "Expected property is missing: ueId")]
    [InlineData("""{"ueId":{"msisdn":"+34600000000"},"qos":"QOS_E"} x""", "Schema validation failed at body")]
    public async Task A22_F02_what_the_shape_does_not_allow_is_refused_in_its_own_words(string body, string message) =>
        IsInvalid(await gateway.SendAsync("POST", "/qod/v0/sessions", body), message);

    [Fact]
    public async Task D06_R27_the_sites_own_range_runs_backwards_and_is_refused() => IsInvalid(
        await CreateAsync(b => b["uePorts"] = JsonNode.Parse("""{"ranges":[{"from":61055,"to":56578}],"ports":[14968,49223]}""")), "Ranges not allowed: uePorts");

    [Theory]
    [InlineData(SessionErrorCode.Conflict, 409, "CONFLICT", "Another session is created for the same UE")]
    [InlineData(SessionErrorCode.ServiceNotApplicable, 501, "NOT_IMPLEMENTED", "Service not implemented for the specified user device")]
    [InlineData(SessionErrorCode.DeviceNotOfToken, 403, "FORBIDDEN", "Operation not allowed: the access token is for another device")]
    [InlineData(SessionErrorCode.OperatorUnavailable, 503, "SERVICE_UNAVAILABLE", "Service unavailable")]
    public void F02_what_the_engine_says_has_the_releases_words(SessionErrorCode code, int status, string word, string message)
    {
        var answer = Qod008Errors.Of(new SessionError(code, "m", code == SessionErrorCode.OperatorUnavailable ? TimeSpan.FromSeconds(2) : null));

        Assert.Equal((status, code == SessionErrorCode.OperatorUnavailable ? 2 : 0), (answer.Status, answer.RetryAfterSeconds));
        Assert.Equal($$"""{"code":"{{word}}","message":"{{message}}"}""", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task F02_a_conflict_is_answered_by_code_and_message_alone()
    {
        var body = Body();
        await gateway.CreateAsync(body);
        var answer = await gateway.CreateAsync(body);

        Assert.Equal(409, answer.Status);
        Assert.Equal("""{"code":"CONFLICT","message":"Another session is created for the same UE"}""", answer.Text);
    }

    [Fact]
    public async Task D11_an_extension_is_answered_in_the_shape_that_the_session_was_made_in()
    {
        var id = (string)(await CreatedAsync())["id"]!;

        var extended = await gateway.SendAsync("POST", $"/qod/v0/sessions/{id}/extend", """{"requestedAdditionalDuration":60}""");

        Assert.Equal((200, 3660, id), (extended.Status, (int)extended.Json["duration"]!, (string)extended.Json["id"]!));
        Assert.Equal(3_660_000, (long)extended.Json["expiresAt"]! - (long)extended.Json["startedAt"]!);
    }

    [Fact]
    public async Task B05_a_session_is_deleted_at_the_shared_path()
    {
        var id = (string)(await CreatedAsync())["id"]!;
        Assert.Equal(204, (await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{id}")).Status);
        Assert.Equal(404, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}")).Status);
    }

    [Fact]
    public async Task A_session_that_the_network_ended_says_so_as_a_warning()
    {
        var session = await CreatedAsync();
        await gateway.ReportAsync(new SessionId(Guid.Parse((string)session["id"]!)), OperatorOutcome.Terminated("test"));

        var read = (await gateway.SendAsync("GET", $"/qod/v0/sessions/{session["id"]}")).Json;

        Assert.Equal(("UNAVAILABLE", "WARNING"), ((string)read["qosStatus"]!, (string)read["messages"]![0]!["severity"]!));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Bearer", null)]
    [InlineData("ApiKey", "apikey")]
    [InlineData("apikey", "apikey")]
    public async Task C10_the_token_is_a_bearer_token_unless_the_configuration_wants_the_releases_own_way(string? setting, string? parameter)
    {
        await using var legacy = new OddGateway(setting);
        await legacy.InitializeAsync();
        foreach (var (surface, callback) in new[] { (Qod008Surface.Name, "notificationUri"), (Qod008Surface.Name081, "notificationUrl") })
        {
            var answer = await legacy.CreateAsync(Body(b => (b[callback], b["notificationAuthToken"]) = ("https://a.example/n", "secret")));
            Assert.Equal((201, surface, parameter), (answer.Status, legacy.Engine.LastCreate!.Surface, legacy.Engine.LastCreate.Sink!.TokenParameter));
        }
        await legacy.CreateAsync(Gateway.Body(b => b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://a.example/n","notificationAuthToken":"a-token-of-twenty-characters"}""")));
        Assert.Equal((Qod010Surface.Name, null), (legacy.Engine.LastCreate!.Surface, legacy.Engine.LastCreate.Sink!.TokenParameter));
    }

    [Fact]
    public async Task C10_a_callback_that_has_an_apikey_of_its_own_gets_no_second_one()
    {
        await using var releases = new OddGateway("ApiKey");
        await releases.InitializeAsync();
        foreach (var (at, callback, token, status) in new[]
        {
            (releases, "https://a.example/n?x=1&apikey=own", "secret", 400),
            (releases, "https://a.example/n?x=1&ApiKey", "secret", 400),
            (releases, "https://a.example/n?x=1&apikey=own", null, 201),
            (releases, "https://a.example/apikey?x=apikey", "secret", 201),
            (gateway, "https://a.example/n?x=1&apikey=own", "secret", 201),
        })
        {
            var answer = await at.CreateAsync(Body(b =>
            {
                b["notificationUrl"] = callback;
                if (token is not null) b["notificationAuthToken"] = token;
            }));
            Assert.Equal((callback, status), (callback, answer.Status));
            if (status == 400) Assert.Equal("Schema validation failed at notificationUrl: has a parameter apikey, in which notificationAuthToken is sent", (string)answer.Json["message"]!);
        }
    }

    [Theory]
    [InlineData("7", "Qod:LegacySinkToken is 7; it must be one of: Bearer, ApiKey.")]
    [InlineData("query", "Qod:LegacySinkToken")]
    public void C10_no_other_way_starts(string setting, string complaint)
    {
        var failure = Assert.ThrowsAny<Exception>(() => new OddGateway(setting));
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    private sealed class OddGateway(string? setting) : Gateway(new KeyValuePair<string, string?>("Qod:LegacySinkToken", setting));

    private static void IsInvalid(Answer answer, string message)
    {
        Assert.Equal((400, "INVALID_INPUT"), (answer.Status, (string?)answer.Json["code"]));
        Assert.Equal(["code", "message"], answer.Json.AsObject().Select(member => member.Key));
        Assert.StartsWith(message, (string)answer.Json["message"]!, StringComparison.Ordinal);
    }
}

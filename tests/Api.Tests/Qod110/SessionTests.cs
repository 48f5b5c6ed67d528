using System.Globalization;
using System.Text.Json.Nodes;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>A session's numbers through its life (docs/conformance.md, Q02 and Q03), its sink, and its errors where the scenarios leave them open.</summary>
[Collection(nameof(SessionTime))]
public sealed class SessionTests(ReleaseGateway gateway) : IClassFixture<ReleaseGateway>
{
    [Fact]
    public async Task While_requested_there_are_no_dates_and_the_duration_is_the_one_asked_for()
    {
        var session = (await gateway.CreateSessionAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"))).Json;
        AssertNumbers(session, "REQUESTED", null, 300, lasted: null);

        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(1_700));
        await gateway.ReportAsync(Id(session), OperatorOutcome.Accepted());
        var available = await ReadAsync(session);
        AssertNumbers(available, "AVAILABLE", null, 300, lasted: 300);
        Assert.Equal(Seconds(gateway.Clock.GetUtcNow()), Time(available["startedAt"]));
    }

    [Fact]
    public async Task A_session_that_never_started_has_no_dates_at_its_end_either()
    {
        var session = (await gateway.CreateSessionAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"))).Json;
        await gateway.ReportAsync(Id(session), OperatorOutcome.Refused("test"));
        AssertNumbers(await ReadAsync(session), "UNAVAILABLE", "NETWORK_TERMINATED", 300, lasted: null);
    }

    [Theory]
    [InlineData(0, 100_400, 100)]
    [InlineData(200, 2_799, 2)]
    [InlineData(200, 2_800, 3)]
    [InlineData(999, 1, 1)]
    [InlineData(0, 0, 1)]
    public async Task A_terminated_session_says_when_it_really_ended(int phase, int milliseconds, int lasted)
    {
        await AdvanceToAsync(phase);
        var session = (await gateway.CreateSessionAsync()).Json;
        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(milliseconds));
        await gateway.ReportAsync(Id(session), OperatorOutcome.Terminated("test"));
        var ended = await ReadAsync(session);

        AssertNumbers(ended, "UNAVAILABLE", "NETWORK_TERMINATED", lasted, lasted);
        if (milliseconds > 0) Assert.Equal(Seconds(gateway.Clock.GetUtcNow()), Time(ended["expiresAt"]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(900, 150)]
    [InlineData(999, 999)]
    public async Task An_expired_session_lasted_what_was_granted_and_stays_readable(int phase, int late)
    {
        await AdvanceToAsync(phase);
        var session = (await gateway.CreateSessionAsync(b => b["duration"] = 60)).Json;
        await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(60_000 + late));
        AssertNumbers(await ReadAsync(session), "UNAVAILABLE", "DURATION_EXPIRED", 60, lasted: 60);

        var listed = await gateway.AskAsync("retrieveSessionsByDevice", new JsonObject { ["device"] = session["device"]!.DeepClone() }.ToJsonString());
        Assert.Equal("DURATION_EXPIRED", (string)listed.Json[0]!["statusInfo"]!);
    }

    [Theory]
    [InlineData(30_000, 0, 20_000, 50_000)]
    [InlineData(30_000, 0, 19_999, 49_999)]
    [InlineData(30_000, 0, int.MaxValue, 50_000)]
    [InlineData(30_000, 20_000, 30_000, 50_000)]
    [InlineData(50_000, 0, 1, 50_000)]
    public async Task The_overall_duration_is_at_most_the_profiles(int duration, int elapsed, int additional, int granted)
    {
        var session = (await gateway.CreateSessionAsync(b => (b["qosProfile"], b["duration"]) = ("FIFTY", duration))).Json;
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(elapsed));
        var extended = await gateway.AskAsync("extendQosSessionDuration", $$"""{"requestedAdditionalDuration":{{additional}}}""", (string)session["sessionId"]!);

        Assert.Equal(200, extended.Status);
        AssertNumbers(extended.Json, "AVAILABLE", null, granted, granted);
        Assert.Equal((string)session["startedAt"]!, (string)extended.Json["startedAt"]!);
    }

    [Fact]
    public async Task A_profile_without_a_longest_duration_has_a_day()
    {
        var id = await gateway.SessionAsync(b => b["duration"] = 86_000);
        Assert.Equal(86_400, (int)(await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":600}""", id)).Json["duration"]!);
        Assert.Equal(400, (await gateway.CreateSessionAsync(b => b["duration"] = 86_401)).Status);
    }

    // ---- one session, two surfaces ----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_session_made_on_the_older_surface_reads_here_in_this_shape()
    {
        var older = await gateway.CreatedAsync(b =>
        {
            b["device"] = JsonNode.Parse($$"""{"phoneNumber":"{{Gateway.Phone()[1..]}}","networkAccessIdentifier":"a@b.example"}""");
            b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://a.example/n","notificationAuthToken":"c8974e592c2fa383d4a3960714"}""");
        });
        var read = (await gateway.AskAsync("getSession", argument: older)).Json;

        Assert.Equal((older, "https://a.example/n", 300), ((string)read["sessionId"]!, (string)read["sink"]!, (int)read["duration"]!));
        Assert.Equal(["phoneNumber"], read["device"]!.AsObject().Select(member => member.Key));
        Assert.StartsWith("+34", (string)read["device"]!["phoneNumber"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("c8974e", read.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_made_here_reads_on_the_older_surface_in_that_shape()
    {
        var id = await gateway.SessionAsync(b => b["sink"] = "https://a.example/n");
        var read = await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}");

        Assert.Equal((200, "https://a.example/n"), (read.Status, (string)read.Json["webhook"]!["notificationUrl"]!));
        Assert.Equal((long)read.Json["startedAt"]! + 300, (long)read.Json["expiresAt"]!);
    }

    // ---- sink and credential ----------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("https://application-server.com/notifications")]
    [InlineData("https://application-server.com:8443/n?session=1")]
    [InlineData("http://127.0.0.1:9999/n")]
    [InlineData("http://127.8.9.10/n")]
    [InlineData("http://[::1]:9999/n")]
    [InlineData("http://localhost:9999/n")]
    [InlineData("https://localhost/n")]
    public async Task A_sink_is_taken(string sink)
    {
        var answer = await gateway.SendAsync("POST", "/quality-on-demand/v1/sessions", Gateway.Body(b => b["sink"] = sink).ToJsonString());
        Assert.Equal((201, sink), (answer.Status, (string?)answer.Json["sink"]));
    }

    [Theory]
    [InlineData("http://application-server.com/notifications")]
    [InlineData("http://203.0.113.1/n")]
    [InlineData("https://10.0.0.1/n")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://user@application-server.com/n")]
    [InlineData("https://application-server.com/n#f")]
    [InlineData("ftp://application-server.com/n")]
    [InlineData("mailto:a@b.example")]
    [InlineData("application-server.com/n")]
    [InlineData("https://")]
    [InlineData("")]
    [InlineData("https://a.example/ n")]
    public async Task A_sink_is_not_taken(string sink)
    {
        var answer = await gateway.CreateSessionAsync(b => b["sink"] = sink);
        Assert.Equal((400, "INVALID_SINK"), (answer.Status, (string?)answer.Json["code"]));
        Assert.StartsWith("sink not valid for the specified protocol", (string)answer.Json["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sink_has_at_most_2048_characters()
    {
        var sink = "https://a.example/" + new string('n', 2_030);
        Assert.Equal(201, (await gateway.CreateSessionAsync(b => b["sink"] = sink)).Status);
        Assert.Equal(400, (await gateway.CreateSessionAsync(b => b["sink"] = sink + "n")).Status);
    }

    [Theory]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08.312Z","accessTokenType":"Bearer"}""")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"a.b-c_d~e/f=","accessTokenExpiresUtc":"2030-07-03T12:27:08+02:00","accessTokenType":"bearer"}""")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2023-07-03t12:27:08z","accessTokenType":"bearer","more":1}""")]
    public async Task A_credential_is_taken_with_and_without_a_sink(string credential)
    {
        foreach (var sink in new[] { "https://a.example/n", null })
        {
            var answer = await gateway.CreateSessionAsync(b =>
            {
                if (sink is not null) b["sink"] = sink;
                b["sinkCredential"] = JsonNode.Parse(credential);
            });
            Assert.Equal((201, sink, null), (answer.Status, (string?)answer.Json["sink"], answer.Json["sinkCredential"]));
            var end = DateTimeOffset.Parse((string)JsonNode.Parse(credential)!["accessTokenExpiresUtc"]!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(sink is null ? null : end, gateway.Engine.LastCreate!.Sink?.TokenExpiresAt);
        }
    }

    [Theory]
    [InlineData("2030-07-03T12:27:08.123456789Z", "2030-07-03T12:27:08.1234567Z")]
    [InlineData("2030-12-31T23:59:60Z", "2031-01-01T00:00:00Z")]
    [InlineData("2030-12-31T18:59:60.5-05:00", "2031-01-01T00:00:00.5Z")]
    public async Task A_credential_ends_at_any_date_of_RFC_3339(string sent, string instant)
    {
        var answer = await gateway.CreateSessionAsync(b =>
        {
            b["sink"] = "https://a.example/n";
            b["sinkCredential"] = JsonNode.Parse($$"""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"{{sent}}","accessTokenType":"bearer"}""");
        });
        Assert.Equal(201, answer.Status);
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), gateway.Engine.LastCreate!.Sink?.TokenExpiresAt);
    }

    [Theory]
    [InlineData("""{"accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03 12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08+0100","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08Z"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t\r\nX-A: b","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t\u00e9","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-02-30T12:27:08Z","accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":1909,"accessTokenType":"bearer"}""", "INVALID_ARGUMENT")]
    [InlineData("""{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-07-03T12:27:08Z","accessTokenType":"mac"}""", "INVALID_TOKEN")]
    [InlineData("""{"credentialType":"PLAIN","identifier":"i","secret":"s"}""", "INVALID_CREDENTIAL")]
    [InlineData("""{"credentialType":"REFRESHTOKEN"}""", "INVALID_CREDENTIAL")]
    public async Task A_credential_is_not_taken(string credential, string code)
    {
        var answer = await gateway.CreateSessionAsync(b => b["sinkCredential"] = JsonNode.Parse(credential));
        Assert.Equal((400, code), (answer.Status, (string?)answer.Json["code"]));
    }

    // ---- errors that no scenario plays ------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("createSession", """{"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E","duration":0}""", "Client specified an invalid argument, request body or query param. duration: must be at least 1")]
    [InlineData("createSession", """{"duration":"x"}""", "Client specified an invalid argument, request body or query param. duration")]
    [InlineData("createSession", """{"duration":1,"duration":2}""", "Client specified an invalid argument, request body or query param. duration")]
    [InlineData("createSession", "", "Client specified an invalid argument, request body or query param. body: a JSON object is needed")]
    [InlineData("extendQosSessionDuration", "{}", "Client specified an invalid argument, request body or query param. requestedAdditionalDuration: is missing")]
    public async Task The_message_says_what_is_wrong_and_where(string operation, string body, string message) =>
        (await gateway.AskAsync(operation, body, operation == "createSession" ? null : Guid.NewGuid().ToString("D"))).Is(400, "INVALID_ARGUMENT", message);

    [Fact]
    public async Task A_reversed_range_is_out_of_range() =>
        (await gateway.CreateSessionAsync(b => b["devicePorts"] = JsonNode.Parse("""{"ranges":[{"from":1,"to":2},{"from":61055,"to":56578}]}""")))
            .Is(400, "OUT_OF_RANGE", "Client specified an invalid range. devicePorts.ranges[1]: must be ports of 0 to 65535, from not above to");

    [Fact]
    public async Task Unknown_members_are_ignored() => Assert.Equal(201, (await gateway.CreateSessionAsync(b => b["webhook"] = new JsonObject { ["x"] = 1 })).Status);

    [Fact]
    public async Task A_session_is_found_at_its_device_whichever_way_that_is_named()
    {
        var phone = Gateway.Phone();
        var created = await gateway.CreateSessionAsync(b => b["device"]!["phoneNumber"] = phone);
        var found = await gateway.AskAsync("retrieveSessionsByDevice", $$$"""{"device":{"networkAccessIdentifier":"a@b.example","phoneNumber":"{{{phone}}}"}}""");
        Assert.Equal($"[{created.Text}]", found.Text);

        Assert.Equal(204, (await gateway.AskAsync("deleteSession", argument: (string)created.Json["sessionId"]!)).Status);
        Assert.Equal("[]", (await gateway.AskAsync("retrieveSessionsByDevice", $$$"""{"device":{"phoneNumber":"{{{phone}}}"}}""")).Text);
    }

    [Fact]
    public async Task The_newest_session_of_a_device_comes_first()
    {
        var phone = Gateway.Phone();
        var ids = new List<string>();
        foreach (var port in new[] { 1, 2, 3 })
        {
            ids.Insert(0, await gateway.SessionAsync(b => (b["device"]!["phoneNumber"], b["devicePorts"]) = (phone, JsonNode.Parse($$"""{"ports":[{{port}}]}"""))));
            // Those of one millisecond have no order.
            await gateway.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        }
        var found = await gateway.AskAsync("retrieveSessionsByDevice", $$$"""{"device":{"phoneNumber":"{{{phone}}}"}}""");
        Assert.Equal(ids, found.Json.AsArray().Select(session => (string)session!["sessionId"]!));
    }

    /// <summary>To the next whole second and so many milliseconds.</summary>
    private Task AdvanceToAsync(int phase) => gateway.AdvanceAsync(TimeSpan.FromMilliseconds(1_000 - gateway.Clock.GetUtcNow().Millisecond + phase));

    private async Task<JsonNode> ReadAsync(JsonNode session)
    {
        var answer = await gateway.AskAsync("getSession", argument: (string)session["sessionId"]!);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    /// <param name="lasted">Seconds between the dates; null where there must be none.</param>
    private static void AssertNumbers(JsonNode session, string status, string? info, int duration, int? lasted)
    {
        Assert.Equal((status, info, duration), ((string)session["qosStatus"]!, (string?)session["statusInfo"], (int)session["duration"]!));
        if (lasted is null) Assert.Null(session["startedAt"] ?? session["expiresAt"]);
        else Assert.Equal(TimeSpan.FromSeconds(lasted.Value), Time(session["expiresAt"]) - Time(session["startedAt"]));
    }

    private static DateTimeOffset Time(JsonNode? value) =>
        DateTimeOffset.ParseExact((string)value!, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static SessionId Id(JsonNode session) => SessionId.TryParse((string)session["sessionId"]!, out var id) ? id : throw new ArgumentException("No id.", nameof(session));
}

/// <summary>What the engine may answer, and what becomes of it.</summary>
public sealed class EngineErrorTests : IAsyncLifetime
{
    private readonly ReleaseGateway gateway = new();

    public ValueTask InitializeAsync() => gateway.InitializeAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    public static TheoryData<SessionErrorCode, string> Errors => new()
    {
        { SessionErrorCode.DeviceNotIdentified, "404 IDENTIFIER_NOT_FOUND" },
        { SessionErrorCode.DeviceInconsistent, "404 IDENTIFIER_NOT_FOUND" },
        { SessionErrorCode.DeviceNotOfToken, "403 PERMISSION_DENIED" },
        { SessionErrorCode.ServiceNotApplicable, "422 SERVICE_NOT_APPLICABLE" },
        { SessionErrorCode.ProfileUnknown, "400 INVALID_ARGUMENT" },
        { SessionErrorCode.ProfileNotApplicable, "422 QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE" },
        { SessionErrorCode.DurationOutOfRange, "400 QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE" },
        { SessionErrorCode.Conflict, "409 CONFLICT" },
        { SessionErrorCode.NotFound, "404 NOT_FOUND" },
        { SessionErrorCode.NotOwner, "403 PERMISSION_DENIED" },
        { SessionErrorCode.SessionInactive, "409 QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED" },
        { SessionErrorCode.ExtensionRefused, "409 QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED" },
        { SessionErrorCode.OperatorUnavailable, "503 UNAVAILABLE" },
        { SessionErrorCode.Overloaded, "503 UNAVAILABLE" },
        { SessionErrorCode.StoreUnavailable, "503 UNAVAILABLE" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Every_error_of_the_engine_has_an_answer_that_the_release_describes(SessionErrorCode code, string expected)
    {
        var error = new SessionError(code, "something", TimeSpan.FromSeconds(2.5));
        Answer answer;
        if (code is SessionErrorCode.SessionInactive or SessionErrorCode.ExtensionRefused)
        {
            gateway.Engine.ExtensionFailure = error;
            answer = await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":60}""", await gateway.SessionAsync());
        }
        else
        {
            gateway.Engine.Failure = error;
            answer = await gateway.CreateSessionAsync();
        }
        Assert.Equal(expected, $"{answer.IsError().Status} {answer.Json["code"]}");
        Assert.Equal(answer.Status == 503 ? "3" : null, answer.Header("Retry-After"));
    }

    [Fact]
    public void No_error_of_the_engine_is_left_out() => Assert.Equal(Enum.GetValues<SessionErrorCode>(), Errors.Select(row => row.Data.Item1));

    [Fact]
    public async Task An_operator_that_refuses_the_extension_is_a_409_that_says_so()
    {
        var id = await gateway.SessionAsync();
        gateway.Engine.ExtensionFailure = SessionError.ExtensionRefused();
        (await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":60}""", id))
            .Is(409, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED", "The operator refused to extend the session; it still ends at its expiresAt.");
        gateway.Engine.ExtensionFailure = SessionError.OperatorUnavailable(new OperatorId("offers"));
        Assert.Equal(503, (await gateway.AskAsync("extendQosSessionDuration", """{"requestedAdditionalDuration":60}""", id)).Status);
    }

    [Fact]
    public async Task A_bug_is_a_500_with_the_number_that_it_is_logged_by()
    {
        gateway.Engine.Bug = new InvalidOperationException("inside");
        var answer = await gateway.CreateSessionAsync();
        Assert.Equal((500, "INTERNAL"), (answer.Status, (string)answer.Json["code"]!));
        Assert.DoesNotContain("inside", answer.Text, StringComparison.Ordinal);
        Assert.Contains(((string)answer.Json["message"]!)[^37..^1], gateway.Log.All, StringComparison.Ordinal);
    }
}

/// <summary>Production takes nothing but <c>https</c>.</summary>
public sealed class ProductionSinkTests : IAsyncLifetime
{
    private readonly ProductionReleaseGateway gateway = new();

    public ValueTask InitializeAsync() => gateway.InitializeAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("https://application-server.com/n", 201)]
    [InlineData("http://127.0.0.1:9999/n", 400)]
    [InlineData("http://localhost/n", 400)]
    [InlineData("https://127.0.0.1/n", 400)]
    [InlineData("https://localhost/n", 400)]
    public async Task A_sink_is_https_and_elsewhere(string sink, int status)
    {
        var token = await gateway.AccessTokenAsync("shop", "shop-secret");
        var answer = await gateway.CreateSessionAsync(b => b["sink"] = sink, token);
        Assert.Equal((status, status == 400 ? "INVALID_SINK" : null), (answer.Status, (string?)answer.Json["code"]));
    }

    private sealed class ProductionReleaseGateway() : ReleaseGateway(
        new("Qod:Mode", "production"), new("Qod:Clients:0:Id", "shop"), new("Qod:Clients:0:SecretHash", ClientSecret.Hash("shop-secret")));
}

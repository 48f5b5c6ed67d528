using System.Reflection;
using System.Text.Json.Nodes;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>The release's public test definitions. Each test names the scenarios that it plays; the last one sees to it that none is left out.
/// Every answer is also held against the release's OpenAPI file (<see cref="ReleaseGateway.AskAsync"/>).</summary>
[Collection(nameof(SessionTime))]
public sealed class ConformanceTests(ReleaseGateway gateway) : IClassFixture<ReleaseGateway>
{
    private const string ExtendBody = """{"requestedAdditionalDuration":60}""";

    // ---- success ----------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("quality_on_demand_createSession_01_generic_success_scenario", false, "")]
    [InlineData("quality_on_demand_createSession_01_generic_success_scenario", true, "")]
    [InlineData("quality_on_demand_createSession_01_generic_success_scenario", true, "9001")]
    public async Task A_session_is_made_and_says_what_was_asked_for(string scenario, bool everything, string digits)
    {
        var body = everything ? Everything(digits) : Gateway.Body();
        var answer = await AskAsync(scenario, body.ToJsonString());

        Assert.Equal((201, digits.Length == 0 ? "AVAILABLE" : "REQUESTED"), (answer.Status, (string)answer.Json["qosStatus"]!));
        AssertSaysWhatWasAskedFor(body, answer.Json);
        Assert.Equal($"/quality-on-demand/v1/sessions/{answer.Json["sessionId"]}", answer.Header("Location"));
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_02_1_sinkcredential_provided")]
    public async Task A_sink_may_come_with_its_credential(string scenario)
    {
        var answer = await AskAsync(scenario, Everything().ToJsonString());
        Assert.Equal(201, answer.Status);
        Assert.Null(answer.Json["sinkCredential"]);
        Assert.Equal("c8974e592c2fa383d4a3960714", new XorProtector().Unprotect(gateway.Engine.LastCreate!.Sink!.ProtectedToken!));
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_03_3_legged_missing_device")]
    public async Task A_device_that_the_token_names_is_not_returned(string scenario)
    {
        var body = Gateway.Body();
        body.Remove("device");
        var answer = await AskAsync(scenario, body.ToJsonString(), token: gateway.UserToken("scenario-03", phone: Gateway.Phone()));

        Assert.Equal((201, null), (answer.Status, answer.Json["device"]));
    }

    [Theory]
    [InlineData("quality_on_demand_getSession_01_get_existing_session")]
    public async Task A_session_can_be_read(string scenario)
    {
        var body = Everything();
        var id = (string)(await gateway.AskAsync("createSession", body.ToJsonString())).Json["sessionId"]!;
        var answer = await AskAsync(scenario, argument: id);

        Assert.Equal((200, id), (answer.Status, (string)answer.Json["sessionId"]!));
        AssertSaysWhatWasAskedFor(body, answer.Json);
    }

    [Theory]
    [InlineData("quality_on_demand_getSession_02_get_recent_unavailable")]
    public async Task A_session_that_failed_stays_readable_for_360_seconds(string scenario)
    {
        var id = await gateway.SessionAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"));
        await gateway.ReportAsync(Id(id), OperatorOutcome.Refused("test"));
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(359));
        var answer = await AskAsync(scenario, argument: id);

        Assert.Equal((200, "UNAVAILABLE", "NETWORK_TERMINATED"), (answer.Status, (string)answer.Json["qosStatus"]!, (string)answer.Json["statusInfo"]!));
    }

    [Theory]
    [InlineData("quality_on_demand_deleteSession_01_delete_existing_qod_session")]
    public async Task A_session_can_be_deleted(string scenario)
    {
        var id = await gateway.SessionAsync();
        Assert.Equal(204, (await AskAsync(scenario, argument: id)).Status);
        Assert.Equal(404, (await gateway.AskAsync("getSession", argument: id)).Status);
    }

    [Theory]
    [InlineData("quality_on_demand_extendQosSessionDuration_01_generic_success_scenario")]
    public async Task A_session_can_be_extended(string scenario)
    {
        var body = Everything();
        var created = (await gateway.AskAsync("createSession", body.ToJsonString())).Json;
        var answer = await AskAsync(scenario, ExtendBody, (string)created["sessionId"]!);

        Assert.Equal((200, 360), (answer.Status, (int)answer.Json["duration"]!));
        AssertSaysWhatWasAskedFor(body, answer.Json, duration: 360);
        Assert.Equal((string)created["startedAt"]!, (string)answer.Json["startedAt"]!);
    }

    [Theory]
    [InlineData("quality_on_demand_extendQosSessionDuration_02_exceed_max_duration")]
    public async Task An_extension_ends_at_the_profiles_longest_duration(string scenario)
    {
        // The figures of the operation's own description.
        var id = await gateway.SessionAsync(b => (b["qosProfile"], b["duration"]) = ("FIFTY", 30_000));
        Assert.Equal(50_000, (int)(await gateway.AskAsync("getQosProfile", argument: "FIFTY")).Json["maxDuration"]!["value"]!);
        var answer = await AskAsync(scenario, """{"requestedAdditionalDuration":30000}""", id);

        Assert.Equal((200, 50_000), (answer.Status, (int)answer.Json["duration"]!));
    }

    [Theory]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_01_get_existing_session_by_device")]
    public async Task The_sessions_of_a_device_can_be_read(string scenario)
    {
        var body = Everything();
        var created = await gateway.AskAsync("createSession", body.ToJsonString());
        var answer = await AskAsync(scenario, new JsonObject { ["device"] = body["device"]!.DeepClone() }.ToJsonString());

        Assert.Equal((200, $"[{created.Text}]"), (answer.Status, answer.Text));
        AssertSaysWhatWasAskedFor(body, answer.Json[0]!);
    }

    [Theory]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_02_sessions_not_found")]
    public async Task A_device_without_sessions_has_an_empty_list(string scenario)
    {
        var answer = await AskAsync(scenario, $$$"""{"device":{"phoneNumber":"{{{Gateway.Phone()}}}"}}""");
        Assert.Equal((200, "[]"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_01_generic_success_scenario", "{}")]
    [InlineData("qos_profiles_retrieveQoSProfiles_01_generic_success_scenario", """{"device":{"phoneNumber":"+34600000001"},"name":"QOS_E","status":"ACTIVE"}""")]
    public async Task The_profiles_are_listed(string scenario, string body)
    {
        var answer = await AskAsync(scenario, body);
        Assert.Equal(200, answer.Status);
        Assert.Contains("QOS_E", Names(answer));
    }

    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_02_filter_by_name_only")]
    public async Task The_list_can_be_narrowed_to_a_name(string scenario) =>
        Assert.Equal(["QOS_L"], Names(await AskAsync(scenario, """{"name":"QOS_L"}""")));

    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_03_filter_by_status_only", "ACTIVE", "QOS_E QOS_S QOS_M QOS_L SHORT FIFTY ABROAD")]
    [InlineData("qos_profiles_retrieveQoSProfiles_03_filter_by_status_only", "INACTIVE", "RESTING")]
    [InlineData("qos_profiles_retrieveQoSProfiles_03_filter_by_status_only", "DEPRECATED", "CLOSED")]
    public async Task The_list_can_be_narrowed_to_a_status(string scenario, string status, string names)
    {
        var answer = await AskAsync(scenario, $$"""{"status":"{{status}}"}""");
        Assert.Equal(names.Split(' '), Names(answer));
        Assert.All(answer.Json.AsArray(), profile => Assert.Equal(status, (string)profile!["status"]!));
    }

    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_04_return_restricted_profiles", false)]
    [InlineData("qos_profiles_retrieveQoSProfiles_04_return_restricted_profiles", true)]
    public async Task A_restricted_profile_is_listed_for_a_device_that_may_have_it(string scenario, bool token)
    {
        var answer = token ? await AskAsync(scenario, "{}", token: gateway.UserToken()) : await AskAsync(scenario, """{"device":{"phoneNumber":"+34600000001"}}""");
        Assert.Contains("OURS", Names(answer));
    }

    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_05_not_return_restricted_profiles", "{}")]
    [InlineData("qos_profiles_retrieveQoSProfiles_05_not_return_restricted_profiles", """{"device":{"phoneNumber":"+5511999990000"}}""")]
    public async Task A_restricted_profile_is_not_listed_for_others(string scenario, string body)
    {
        var names = Names(await AskAsync(scenario, body));
        Assert.DoesNotContain("OURS", names);
        Assert.Contains("QOS_E", names);
    }

    // For a device that has no QoS at all the same definitions ask for both this and C01.07, which is what it gets (docs/conformance.md, R20).
    [Theory]
    [InlineData("qos_profiles_retrieveQoSProfiles_06_device_qos_profiles_not_found")]
    public async Task No_profile_for_the_device_is_an_empty_list(string scenario)
    {
        var answer = await AskAsync(scenario, """{"device":{"phoneNumber":"+5511999990000"},"name":"OURS"}""");
        Assert.Equal((200, "[]"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("qos_profiles_getQosProfile_01_generic_success_scenario")]
    public async Task A_profile_can_be_read(string scenario)
    {
        var answer = await AskAsync(scenario, argument: "QOS_E");
        Assert.Equal((200, "QOS_E"), (answer.Status, (string)answer.Json["name"]!));
    }

    // ---- the device -------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.01_device_empty")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.01_device_empty")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.01_device_empty")]
    public async Task A_device_needs_an_identifier(string scenario) => IsError(await AskWithDeviceAsync(scenario, "{}"), 400, "INVALID_ARGUMENT");

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.02_device_identifiers_not_schema_compliant")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.02_device_identifiers_not_schema_compliant")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.02_device_identifiers_not_schema_compliant")]
    public async Task An_identifier_must_be_well_formed(string scenario)
    {
        foreach (var device in new[]
        {
            """{"phoneNumber":"34600000001"}""", """{"phoneNumber":"+0600000001"}""", """{"phoneNumber":"+1234"}""", """{"phoneNumber":"+1234567890123456"}""",
            """{"phoneNumber":"+34 600000001"}""", """{"phoneNumber":""}""", """{"phoneNumber":34600000001}""", """{"phoneNumber":null}""",
            """{"ipv4Address":{"publicAddress":"203.0.113.5"}}""", """{"ipv4Address":{"publicPort":59765}}""", """{"ipv4Address":{}}""",
            """{"ipv4Address":{"publicAddress":"203.0.113","publicPort":59765}}""", """{"ipv4Address":{"publicAddress":"203.0.113.0/24","publicPort":59765}}""",
            """{"ipv4Address":{"publicAddress":"0203.0.113.5","publicPort":59765}}""", """{"ipv4Address":{"publicAddress":"203.0.113.5","privateAddress":"10.1"}}""",
            """{"ipv4Address":"203.0.113.5"}""",
            """{"ipv6Address":"2001:db8:34::/64"}""", """{"ipv6Address":"203.0.113.5"}""", """{"ipv6Address":"2001:db8::34::1"}""", """{"ipv6Address":{}}""",
            """{"networkAccessIdentifier":5}""",
        }) IsError(await AskWithDeviceAsync(scenario, device), 400, "INVALID_ARGUMENT");
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.03_device_not_found")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.03_device_not_found")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.03_device_not_found")]
    public async Task A_device_that_no_operator_knows_is_not_found(string scenario)
    {
        foreach (var device in new[] { """{"phoneNumber":"+999123456"}""", """{"ipv4Address":{"publicAddress":"192.0.2.200","publicPort":1}}""", """{"ipv6Address":"2001:db9::1"}""" })
            IsError(await AskWithDeviceAsync(scenario, device), 404, "IDENTIFIER_NOT_FOUND");
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.04_unnecessary_device")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.04_unnecessary_device")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.04_unnecessary_device")]
    public async Task A_device_that_the_token_names_must_not_be_named_again(string scenario)
    {
        foreach (var phone in new[] { ReleaseGateway.LinePhone, "+34600000001", "+999123456" })
            IsError(await AskWithDeviceAsync(scenario, $$"""{"phoneNumber":"{{phone}}"}""", gateway.UserToken()), 422, "UNNECESSARY_IDENTIFIER");
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.05_missing_device")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.05_missing_device")]
    public async Task A_device_must_be_named_where_the_token_does_not(string scenario) =>
        IsError(await AskWithDeviceAsync(scenario, device: null), 422, "MISSING_IDENTIFIER");

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.06_unsupported_device")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.06_unsupported_device")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.06_unsupported_device")]
    public async Task A_network_access_identifier_is_not_supported(string scenario) =>
        IsError(await AskWithDeviceAsync(scenario, """{"networkAccessIdentifier":"123456789@domain.com"}"""), 422, "UNSUPPORTED_IDENTIFIER");

    [Theory]
    [InlineData("quality_on_demand_createSession_C01.07_device_not_supported")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_C01.07_device_not_supported")]
    [InlineData("qos_profiles_retrieveQoSProfiles_C01.07_device_not_supported")]
    public async Task A_device_whose_operator_offers_no_qos_is_not_applicable(string scenario) =>
        IsError(await AskWithDeviceAsync(scenario, """{"phoneNumber":"+491700000000"}"""), 422, "SERVICE_NOT_APPLICABLE");

    // ---- 400 --------------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("quality_on_demand_createSession_400.1_schema_not_compliant")]
    public async Task A_create_must_follow_its_schema(string scenario)
    {
        foreach (var (member, value) in new[]
        {
            ("duration", "0"), ("duration", "-1"), ("duration", "2147483648"), ("duration", "1.5"), ("duration", "\"300\""), ("duration", null),
            ("qosProfile", "\"QE\""), ("qosProfile", "\"QOS E\""), ("qosProfile", "5"), ("qosProfile", null),
            ("applicationServer", null), ("applicationServer", """{"ipv4Address":"198.51.100"}"""), ("applicationServer", """{"ipv4Address":"198.51.100.0/33"}"""),
            ("applicationServer", """{"ipv6Address":"2001:db8::/129"}"""), ("applicationServer", "[]"),
            ("devicePorts", """{"ranges":[]}"""), ("devicePorts", """{"ports":[]}"""), ("devicePorts", """{"ranges":[{"from":1}]}"""), ("devicePorts", """{"ports":["5"]}"""),
            ("sink", "5"), ("sinkCredential", """{"credentialType":"NONE"}"""), ("sinkCredential", """{"credentialType":"accesstoken"}"""),
        })
        {
            var body = Gateway.Body();
            if (value is null) body.Remove(member);
            else body[member] = JsonNode.Parse(value);
            IsError(await AskAsync(scenario, body.ToJsonString()), 400, "INVALID_ARGUMENT");
        }
    }

    [Theory]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.1_schema_not_compliant", """{"requestedAdditionalDuration":0}""")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.1_schema_not_compliant", """{"requestedAdditionalDuration":-60}""")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.1_schema_not_compliant", """{"requestedAdditionalDuration":"60"}""")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.1_schema_not_compliant", """{"requestedAdditionalDuration":2147483648}""")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.1_schema_not_compliant", "[]")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.4_empty_request_body", "{}")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_400.1_schema_not_compliant", """{"device":"+34600000001"}""")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_400.1_schema_not_compliant", "[]")]
    [InlineData("quality_on_demand_createSession_400.3_empty_request_body", "{}")]
    [InlineData("qos_profiles_retrieveQoSProfiles_400.1_schema_not_compliant", """{"status":"active"}""")]
    [InlineData("qos_profiles_retrieveQoSProfiles_400.1_schema_not_compliant", """{"name":"QE"}""")]
    [InlineData("qos_profiles_retrieveQoSProfiles_400.1_schema_not_compliant", """{"name":["QOS_E"]}""")]
    public async Task A_body_must_follow_its_schema(string scenario, string body) => IsError(await AskAsync(scenario, body), 400, "INVALID_ARGUMENT");

    [Theory]
    [InlineData("quality_on_demand_createSession_400.2_no_request_body")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.3_no_request_body")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_400.2_no_request_body")]
    [InlineData("qos_profiles_retrieveQoSProfiles_400.2_no_request_body")]
    public async Task A_body_is_needed(string scenario) => IsError(await AskAsync(scenario, body: null), 400, "INVALID_ARGUMENT");

    [Theory]
    [InlineData("quality_on_demand_createSession_400.4_empty_property", "applicationServer")]
    [InlineData("quality_on_demand_createSession_400.4_empty_property", "devicePorts")]
    [InlineData("quality_on_demand_createSession_400.4_empty_property", "applicationServerPorts")]
    [InlineData("quality_on_demand_createSession_400.4_empty_property", "sinkCredential")]
    public async Task An_empty_member_is_refused(string scenario, string member) =>
        IsError(await AskAsync(scenario, Gateway.Body(b => b[member] = new JsonObject()).ToJsonString()), 400, "INVALID_ARGUMENT");

    [Theory]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "device", """{"ipv4Address":{"publicAddress":"203.0.113.5","publicPort":PORT}}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "devicePorts", """{"ranges":[{"from":PORT,"to":70000}]}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "devicePorts", """{"ranges":[{"from":0,"to":PORT}]}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "devicePorts", """{"ports":[5060,PORT]}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "applicationServerPorts", """{"ranges":[{"from":PORT,"to":70000}]}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "applicationServerPorts", """{"ranges":[{"from":0,"to":PORT}]}""")]
    [InlineData("quality_on_demand_createSession_400.5_out_of_range_port", "applicationServerPorts", """{"ports":[5060,PORT]}""")]
    public async Task A_port_is_0_to_65535(string scenario, string member, string template)
    {
        foreach (var port in new[] { "-1", "65536" })
            IsError(await AskAsync(scenario, Gateway.Body(b => b[member] = JsonNode.Parse(template.Replace("PORT", port, StringComparison.Ordinal))).ToJsonString()), 400, "OUT_OF_RANGE");
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_400.6_invalid_sink_credential", "PLAIN")]
    [InlineData("quality_on_demand_createSession_400.6_invalid_sink_credential", "REFRESHTOKEN")]
    public async Task Only_an_access_token_is_a_credential(string scenario, string type) =>
        IsError(await AskAsync(scenario, Everything(change: b => b["sinkCredential"]!["credentialType"] = type).ToJsonString()), 400, "INVALID_CREDENTIAL");

    [Theory]
    [InlineData("quality_on_demand_createSession_400.7_sink_credential_invalid_token")]
    public async Task Only_a_bearer_token_is_an_access_token(string scenario) =>
        IsError(await AskAsync(scenario, Everything(change: b => b["sinkCredential"]!["accessTokenType"] = "mac").ToJsonString()), 400, "INVALID_TOKEN");

    [Theory]
    [InlineData("quality_on_demand_createSession_400.8_non_existent_qos_profile")]
    public async Task A_profile_must_exist(string scenario) =>
        IsError(await AskAsync(scenario, Gateway.Body(b => b["qosProfile"] = "QOS_X").ToJsonString()), 400, "INVALID_ARGUMENT");

    // The scenario wants INVALID_ARGUMENT, the OpenAPI file has a code of its own for it; the file prevails (docs/conformance.md, R09).
    [Theory]
    [InlineData("quality_on_demand_createSession_400.9_invalid_duration")]
    public async Task A_duration_must_be_within_the_profiles(string scenario)
    {
        foreach (var seconds in new[] { 9, 601 })
            IsError(await AskAsync(scenario, Gateway.Body(b => (b["qosProfile"], b["duration"]) = ("SHORT", seconds)).ToJsonString()), 400, "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE");
    }

    [Theory]
    [InlineData("quality_on_demand_getSession_400.1_invalid_session_id")]
    [InlineData("quality_on_demand_deleteSession_400.1_invalid_session_id")]
    [InlineData("quality_on_demand_extendQosSessionDuration_400.2_invalid_session_id")]
    public async Task A_session_id_is_a_UUID(string scenario) => IsError(await AskAsync(scenario, ExtendBody, "6a4d570a6607466d889b473e361afaa1"), 400, "INVALID_ARGUMENT");

    [Theory]
    [InlineData("qos_profiles_getQosProfile_400.1_name_does_not_match_regex", "QOS%20E")]
    [InlineData("qos_profiles_getQosProfile_400.1_name_does_not_match_regex", "QOS!E")]
    [InlineData("qos_profiles_getQosProfile_400.2_invalid_name_length", "QE")]
    [InlineData("qos_profiles_getQosProfile_400.2_invalid_name_length", "257")]
    public async Task A_profiles_name_must_be_well_formed(string scenario, string name) =>
        IsError(await AskAsync(scenario, argument: name == "257" ? new string('Q', 257) : name), 400, "INVALID_ARGUMENT");

    // ---- 401, 403 ---------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("quality_on_demand_createSession_401.1_no_authorization_header")]
    [InlineData("quality_on_demand_getSession_401.1_no_authorization_header")]
    [InlineData("quality_on_demand_deleteSession_401.1_no_authorization_header")]
    [InlineData("quality_on_demand_extendQosSessionDuration_401.1_no_authorization_header")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_401.1_no_authorization_header")]
    [InlineData("qos_profiles_retrieveQoSProfiles_401.1_no_authorization_header")]
    [InlineData("qos_profiles_getQosProfile_401.1_no_authorization_header")]
    public async Task A_token_is_needed(string scenario) => IsError(await AskDefaultAsync(scenario, token: null), 401, "UNAUTHENTICATED");

    [Theory]
    [InlineData("quality_on_demand_createSession_401.2_expired_access_token")]
    [InlineData("quality_on_demand_getSession_401.2_expired_access_token")]
    [InlineData("quality_on_demand_deleteSession_401.2_expired_access_token")]
    [InlineData("quality_on_demand_extendQosSessionDuration_401.2_expired_access_token")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_401.2_expired_access_token")]
    [InlineData("qos_profiles_retrieveQoSProfiles_401.2_expired_access_token")]
    [InlineData("qos_profiles_getQosProfile_401.2_expired_access_token")]
    public async Task A_token_must_not_have_expired(string scenario)
    {
        var token = await gateway.AccessTokenAsync();
        Assert.NotEqual(401, (await AskDefaultAsync(scenario, token)).Status);
        await gateway.AdvanceAsync(TimeSpan.FromHours(1));
        IsError(await AskDefaultAsync(scenario, token), 401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_401.3_invalid_access_token")]
    [InlineData("quality_on_demand_getSession_401.3_invalid_access_token")]
    [InlineData("quality_on_demand_deleteSession_401.3_invalid_access_token")]
    [InlineData("quality_on_demand_extendQosSessionDuration_401.3_invalid_access_token")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_401.3_invalid_access_token")]
    [InlineData("qos_profiles_retrieveQoSProfiles_401.3_invalid_access_token")]
    [InlineData("qos_profiles_getQosProfile_401.3_invalid_access_token")]
    public async Task A_token_must_be_one_of_ours(string scenario) => IsError(await AskDefaultAsync(scenario, "no-such-token"), 401, "UNAUTHENTICATED");

    [Theory]
    [InlineData("quality_on_demand_createSession_403.1_missing_access_token_scope", "quality-on-demand:sessions:create")]
    [InlineData("quality_on_demand_getSession_403.1_missing_access_token_scope", "quality-on-demand:sessions:read")]
    [InlineData("quality_on_demand_deleteSession_403.1_missing_access_token_scope", "quality-on-demand:sessions:delete")]
    [InlineData("quality_on_demand_extendQosSessionDuration_403.1_missing_access_token_scope", "quality-on-demand:sessions:update")]
    [InlineData("quality_on_demand_retrieveSessionsByDevice_403.1_missing_access_token_scope", "quality-on-demand:sessions:retrieve-by-device")]
    [InlineData("qos_profiles_retrieveQoSProfiles_403.1_missing_access_token_scope", "qos-profiles:read")]
    [InlineData("qos_profiles_getQosProfile_403.1_missing_access_token_scope", "qos-profiles:read")]
    public async Task A_token_must_have_the_operations_scope(string scenario, string scope)
    {
        var others = await gateway.AccessTokenAsync(scope: string.Join(' ', gateway.Scopes.All.Where(other => other != scope)));
        var refused = await AskDefaultAsync(scenario, others);
        IsError(refused, 403, "PERMISSION_DENIED");
        Assert.Contains($"scope=\"{scope}\"", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);

        Assert.NotEqual("Bearer", (await AskDefaultAsync(scenario, await gateway.AccessTokenAsync(scope: scope))).Header("WWW-Authenticate")?[..6]);
    }

    [Theory]
    [InlineData("quality_on_demand_getSession_403.2_session_token_mismatch")]
    [InlineData("quality_on_demand_deleteSession_403.2_session_token_mismatch")]
    [InlineData("quality_on_demand_extendQosSessionDuration_403.2_session_token_mismatch")]
    public async Task A_session_is_its_clients_alone(string scenario)
    {
        var id = await gateway.SessionAsync(token: await gateway.AccessTokenAsync());
        IsError(await AskAsync(scenario, ExtendBody, id, await gateway.AccessTokenAsync("other-app-id", "other-app-secret")), 403, "PERMISSION_DENIED");
    }

    // ---- 404, 409, 422 ----------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("quality_on_demand_getSession_404.1_not_found")]
    [InlineData("quality_on_demand_deleteSession_404.1_not_found")]
    [InlineData("quality_on_demand_extendQosSessionDuration_404.1_not_found")]
    public async Task A_session_that_is_not_there_is_not_found(string scenario) => IsError(await AskAsync(scenario, ExtendBody, Guid.NewGuid().ToString("D")), 404, "NOT_FOUND");

    [Theory]
    [InlineData("qos_profiles_getQosProfile_404.1_not_found")]
    public async Task A_profile_that_is_not_there_is_not_found(string scenario) => IsError(await AskAsync(scenario, argument: "QOS_X"), 404, "NOT_FOUND");

    [Theory]
    [InlineData("quality_on_demand_createSession_409.1_session_conflict")]
    public async Task A_second_session_on_the_same_flow_is_a_conflict(string scenario)
    {
        var body = Gateway.Body().ToJsonString();
        Assert.Equal(201, (await AskAsync(scenario, body)).Status);
        IsError(await AskAsync(scenario, body), 409, "CONFLICT");
    }

    [Theory]
    [InlineData("quality_on_demand_extendQosSessionDuration_409.1_session_not_available")]
    public async Task Only_an_available_session_can_be_extended(string scenario)
    {
        var requested = await gateway.SessionAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"));
        var ended = await gateway.SessionAsync();
        await gateway.ReportAsync(Id(ended), OperatorOutcome.Terminated("test"));

        foreach (var (id, status) in new[] { (requested, "REQUESTED"), (ended, "UNAVAILABLE") })
        {
            (await AskAsync(scenario, ExtendBody, id)).Is(
                409, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED",
                $"Extending the session duration is not allowed in the current state ({status}). The session must be in the AVAILABLE state.");
        }
    }

    [Theory]
    [InlineData("quality_on_demand_createSession_422.1_session_qos_profile_not_applicable", "CLOSED", "34")]
    [InlineData("quality_on_demand_createSession_422.1_session_qos_profile_not_applicable", "RESTING", "34")]
    [InlineData("quality_on_demand_createSession_422.1_session_qos_profile_not_applicable", "OURS", "55")]
    public async Task A_profile_must_be_applicable(string scenario, string profile, string country) => IsError(
        await AskAsync(scenario, Gateway.Body(b => (b["qosProfile"], b["device"]!["phoneNumber"]) = (profile, $"+{country}{Gateway.Phone()[3..]}")).ToJsonString()),
        422, "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE");

    // -----------------------------------------------------------------------------------------------------------------------------------

    [Fact]
    public void Every_scenario_of_the_release_is_played_and_no_other()
    {
        var played =
            from type in typeof(ConformanceTests).Assembly.GetTypes()
            where type.Namespace == typeof(ConformanceTests).Namespace
            from method in type.GetMethods()
            where method.GetParameters() is [{ Name: "scenario" }, ..]
            from data in method.GetCustomAttributes<InlineDataAttribute>()
            select (string)data.Data[0]!;
        Assert.Equal(Scenarios.All.Order(StringComparer.Ordinal), played.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(98, Scenarios.All.Count());
    }

    // ---- how the scenarios ask --------------------------------------------------------------------------------------------------------

    private Task<Answer> AskAsync(string scenario, string? body = null, string? argument = null, string? token = Gateway.Mock) =>
        gateway.AskAsync(OperationOf(scenario), OperationOf(scenario) is "getSession" or "deleteSession" or "getQosProfile" ? null : body, argument, token);

    /// <summary>With what the scenarios call their background: a valid body, and a session or profile that exists.</summary>
    private async Task<Answer> AskDefaultAsync(string scenario, string? token)
    {
        var operation = OperationOf(scenario);
        var body = operation switch
        {
            "createSession" => Gateway.Body().ToJsonString(),
            "extendQosSessionDuration" => ExtendBody,
            "retrieveSessionsByDevice" => """{"device":{"phoneNumber":"+34600000001"}}""",
            _ => "{}",
        };
        var argument = operation switch
        {
            "getSession" or "deleteSession" or "extendQosSessionDuration" => await gateway.SessionAsync(token: await gateway.AccessTokenAsync()),
            "getQosProfile" => "QOS_E",
            _ => null,
        };
        return await AskAsync(scenario, body, argument, token);
    }

    /// <param name="device">Null for none.</param>
    private Task<Answer> AskWithDeviceAsync(string scenario, string? device, string token = Gateway.Mock)
    {
        var body = OperationOf(scenario) == "createSession" ? Gateway.Body() : [];
        body.Remove("device");
        if (device is not null) body["device"] = JsonNode.Parse(device);
        return AskAsync(scenario, body.ToJsonString(), token: token);
    }

    private static string OperationOf(string scenario) => scenario.Split('_')[scenario.StartsWith("qos_profiles_", StringComparison.Ordinal) ? 2 : 3];

    private static JsonObject Everything(string digits = "", Action<JsonObject>? change = null) => Gateway.Body(body =>
    {
        body["device"]!["phoneNumber"] = Gateway.Phone(digits);
        body["applicationServer"] = JsonNode.Parse("""{"ipv4Address":"198.51.100.0/24","ipv6Address":"2001:db8:85a3:8d3::/64"}""");
        body["devicePorts"] = JsonNode.Parse("""{"ranges":[{"from":5010,"to":5020}],"ports":[0,5060]}""");
        body["applicationServerPorts"] = JsonNode.Parse("""{"ports":[65535]}""");
        body["sink"] = "https://application-server.com/notifications";
        body["sinkCredential"] = JsonNode.Parse(
            """{"credentialType":"ACCESSTOKEN","accessToken":"c8974e592c2fa383d4a3960714","accessTokenExpiresUtc":"2030-07-03T12:27:08.312Z","accessTokenType":"bearer"}""");
        change?.Invoke(body);
    });

    /// <summary>The table of createSession_01, which getSession_01 and the others repeat.</summary>
    private void AssertSaysWhatWasAskedFor(JsonObject asked, JsonNode session, int? duration = null)
    {
        foreach (var member in new[] { "device", "applicationServer", "qosProfile", "devicePorts", "applicationServerPorts", "sink" })
            Assert.Equal(asked[member]?.ToJsonString(), session[member]?.ToJsonString());
        Assert.Null(session["sinkCredential"]);
        Assert.Null(session["statusInfo"]);
        Assert.Equal(duration ?? (int)asked["duration"]!, (int)session["duration"]!);
        if ((string)session["qosStatus"]! == "REQUESTED")
        {
            Assert.Null(session["startedAt"] ?? session["expiresAt"]);
            return;
        }
        var (startedAt, expiresAt) = (Time(session["startedAt"]), Time(session["expiresAt"]));
        Assert.True(startedAt <= gateway.Clock.GetUtcNow());
        Assert.Equal((int)session["duration"]!, (expiresAt - startedAt).TotalSeconds);
    }

    private static DateTimeOffset Time(JsonNode? value) =>
        DateTimeOffset.ParseExact((string)value!, "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private static SessionId Id(string text) => SessionId.TryParse(text, out var id) ? id : throw new ArgumentException(text, nameof(text));

    private static string[] Names(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return [.. answer.Json.AsArray().Select(profile => (string)profile!["name"]!)];
    }

    private static void IsError(Answer answer, int status, string code)
    {
        Assert.Equal((status, code), (answer.Status, (string?)answer.Json["code"]));
        answer.IsError();
        Assert.NotEmpty((string)answer.Json["message"]!);
    }
}

using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

/// <summary>GET, DELETE and extend.</summary>
[Collection(nameof(SessionTime))]
public sealed class SessionOperationsTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task B01_B09_a_session_reads_as_it_was_answered()
    {
        var created = await gateway.CreateAsync(Gateway.Body());
        var read = await gateway.SendAsync("GET", $"/qod/v0/sessions/{created.Json["sessionId"]}");

        Assert.Equal((200, created.Text), (read.Status, read.Text));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/extend")]
    public async Task B01_B05_a_session_that_is_not_there_is_404(string method, string suffix) =>
        (await gateway.SendAsync(method, $"/qod/v0/sessions/{Guid.NewGuid()}{suffix}", method == "POST" ? """{"requestedAdditionalDuration":60}""" : null))
            .Is(404, "NOT_FOUND", "Session Id does not exist");

    [Theory]
    [InlineData("x")]
    [InlineData("6a4d570a6607466d889b473e361afaa1")]
    [InlineData("{6a4d570a-6607-466d-889b-473e361afaa1}")]
    [InlineData("(6a4d570a-6607-466d-889b-473e361afaa1)")]
    [InlineData("0x4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("+a4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa1%20")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa1%2F")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa")]
    [InlineData("ga4d570a-6607-466d-889b-473e361afaa1")]
    public async Task B12_an_id_in_any_other_form_is_refused_everywhere(string id)
    {
        (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}")).IsSchemaError("sessionId");
        (await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{id}")).IsSchemaError("sessionId");
        (await gateway.SendAsync("POST", $"/qod/v0/sessions/{id}/extend", """{"requestedAdditionalDuration":60}""")).IsSchemaError("sessionId");
    }

    [Fact]
    public async Task B05_B11_delete_answers_204_with_nothing_and_the_session_is_gone()
    {
        var id = await gateway.CreatedAsync();
        var deleted = await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{id}");

        Assert.Equal((204, "", null), (deleted.Status, deleted.Text, deleted.Header("Content-Type")));
        Assert.Equal(404, (await gateway.SendAsync("GET", $"/qod/v0/sessions/{id}")).Status);
        (await gateway.SendAsync("DELETE", $"/qod/v0/sessions/{id}")).Is(404, "NOT_FOUND", "Session Id does not exist");
    }

    [Fact]
    public async Task B10_C07_an_expired_session_reads_unavailable_without_statusInfo()
    {
        var created = await gateway.CreateAsync(Gateway.Body(b => b["duration"] = 60));
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(60));
        var read = await gateway.SendAsync("GET", $"/qod/v0/sessions/{created.Json["sessionId"]}");

        Assert.Equal((200, "UNAVAILABLE"), (read.Status, (string)read.Json["qosStatus"]!));
        Assert.Equal(created.Json.AsObject().Select(member => member.Key), read.Json.AsObject().Select(member => member.Key));
        Assert.Equal((long)read.Json["startedAt"]! + 60, (long)read.Json["expiresAt"]!);
    }

    [Fact]
    public async Task B07_extend_adds_to_the_duration()
    {
        var created = await gateway.CreateAsync(Gateway.Body());
        var extended = await gateway.SendAsync("POST", $"/qod/v0/sessions/{created.Json["sessionId"]}/extend", """{"requestedAdditionalDuration":60}""");

        Assert.Equal((200, 360), (extended.Status, (int)extended.Json["duration"]!));
        Assert.Equal((long)created.Json["startedAt"]!, (long)extended.Json["startedAt"]!);
        Assert.Equal((long)created.Json["startedAt"]! + 360, (long)extended.Json["expiresAt"]!);
    }

    [Fact]
    public async Task B07_G12_what_remains_after_an_extension_is_at_most_a_day()
    {
        // The release's own example.
        var id = await gateway.CreatedAsync(b => b["duration"] = 80_000);
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(10_000));
        var extended = await gateway.SendAsync("POST", $"/qod/v0/sessions/{id}/extend", """{"requestedAdditionalDuration":20000}""");

        Assert.Equal(96_400, (int)extended.Json["duration"]!);
    }

    [Fact]
    public async Task B07_what_remains_after_an_extension_is_at_most_the_profiles_maximum()
    {
        var id = await gateway.CreatedAsync(b => (b["qosProfile"], b["duration"]) = ("SHORT", 500));
        await gateway.AdvanceAsync(TimeSpan.FromSeconds(100));
        var extended = await gateway.SendAsync("POST", $"/qod/v0/sessions/{id}/extend", """{"requestedAdditionalDuration":5000}""");

        Assert.Equal(700, (int)extended.Json["duration"]!);
    }

    [Fact]
    public async Task B07_only_an_available_session_can_be_extended()
    {
        var requested = await gateway.CreatedAsync(b => b["device"]!["phoneNumber"] = Gateway.Phone("9001"));
        var ended = await gateway.CreatedAsync();
        Assert.True(SessionId.TryParse(ended, out var id));
        await gateway.ReportAsync(id, OperatorOutcome.Terminated("test"));

        foreach (var session in new[] { requested, ended })
        {
            (await gateway.SendAsync("POST", $"/qod/v0/sessions/{session}/extend", """{"requestedAdditionalDuration":60}"""))
                .Is(400, "INVALID_ARGUMENT", "The target session is inactive");
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("86400")]
    [InlineData("\"60\"")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task B07_an_additional_duration_outside_the_schema_is_refused(string value) =>
        (await gateway.SendAsync("POST", $"/qod/v0/sessions/{await gateway.CreatedAsync()}/extend", $$"""{"requestedAdditionalDuration":{{value}}}"""))
            .IsSchemaError("requestedAdditionalDuration");

    [Fact]
    public async Task B07_an_additional_duration_is_needed() =>
        (await gateway.SendAsync("POST", $"/qod/v0/sessions/{await gateway.CreatedAsync()}/extend", "{}"))
            .Is(400, "INVALID_ARGUMENT", "Expected property is missing: requestedAdditionalDuration");

    [Fact]
    public async Task B08_A34_the_profiles_are_listed_with_what_they_promise()
    {
        var all = await gateway.SendAsync("GET", "/qod/v0/qos-profiles");

        Assert.Equal((200, 6), (all.Status, all.Json.AsArray().Count));
        Assert.Equal(
            """{"name":"QOS_E","description":"Stable latency","status":"ACTIVE","maxUpstreamRate":{"value":500,"unit":"kbps"},"priority":10,"packetDelayBudget":{"value":50,"unit":"Milliseconds"},"jitter":{"value":10,"unit":"Milliseconds"},"packetErrorLossRate":3}""",
            all.Json[0]!.ToJsonString());
    }

    [Theory]
    [InlineData("?name=QOS_S", "QOS_S")]
    [InlineData("?status=DEPRECATED", "CLOSED")]
    [InlineData("?status=ACTIVE&name=QOS_L", "QOS_L")]
    public async Task B08_the_list_can_be_narrowed(string query, string expected) =>
        Assert.Equal([expected], (await gateway.SendAsync("GET", "/qod/v0/qos-profiles" + query)).Json.AsArray().Select(profile => (string)profile!["name"]!));

    [Theory]
    [InlineData("?status=INACTIVE")]
    [InlineData("?name=QOS_X")]
    [InlineData("?name=qos_e")]
    [InlineData("?name=")]
    [InlineData("?name=QOS_E&status=DEPRECATED")]
    public async Task B08_a_list_without_a_match_is_404(string query) =>
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles" + query)).Is(404, "NOT_FOUND", "No QoS Profiles found");

    [Theory]
    [InlineData("?status=active", "status")]
    [InlineData("?status=ACTIVE&status=INACTIVE", "status")]
    [InlineData("?name=QOS_E&name=QOS_S", "name")]
    public async Task B08_a_filter_that_is_none_is_refused(string query, string place) =>
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles" + query)).IsSchemaError(place);

    [Fact]
    public async Task B08_a_profile_is_found_by_its_name()
    {
        Assert.Equal("QOS_L", (string)(await gateway.SendAsync("GET", "/qod/v0/qos-profiles/QOS_L")).Json["name"]!);
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles/QOS_X")).Is(404, "NOT_FOUND", "QosProfile Id does not exist");
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles/Q")).IsSchemaError("name");
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles/QOS%20E")).IsSchemaError("name");
    }
}

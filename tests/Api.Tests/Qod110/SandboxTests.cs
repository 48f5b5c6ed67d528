using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>The release on the real host: its engine, the sandbox's operators and profiles.</summary>
public sealed class SandboxTests(SiloHostTests.Host host) : IClassFixture<SiloHostTests.Host>
{
    [Fact]
    public async Task The_sandboxs_profiles_say_where_they_can_be_had_and_follow_the_schema()
    {
        using var http = host.CreateClient();
        var document = new OpenApiDocument(JsonNode.Parse(await http.GetStringAsync("/openapi/qos-profiles-1.1.json"))!);
        var (status, profiles) = await AskAsync(http, "/qos-profiles/v1/retrieve-qos-profiles", "{}");

        Assert.Equal((200, 4), (status, profiles.AsArray().Count));
        foreach (var profile in profiles.AsArray())
        {
            Assert.Equal([], document.Complaints(document.Schema("QosProfile"), profile!));
            Assert.Equal(["ES", "DE", "BR"], profile!["countryAvailability"]!.AsArray().Select(country => (string)country!["countryName"]!));
        }
    }

    [Fact]
    public async Task A_profile_of_the_configuration_can_be_for_one_operators_devices()
    {
        await using var configured = host.WithWebHostBuilder(builder => builder
            .UseSetting("Qod:Profiles:0:Name", "STREAM")
            .UseSetting("Qod:Profiles:0:Operators:0", "o2-de")
            .UseSetting("Qod:Profiles:0:CountryAvailability:0:CountryName", "DE")
            .UseSetting("Qod:Profiles:0:CountryAvailability:0:Networks:0", "26203")
            .UseSetting("Qod:Profiles:0:CountryAvailability:1:CountryName", "AT"));
        using var http = configured.CreateClient();
        const string German = """{"device":{"phoneNumber":"+491700000001"}}""";

        var (_, found) = await AskAsync(http, "/qos-profiles/v1/retrieve-qos-profiles", German);
        Assert.Equal("""[{"name":"STREAM","status":"ACTIVE","countryAvailability":[{"countryName":"DE","networks":["26203"]},{"countryName":"AT"}]}]""", found.ToJsonString());
        Assert.Empty((await AskAsync(http, "/qos-profiles/v1/retrieve-qos-profiles", "{}")).Json.AsArray());
        Assert.Empty((await AskAsync(http, "/qos-profiles/v1/retrieve-qos-profiles", """{"device":{"phoneNumber":"+34600000001"}}""")).Json.AsArray());

        Assert.Equal((201, null), await CreateAsync("+491700000001"));
        Assert.Equal((422, "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE"), await CreateAsync("+34600000001"));

        async Task<(int, string?)> CreateAsync(string phone)
        {
            var body = Gateway.Body(b => (b["device"]!["phoneNumber"], b["qosProfile"]) = (phone, "STREAM"));
            var (status, json) = await AskAsync(http, "/quality-on-demand/v1/sessions", body.ToJsonString());
            return (status, (string?)json["code"]);
        }
    }

    [Theory]
    [InlineData("9005", 503, "UNAVAILABLE")]
    [InlineData("9006", 404, "IDENTIFIER_NOT_FOUND")]
    public async Task A_create_answers_what_the_simulated_operator_does(string digits, int expected, string code)
    {
        using var http = host.CreateClient();
        var body = Gateway.Body(b => b["device"]!["phoneNumber"] = "+34" + Gateway.Phone()[^5..] + digits);
        var (status, json) = await AskAsync(http, "/quality-on-demand/v1/sessions", body.ToJsonString());
        Assert.Equal((expected, code), (status, (string?)json["code"]));
    }

    [Theory]
    [InlineData("/quality-on-demand/v1/retrieve-sessions")]
    [InlineData("/qos-profiles/v1/retrieve-qos-profiles")]
    public async Task A_subscriber_whom_the_operator_does_not_know_is_not_found(string path)
    {
        using var http = host.CreateClient();
        var (status, json) = await AskAsync(http, path, """{"device":{"phoneNumber":"+34600009006"}}""");
        Assert.Equal((404, "IDENTIFIER_NOT_FOUND"), (status, (string?)json["code"]));
        Assert.Equal(200, (await AskAsync(http, path, """{"device":{"phoneNumber":"+34600019000"}}""")).Status);
    }

    [Fact]
    public async Task The_next_identifier_is_tried_where_the_operator_does_not_know_the_first()
    {
        using var http = host.CreateClient();
        var body = Gateway.Body(b => b["device"] = JsonNode.Parse(
            $$$"""{"phoneNumber":"+34{{{Gateway.Phone()[^5..]}}}9006","ipv4Address":{"publicAddress":"203.0.113.77","publicPort":4077}}"""));
        var (status, json) = await AskAsync(http, "/quality-on-demand/v1/sessions", body.ToJsonString());
        Assert.Equal((201, """{"ipv4Address":{"publicAddress":"203.0.113.77","publicPort":4077}}"""), (status, json["device"]?.ToJsonString()));

        var found = await AskAsync(http, "/quality-on-demand/v1/retrieve-sessions", $$"""{"device":{{body["device"]!.ToJsonString()}}}""");
        Assert.Equal($"[{json.ToJsonString()}]", found.Json.ToJsonString());
    }

    [Fact]
    public async Task A_users_session_is_on_his_line_and_shows_no_number()
    {
        using var http = host.CreateClient();
        var phone = "+34" + Gateway.Phone()[^5..] + "0000";
        var token = host.Services.GetRequiredService<AccessTokens>()
            .Issue("my-app-id", "user", new SubscriberLine(new OperatorId("movistar-es"), new Device { PhoneNumber = phone }), [.. host.Services.GetRequiredService<ScopeCatalog>().All]);
        var body = Gateway.Body();
        body.Remove("device");
        var (status, created) = await AskAsync(http, "/quality-on-demand/v1/sessions", body.ToJsonString(), token);
        Assert.Equal((201, null), (status, created["device"]));

        // Held by the line: another application that names the number meets it.
        body["device"] = new JsonObject { ["phoneNumber"] = phone };
        Assert.Equal(409, (await AskAsync(http, "/quality-on-demand/v1/sessions", body.ToJsonString())).Status);
        Assert.Equal($"[{created.ToJsonString()}]", (await AskAsync(http, "/quality-on-demand/v1/retrieve-sessions", "{}", token)).Json.ToJsonString());
    }

    private static async Task<(int Status, JsonNode Json)> AskAsync(HttpClient http, string path, string body, string token = Gateway.Mock)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}

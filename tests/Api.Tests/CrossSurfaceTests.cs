using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests;

/// <summary>One store behind all surfaces: a session made on one is readable on every other, in that one's shape, and can be ended there.</summary>
public sealed class CrossSurfaceTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string S2 = "/qod/v0/sessions";
    private const string S3 = "/v1/qod/sessions";
    private const string S4 = "/camara/quality-on-demand/orange-lab/qod/v0/sessions";
    private const string V1 = "/quality-on-demand/v1/sessions";

    private static readonly string[] Qod008Members = ["duration", "ueId", "asId", "qos", "id", "startedAt", "expiresAt", "qosStatus", "messages"];
    private static readonly string[] Qod010Members = ["sessionId", "device", "applicationServer", "qosProfile", "duration", "startedAt", "expiresAt", "qosStatus"];
    private static readonly string[] TelefonicaMembers = ["sessionId", "device", "qosProfile", "qosStatus", "startedAt", "expiresAt", "duration"];

    public static TheoryData<string, string, string> Makers => new()
    {
        { "legacy", S2, """{"ueId":{"msisdn":"PHONE"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E","duration":300}""" },
        { "0.10", S2, """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""" },
        { "telefonica", S3, """{"device":{"phoneNumber":"PHONE"},"qosProfile":"QOS_E","duration":300}""" },
        { "orange", S4, """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""" },
        { "1.1", V1, """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""" },
    };

    [Theory]
    [InlineData("legacy", """{"uePorts":null,"asPorts":null,"notificationUri":null,"notificationUrl":null,"notificationAuthToken":null,"duration":null,"device":null}""", "ueId", """{"externalId":null,"ipv4addr":null,"ipv6addr":null}""")]
    [InlineData("0.10", """{"devicePorts":null,"applicationServerPorts":null,"webhook":null,"duration":null,"ueId":null,"qos":null}""", "device", """{"networkAccessIdentifier":null,"ipv4Address":null,"ipv6Address":null}""")]
    [InlineData("telefonica", """{"applicationServer":{"ipv4Address":"198.51.100.7","ipv6Address":null},"notificationUrl":null,"notificationAuthToken":null}""", "device", """{"networkAccessIdentifier":null,"ipv4Address":null,"ipv6Address":null}""")]
    [InlineData("orange", """{"devicePorts":null,"applicationServerPorts":null,"webhook":null,"duration":null}""", "device", """{"networkAccessIdentifier":null,"ipv4Address":null,"ipv6Address":null}""")]
    [InlineData("1.1", """{"devicePorts":null,"applicationServerPorts":null,"sink":null,"sinkCredential":null}""", "device", """{"networkAccessIdentifier":null,"ipv4Address":null,"ipv6Address":null}""")]
    public async Task R51_an_optional_member_that_is_null_is_absent(string maker, string more, string device, string names)
    {
        var (_, path, body) = Makers.Select(row => row.Data).Single(row => row.Item1 == maker);
        var session = JsonNode.Parse(body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject()) session[name] = value?.DeepClone();
        foreach (var (name, value) in JsonNode.Parse(names)!.AsObject()) session[device]![name] = value?.DeepClone();

        Assert.Equal(201, (await gateway.SendAsync("POST", path, session.ToJsonString())).Status);
        // One that is required is missing then.
        session[device] = null;
        Assert.InRange((await gateway.SendAsync("POST", path, session.ToJsonString())).Status, 400, 422);
    }

    [Theory]
    [InlineData("https://app.example/a/%7Euser/b%2Fc?sig=%7E", true)]
    [InlineData("https://app.example/100%", false)]
    [InlineData("https://app.example/a b", false)]
    [InlineData("https://app.example/{id}", false)]
    public async Task R61_a_sink_is_a_URI_on_every_surface_and_shown_as_it_was_written(string sink, bool isUri)
    {
        foreach (var (name, path, body) in Makers.Select(row => row.Data))
        {
            var session = JsonNode.Parse(body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal))!.AsObject();
            if (name is "0.10" or "orange") session["webhook"] = new JsonObject { ["notificationUrl"] = sink };
            else session[name == "1.1" ? "sink" : "notificationUrl"] = sink;

            var answer = await gateway.SendAsync("POST", path, session.ToJsonString());

            Assert.Equal((name, isUri ? 201 : 400), (name, answer.Status));
            // Telefónica's document shows none.
            if (isUri && name != "telefonica") Assert.Equal(sink, (string?)(answer.Json["sink"] ?? answer.Json["notificationUrl"] ?? answer.Json["webhook"]!["notificationUrl"]));
        }
    }

    [Theory]
    [InlineData("Bearer", false)]
    [InlineData("bearer ", false)]
    [InlineData(" BEARER", false)]
    [InlineData("  ", false)]
    [InlineData("Bearer t", true)]
    [InlineData("Bearert", true)]
    public async Task R57_a_scheme_without_a_token_is_refused_on_every_surface(string token, bool isOne)
    {
        var expires = (gateway.Clock.GetUtcNow() + TimeSpan.FromDays(1)).ToString("O", CultureInfo.InvariantCulture);
        foreach (var (name, path, body) in Makers.Select(row => row.Data))
        {
            var session = JsonNode.Parse(body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal))!.AsObject();
            // Blanks behind it, because the one of 0.10 has 20 characters at least.
            if (name is "0.10" or "orange") session["webhook"] = new JsonObject { ["notificationUrl"] = "https://a.example/n", ["notificationAuthToken"] = token.PadRight(20) };
            else if (name != "1.1") (session["notificationUrl"], session["notificationAuthToken"]) = ("https://a.example/n", token);
            else
            {
                session["sink"] = "https://a.example/n";
                session["sinkCredential"] = new JsonObject
                {
                    ["credentialType"] = "ACCESSTOKEN", ["accessToken"] = token, ["accessTokenType"] = "bearer", ["accessTokenExpiresUtc"] = expires,
                };
            }
            Assert.Equal((name, isOne ? 201 : 400), (name, (await gateway.SendAsync("POST", path, session.ToJsonString())).Status));
        }
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_is_shown_everywhere_in_the_shape_of_the_place(string maker, string path, string body)
    {
        // A client of its own: a list has no more than the newest thousand, and other tests make sessions too.
        var token = gateway.Services.GetRequiredService<AccessTokens>().Issue("shown-everywhere", subject: null, line: null, [.. gateway.Scopes.All]);
        var (id, phone) = await MadeAsync(path, body, token);

        var shared = (await ReadAsync(S2, id, token)).AsObject();
        Assert.Equal(maker == "legacy" ? Qod008Members : Qod010Members, shared.Select(member => member.Key));
        var started = (long)shared["startedAt"]! * (maker == "legacy" ? 1 : 1000);

        var orange = (await ReadAsync(S4, id, token)).AsObject();
        Assert.Equal(Qod010Members, orange.Select(member => member.Key));
        Assert.Equal((phone, 300, "AVAILABLE"), ((string)orange["device"]!["phoneNumber"]!, (int)orange["duration"]!, (string)orange["qosStatus"]!));
        Assert.Equal(started / 1000, (long)orange["startedAt"]!);
        Assert.Equal(maker == "telefonica" ? "0.0.0.0/0" : "198.51.100.7", (string)orange["applicationServer"]!["ipv4Address"]!);

        var telefonica = (await ReadAsync(S3, id, token)).AsObject();
        Assert.Equal(TelefonicaMembers, telefonica.Select(member => member.Key));
        Assert.Equal(phone, (string)telefonica["device"]!["phoneNumber"]!);
        Assert.Equal(started / 1000, DateTimeOffset.Parse((string)telefonica["startedAt"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds());
        Assert.Contains(id, (await gateway.SendAsync("GET", S3, token: token)).Json.AsArray().Select(session => (string)session!["sessionId"]!));

        var newest = (await ReadAsync(V1, id, token)).AsObject();
        Assert.Equal((id, "AVAILABLE", "QOS_E"), ((string)newest["sessionId"]!, (string)newest["qosStatus"]!, (string)newest["qosProfile"]!));
        Assert.Equal(started / 1000, DateTimeOffset.Parse((string)newest["startedAt"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task What_a_token_s_line_is_called_is_told_nowhere()
    {
        const string Phone = "+34600000777";
        var line = new SubscriberLine(new OperatorId("offers"), new Device { PhoneNumber = Phone });
        var token = gateway.Services.GetRequiredService<AccessTokens>().Issue("my-app-id", "a-pairwise-name", line, [.. gateway.Scopes.All]);
        var made = await gateway.SendAsync("POST", V1, """{"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""", token);
        Assert.Equal(201, made.Status);

        foreach (var place in new[] { S2, S3, S4, V1 })
        {
            var read = await gateway.SendAsync("GET", $"{place}/{(string)made.Json["sessionId"]!}", token: token);
            Assert.Equal(200, read.Status);
            Assert.DoesNotContain(Phone[1..], read.Text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Phone[1..], (await gateway.SendAsync("GET", S3, token: token)).Text, StringComparison.Ordinal);
    }

    /// <summary>0.10.1 wants a port or a private address beside a public one; without NAT the private one is the same.</summary>
    [Theory]
    [InlineData(S2, """{"ueId":{"ipv4addr":"ADDRESS"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E"}""", "203.0.113.231", S4)]
    [InlineData(S3, """{"device":{"ipv4Address":{"publicAddress":"ADDRESS"}},"qosProfile":"QOS_E","duration":60}""", "203.0.113.232", S4)]
    [InlineData(S3, """{"device":{"ipv4Address":{"publicAddress":"ADDRESS"}},"qosProfile":"QOS_E","duration":60}""", "203.0.113.233", S2)]
    public async Task B01_A22_D20_a_device_known_by_its_address_alone_is_shown_as_0_10_1_has_it(string maker, string body, string address, string place)
    {
        var made = await gateway.SendAsync("POST", maker, body.Replace("ADDRESS", address, StringComparison.Ordinal));
        var read = await ReadAsync(place, (string)(made.Json["id"] ?? made.Json["sessionId"])!);

        Assert.Equal($$"""{"publicAddress":"{{address}}","privateAddress":"{{address}}"}""", read["device"]!["ipv4Address"]!.ToJsonString());
        var document = new OpenApiDocument((await gateway.SendAsync("GET", $"/openapi/{(place == S2 ? "qod-0.10" : "orange-qod-0.10")}.json", token: null)).Json);
        Assert.Equal([], document.Complaints(document.Root["components"]!["schemas"]!["SessionInfo"]!, read));
    }

    /// <summary>One address, one device: by itself, or as 0.10.1 has it.</summary>
    [Theory]
    [InlineData(S2, """{"ueId":{"ipv4addr":"ADDRESS"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E","duration":60}""", "203.0.113.234")]
    [InlineData(S3, """{"device":{"ipv4Address":{"publicAddress":"ADDRESS"}},"qosProfile":"QOS_E","duration":60}""", "203.0.113.235")]
    public async Task The_device_that_0_10_1_shows_for_an_address_is_the_one_that_has_the_session(string maker, string body, string address)
    {
        body = body.Replace("ADDRESS", address, StringComparison.Ordinal);
        var made = await gateway.SendAsync("POST", maker, body);
        var id = (string)(made.Json["id"] ?? made.Json["sessionId"])!;
        var shown = (await ReadAsync(S4, id))["device"]!;

        foreach (var place in new[] { S2, S4, V1 })
            Assert.Equal((place, 409), (place, (await gateway.SendAsync("POST", place, Gateway.Body(rival => rival["device"] = shown.DeepClone()).ToJsonString())).Status));
        var found = await gateway.SendAsync("POST", "/quality-on-demand/v1/retrieve-sessions", $$"""{"device":{{shown.ToJsonString()}}}""");
        Assert.Equal(id, (string)Assert.Single(found.Json.AsArray())!["sessionId"]!);

        // And the other way round.
        Assert.Equal(204, (await gateway.SendAsync("DELETE", $"{S4}/{id}")).Status);
        Assert.Equal(201, (await gateway.SendAsync("POST", S4, Gateway.Body(rival => rival["device"] = shown.DeepClone()).ToJsonString())).Status);
        Assert.Equal(409, (await gateway.SendAsync("POST", maker, body)).Status);
    }

    [Fact]
    public async Task B14_no_operation_of_any_surface_is_had_without_a_good_token()
    {
        var operations = gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Surface>() is { IsFixed: false })
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods, (endpoint, method) => (
                Method: method,
                Path: endpoint.RoutePattern.RawText!.Replace("{sessionId}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace("{name}", "QOS_E", StringComparison.Ordinal)))
            .ToArray();

        Assert.True(operations.Length >= 24, $"only {operations.Length} operations");
        foreach (var (method, path) in operations)
        {
            foreach (var token in new[] { null, "no-such-token" })
            {
                var answer = await gateway.SendAsync(method, path, method == "POST" ? "{}" : null, token);
                Assert.Equal((method, path, 401), (method, path, answer.Status));
                Assert.StartsWith("Bearer ", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The answer to an extension follows the place too, and at a shared path the session.</summary>
    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_is_extended_everywhere_that_extends(string maker, string path, string body)
    {
        var (id, _) = await MadeAsync(path, body);

        var shared = await ExtendedAsync(S2, id);
        Assert.Equal((maker == "legacy", 310), (shared["ueId"] is not null, (int)shared["duration"]!));
        Assert.Equal(320, (int)(await ExtendedAsync(S4, id))["duration"]!);
        Assert.Equal(330, (int)(await ExtendedAsync(V1, id))["duration"]!);
        Assert.Equal(330, (int)(await ReadAsync(S3, id))["duration"]!);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_is_ended_on_any_surface_and_gone_on_all(string maker, string path, string body)
    {
        foreach (var end in new[] { S2, S3, S4, V1 })
        {
            var (id, _) = await MadeAsync(path, body);
            Assert.Equal((maker, 204), (maker, (await gateway.SendAsync("DELETE", $"{end}/{id}")).Status));
            foreach (var place in new[] { S2, S3, S4, V1 }) Assert.Equal(404, (await gateway.SendAsync("GET", $"{place}/{id}")).Status);
        }
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_conflicts_whatever_the_surface(string maker, string path, string body)
    {
        var (_, phone) = await MadeAsync(path, body);

        foreach (var rival in Makers)
        {
            var (name, place, other) = ((string, string, string))rival.Data;
            Assert.Equal((maker, name, 409), (maker, name, (await gateway.SendAsync("POST", place, other.Replace("PHONE", phone, StringComparison.Ordinal))).Status));
        }
    }

    private async Task<(string Id, string Phone)> MadeAsync(string path, string body, string token = Gateway.Mock)
    {
        var phone = Gateway.Phone();
        var answer = await gateway.SendAsync("POST", path, body.Replace("PHONE", phone, StringComparison.Ordinal), token);
        Assert.True(answer.Status == 201, answer.Text);
        return ((string)(answer.Json["id"] ?? answer.Json["sessionId"])!, phone);
    }

    private async Task<JsonNode> ReadAsync(string place, string id, string token = Gateway.Mock)
    {
        var answer = await gateway.SendAsync("GET", $"{place}/{id}", token: token);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }

    private async Task<JsonNode> ExtendedAsync(string place, string id)
    {
        var answer = await gateway.SendAsync("POST", $"{place}/{id}/extend", """{"requestedAdditionalDuration":10}""");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }
}

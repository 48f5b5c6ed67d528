using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;
using QodOrleans.Api.Surfaces.Qod110;
using QodOrleans.Authorization;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>The two descriptions, held against the endpoints, their own examples, and the scopes.</summary>
public sealed class OpenApiTests(ReleaseGateway gateway) : IClassFixture<ReleaseGateway>
{
    public static TheoryData<string> Names => [.. Documented.Keys];

    private static readonly Dictionary<string, Surface> Documented = new()
    {
        ["quality-on-demand-1.1"] = Qod110Surface.Surface,
        ["qos-profiles-1.1"] = QosProfiles110Surface.Surface,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_endpoint_is_described_with_its_scope_and_nothing_else_is(string name)
    {
        var document = await DocumentAsync(name);
        var described =
            from path in document.Root["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            let scope = (string)operation.Value!["security"]!.AsArray().Single(one => one!["openId"] is not null)!["openId"]![0]!
            select $"{operation.Key.ToUpperInvariant()} {(string)document.Root["servers"]![0]!["url"]!}{path.Key} {scope}";
        var mapped =
            from endpoint in gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.Metadata.GetMetadata<Surface>() == Documented[name]
            from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            select $"{method} {endpoint.RoutePattern.RawText} {endpoint.Metadata.GetRequiredMetadata<ScopeRequirement>().Scope}";

        Assert.Equal(mapped.Order(), described.Order());
        Assert.Equal(Documented[name].Scopes.Order(), described.Select(one => one.Split(' ')[2]).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_operation_describes_the_errors_that_every_request_can_meet(string name)
    {
        foreach (var (path, operations) in (await DocumentAsync(name)).Root["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                string[] expected = ["400", "401", "403", "404", "406", "429", "500", "503", .. method == "post" ? ["408", "413", "415"] : Array.Empty<string>()];
                Assert.Empty(expected.Except(operation!["responses"]!.AsObject().Select(response => response.Key)).Select(status => $"{method} {path} {status}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_example_follows_its_schema(string name)
    {
        var document = await DocumentAsync(name);
        var seen = 0;
        foreach (var content in document.Contents())
        {
            if (content["example"] is { } example) Check(example);
            foreach (var (_, named) in content["examples"]?.AsObject() ?? []) Check(document.Resolve(named!)["value"]!);

            void Check(JsonNode value)
            {
                seen++;
                Assert.Equal([], document.Complaints(content["schema"]!, value));
            }
        }
        Assert.InRange(seen, 15, 200);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_texts_of_the_errors_are_those_of_the_description(string name)
    {
        var document = await DocumentAsync(name);
        var described = document.Contents()
            .SelectMany(content => new[] { content["example"] }.Concat(content["examples"]?.AsObject().Select(named => document.Resolve(named.Value!)["value"]) ?? []))
            .OfType<JsonObject>()
            .Where(example => example["code"] is not null)
            .Select(example => $"{example["status"]} {example["code"]}: {example["message"]}")
            .ToHashSet();
        var sessions = name == "quality-on-demand-1.1";

        var answered = new List<Answer>
        {
            await gateway.AskAsync("retrieveQoSProfiles", """{"device":{"phoneNumber":"+999123456"}}"""),
            await gateway.AskAsync("retrieveQoSProfiles", """{"device":{"phoneNumber":"+491700000000"}}"""),
            await gateway.AskAsync("retrieveQoSProfiles", """{"device":{"networkAccessIdentifier":"a"}}"""),
            await gateway.AskAsync("retrieveQoSProfiles", """{"device":{"phoneNumber":"+34600000001"}}""", token: gateway.UserToken()),
            await gateway.AskAsync("getQosProfile", argument: "QOS_X"),
            await gateway.AskAsync("getQosProfile", argument: "QOS_E", token: null),
            await gateway.AskAsync("getQosProfile", argument: "QOS_E", token: await gateway.AccessTokenAsync(scope: "qod-sessions-read")),
            await gateway.AskAsync("getQosProfile", argument: "QOS_E", headers: ("Accept", "text/html")),
        };
        if (sessions)
        {
            var body = Gateway.Body().ToJsonString();
            await gateway.AskAsync("createSession", body);
            answered.Add(await gateway.AskAsync("createSession", body));
            answered.Add(await gateway.AskAsync("retrieveSessionsByDevice", "{}"));
            answered.Add(await gateway.CreateSessionAsync(b => b["duration"] = 100_000));
            answered.Add(await gateway.CreateSessionAsync(b => b["qosProfile"] = "CLOSED"));
            answered.Add(await gateway.CreateSessionAsync(b => b["sinkCredential"] = new JsonObject { ["credentialType"] = "PLAIN" }));
            answered.Add(await gateway.CreateSessionAsync(b => b["sinkCredential"] = new JsonObject { ["credentialType"] = "ACCESSTOKEN", ["accessTokenType"] = "mac" }));
        }
        foreach (var answer in answered) Assert.Contains($"{answer.IsError().Status} {answer.Json["code"]}: {answer.Json["message"]}", described);
    }

    [Theory]
    [InlineData("quality-on-demand-1.1", "A8101114488E2BE863D680686B97A494EF132D986EC6631DF05000E1CB853DD4")]
    [InlineData("qos-profiles-1.1", "E9E3F2FFEBEF50F6149BE35192C06F18B0A898CBF470FBF7ED61BC01CCB5463E")]
    public async Task The_schemas_are_those_of_the_release_to_the_letter(string name, string hash)
    {
        // Of components.schemas in the release's file, from YAML to JSON without blanks: answers are fitted to the schemas, never the other way round.
        var schemas = (await DocumentAsync(name)).Root["components"]!["schemas"]!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Equal(hash, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(schemas))));
    }

    [Fact]
    public async Task The_schemas_here_can_fail()
    {
        var document = await DocumentAsync("quality-on-demand-1.1");
        foreach (var broken in new[] { """{"phoneNumber":"+34600000001","ipv6Address":"2001:db8::1"}""", "{}", """{"phoneNumber":"34600000001"}""" })
            Assert.NotEmpty(document.Complaints(document.Schema("DeviceResponse"), JsonNode.Parse(broken)!));

        var described = document.Operation("createSession").Operation["responses"]!["409"]!;
        var schema = document.Resolve(described)["content"]!["application/json"]!["schema"]!;
        Assert.Equal([], document.Complaints(schema, JsonNode.Parse("""{"status":409,"code":"CONFLICT","message":"m"}""")!));
        Assert.NotEmpty(document.Complaints(schema, JsonNode.Parse("""{"status":400,"code":"CONFLICT","message":"m"}""")!));
        Assert.NotEmpty(document.Complaints(schema, JsonNode.Parse("""{"status":409,"code":"NOT_FOUND","message":"m"}""")!));
    }

    [Fact]
    public async Task A_countrys_networks_are_named_where_they_are_known()
    {
        var profile = (await gateway.AskAsync("getQosProfile", argument: "ABROAD")).Json;
        Assert.Equal("""[{"countryName":"ES","networks":["21407"]},{"countryName":"DE"}]""", profile["countryAvailability"]!.ToJsonString());
        Assert.Null((await gateway.AskAsync("getQosProfile", argument: "QOS_E")).Json["countryAvailability"]);
    }

    [Theory]
    [InlineData("dpv:FraudPreventionAndDetection#quality-on-demand", "quality-on-demand:sessions:create quality-on-demand:sessions:read quality-on-demand:sessions:update quality-on-demand:sessions:delete quality-on-demand:sessions:retrieve-by-device")]
    [InlineData("dpv:RequestedServiceProvision#qos-profiles", "qos-profiles:read")]
    [InlineData("dpv:RequestedServiceProvision quality-on-demand:sessions:read qos-profiles:read", "quality-on-demand:sessions:read qos-profiles:read")]
    [InlineData("dpv:RequestedServiceProvision#quality-on-demand:sessions:delete", "quality-on-demand:sessions:delete")]
    public async Task The_apis_names_stand_for_all_their_scopes(string asked, string granted)
    {
        var answer = await gateway.TokenAsync("grant_type=client_credentials&scope=" + Uri.EscapeDataString(asked));
        Assert.Equal((200, granted), (answer.Status, (string?)answer.Json["scope"]));
    }

    [Theory]
    [InlineData("quality-on-demand")]
    [InlineData("dpv:RequestedServiceProvision#quality-on-demand-1.1")]
    [InlineData("quality-on-demand:sessions")]
    public async Task Nothing_else_stands_for_them(string asked) =>
        Assert.Equal(400, (await gateway.TokenAsync("grant_type=client_credentials&scope=" + Uri.EscapeDataString(asked))).Status);

    [Theory]
    [InlineData("POST", "/quality-on-demand/v1/retrieve-sessions/", 404, "NOT_FOUND")]
    [InlineData("GET", "/quality-on-demand/v1", 404, "NOT_FOUND")]
    [InlineData("GET", "/quality-on-demand/v1/sessions", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("GET", "/qos-profiles/v1/qos-profiles", 404, "NOT_FOUND")]
    [InlineData("GET", "/qos-profiles/v1/retrieve-qos-profiles", 405, "METHOD_NOT_ALLOWED")]
    public async Task Other_paths_and_methods_are_answered_in_this_releases_words(string method, string path, int status, string code)
    {
        var answer = (await gateway.SendAsync(method, path)).IsError();
        Assert.Equal((status, code), (answer.Status, (string)answer.Json["code"]!));
        Assert.Contains("resource", (string)answer.Json["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_correlator_is_refused_in_this_releases_words()
    {
        var answer = await gateway.SendAsync("GET", "/qos-profiles/v1/qos-profiles/QOS_E", headers: ("x-correlator", "a b"));
        answer.Is(400, "INVALID_ARGUMENT", "Client specified an invalid argument, request body or query param. x-correlator: must be one value of at most 256 letters, digits or - _ : ; . / < > { }");
        Assert.NotEqual("a b", answer.Header("x-correlator"));
    }

    private async Task<OpenApiDocument> DocumentAsync(string name)
    {
        var answer = await gateway.SendAsync("GET", $"/openapi/{name}.json", token: null);
        Assert.Equal((200, "application/json"), (answer.Status, answer.Header("Content-Type")));
        return new OpenApiDocument(answer.Json);
    }
}

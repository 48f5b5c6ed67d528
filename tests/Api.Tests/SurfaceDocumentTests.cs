using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Tests;

/// <summary>The descriptions of the surfaces that are no CAMARA release as it is, held against the endpoints, their own examples and real answers.</summary>
public sealed class SurfaceDocumentTests(Gateway gateway) : IClassFixture<Gateway>
{
    public static TheoryData<string> Names => ["qod-0.8", "telefonica-qod", "orange-qod-0.10"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_described_operation_is_there(string name)
    {
        var document = await DocumentAsync(name);
        var described =
            from path in document.Root["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select $"{operation.Key.ToUpperInvariant()} {(string)document.Root["servers"]![0]!["url"]!}{path.Key}";
        var endpoints = gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Surface>() is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods, (endpoint, method) =>
                (Surface: endpoint.Metadata.GetRequiredMetadata<Surface>().Name, Operation: $"{method} {endpoint.RoutePattern.RawText}"))
            .ToArray();

        Assert.Empty(described.Except(endpoints.Select(endpoint => endpoint.Operation)));
        Assert.Empty(endpoints.Where(endpoint => endpoint.Surface == name).Select(endpoint => endpoint.Operation).Except(described));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_example_follows_its_schema(string name)
    {
        var document = await DocumentAsync(name);
        var seen = 0;
        foreach (var content in document.Contents())
        {
            foreach (var example in Examples(document, content))
            {
                seen++;
                Assert.Equal([], document.Complaints(content["schema"]!, example));
            }
        }
        Assert.InRange(seen, 15, 200);
    }

    [Theory]
    [InlineData("qod-0.8", "/qod/v0/sessions", """{"ueId":{"msisdn":"PHONE"},"asId":{"ipv6addr":"2001:db8::/32"},"qos":"QOS_E","uePorts":{"ports":[1]},"notificationUri":"https://a.example/n"}""")]
    [InlineData("telefonica-qod", "/v1/qod/sessions", """{"device":{"phoneNumber":"PHONE","ipv4Address":{"publicAddress":"203.0.113.99"}},"qosProfile":"QOS_L","duration":60}""")]
    [InlineData("orange-qod-0.10", "/camara/quality-on-demand/orange-lab/qod/v0/sessions", """{"device":{"phoneNumber":"PHONE"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E"}""")]
    public async Task Real_requests_and_answers_follow_their_schemas(string name, string path, string body)
    {
        var document = await DocumentAsync(name);
        var operation = document.Root["paths"]![path[((string)document.Root["servers"]![0]!["url"]!).Length..]]!["post"]!;
        var request = JsonNode.Parse(body.Replace("PHONE", Gateway.Phone(), StringComparison.Ordinal))!;
        Assert.Equal([], document.Complaints(operation["requestBody"]!["content"]!["application/json"]!["schema"]!, request));

        var created = await gateway.SendAsync("POST", path, request.ToJsonString());
        Assert.Equal([], Complaints(document, operation, created, 201));
        var conflict = await gateway.SendAsync("POST", path, request.ToJsonString());
        Assert.Equal([], Complaints(document, operation, conflict, 409));
        var invalid = await gateway.SendAsync("POST", path, name == "qod-0.8" ? """{"ueId":1}""" : """{"device":1}""");
        Assert.Equal([], Complaints(document, operation, invalid, 400));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_schemas_here_can_fail(string name)
    {
        var document = await DocumentAsync(name);
        var schema = document.Root["paths"]!.AsObject().First(path => path.Key.EndsWith("/sessions", StringComparison.Ordinal)).Value!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Assert.NotEmpty(document.Complaints(schema, new JsonObject()));
        Assert.NotEmpty(document.Complaints(schema, new JsonObject { ["duration"] = 86_401 }));
    }

    [Theory]
    [InlineData("qod-0.8", "{$request.body#/notificationUri}/notifications", "none http-bearer apiKey-query-apikey")]
    [InlineData("telefonica-qod", "{$request.body#/notificationUrl}", "none http-bearer")]
    [InlineData("orange-qod-0.10", "{$request.body#/webhook/notificationUrl}", "none http-bearer")]
    public async Task C10_C14_the_callback_is_a_part_of_creating_a_session_with_each_way_to_know_us(string name, string expression, string ways)
    {
        var document = await DocumentAsync(name);
        var create = document.Root["paths"]!.AsObject().First(path => path.Key.EndsWith("/sessions", StringComparison.Ordinal)).Value!["post"]!;
        var (target, callback) = Assert.Single(create["callbacks"]!.AsObject().SelectMany(callback => callback.Value!.AsObject()));
        Assert.Equal(expression, target);
        Assert.Equal(ways, string.Join(' ', callback!["post"]!["security"]!.AsArray().Select(way => way!.AsObject().Select(one => one.Key).SingleOrDefault() is { } scheme
            ? string.Join('-', new[] { "type", "scheme", "in", "name" }.Select(member => (string?)document.Root["components"]!["securitySchemes"]![scheme]![member]).OfType<string>())
            : "none")));
    }

    [Fact]
    public async Task G16_the_page_offers_every_surface()
    {
        var script = (await gateway.SendAsync("GET", "/docs/index.js", token: null)).Text;
        Assert.All(Names, name => Assert.Contains($"/openapi/{name.Data}.json", script, StringComparison.Ordinal));
    }

    private static IEnumerable<JsonNode> Examples(OpenApiDocument document, JsonNode content)
    {
        if (content["example"] is { } example) yield return example;
        foreach (var (_, named) in content["examples"]?.AsObject() ?? []) yield return document.Resolve(named!)["value"]!;
    }

    private static string[] Complaints(OpenApiDocument document, JsonNode operation, Answer answer, int status)
    {
        Assert.Equal(status, answer.Status);
        var response = document.Resolve(operation["responses"]![$"{status}"]!);
        return document.Complaints(response["content"]!["application/json"]!["schema"]!, answer.Json);
    }

    private async Task<OpenApiDocument> DocumentAsync(string name)
    {
        var answer = await gateway.SendAsync("GET", $"/openapi/{name}.json", token: null);
        Assert.Equal((200, "application/json"), (answer.Status, answer.Header("Content-Type")));
        return new OpenApiDocument(answer.Json);
    }
}

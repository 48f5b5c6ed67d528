using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Api.Http;
using QodOrleans.Api.Surfaces.Qod010;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Api.Tests;

/// <summary>The served description, held against the endpoints, its own examples, and real answers.</summary>
public sealed class OpenApiTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Each_endpoint_is_described_and_nothing_else_is()
    {
        var document = await DocumentAsync();
        var described =
            from path in document.Root["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select $"{operation.Key.ToUpperInvariant()} {(string)document.Root["servers"]![0]!["url"]!}{path.Key}";
        var mapped =
            from endpoint in gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.Metadata.GetMetadata<Surface>() == Qod010Surface.Surface
            from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            select $"{method} {endpoint.RoutePattern.RawText}";

        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task Each_operation_describes_the_errors_that_every_request_can_meet()
    {
        var document = await DocumentAsync();
        foreach (var (path, operations) in document.Root["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                string[] expected = method == "post" ? ["400", "401", "403", "406", "408", "413", "415", "500", "503"] : ["400", "401", "403", "406", "500", "503"];
                var described = operation!["responses"]!.AsObject().Select(response => response.Key).ToArray();
                Assert.True(expected.All(described.Contains), $"{method} {path}: {string.Join(' ', described)}");
                Assert.Equal("bearer", operation["security"]![0]!.AsObject().Single().Key);
            }
        }
    }

    [Fact]
    public async Task Every_example_follows_its_schema()
    {
        var document = await DocumentAsync();
        var seen = 0;
        foreach (var content in document.Contents())
        {
            var schema = content["schema"]!;
            if (content["example"] is { } example) Check(example);
            foreach (var (_, named) in content["examples"]?.AsObject() ?? []) Check(document.Resolve(named!)["value"]!);

            void Check(JsonNode value)
            {
                seen++;
                Assert.Equal([], document.Complaints(schema, value));
            }
        }
        Assert.InRange(seen, 20, 200);
    }

    [Fact]
    public async Task The_documented_errors_are_those_that_are_answered()
    {
        var document = await DocumentAsync();
        var texts = document.Contents()
            .SelectMany(content => new[] { content["example"] }.Concat(content["examples"]?.AsObject().Select(named => document.Resolve(named.Value!)["value"]) ?? []))
            .Where(example => example?["code"] is not null)
            .Select(example => $"{example!["code"]}: {example["message"]}")
            .ToHashSet();

        foreach (var fault in new[] { Fault.Missing("device"), Fault.Insufficient("device"), new Fault(FaultKind.PortInvalid, "device.ipv4Address.publicPort"), Fault.Missing("applicationServer"), Fault.Missing("qosProfile"), new Fault(FaultKind.PortRangesInvalid, "devicePorts"), new Fault(FaultKind.QosProfileUnknown), new Fault(FaultKind.QosProfilesNone) })
        {
            var body = JsonNode.Parse(Qod010Errors.Describe(fault).Body)!;
            Assert.Contains($"{body["code"]}: {body["message"]}", texts);
        }
    }

    [Fact]
    public async Task Real_answers_follow_their_schemas()
    {
        var document = await DocumentAsync();
        var full = Gateway.Body(b =>
        {
            b["device"] = JsonNode.Parse("""{"ipv4Address":{"publicAddress":"203.0.113.99","publicPort":59765}}""");
            b["devicePorts"] = JsonNode.Parse("""{"ranges":[{"from":5010,"to":5020}],"ports":[5060]}""");
            b["webhook"] = JsonNode.Parse("""{"notificationUrl":"https://a.example/n"}""");
        });
        var created = await gateway.CreateAsync(full);
        Assert.Equal(201, created.Status);

        Assert.Equal([], document.Complaints(document.Schema("CreateSession"), full));
        Assert.Equal([], document.Complaints(document.Schema("SessionInfo"), created.Json));
        foreach (var profile in (await gateway.SendAsync("GET", "/qod/v0/qos-profiles")).Json.AsArray()) Assert.Equal([], document.Complaints(document.Schema("QosProfile"), profile!));
        var error = (await gateway.SendAsync("GET", "/nowhere")).Json;
        Assert.Equal([], document.Complaints(document.Schema("ErrorInfo"), error));

        var change = new QosStatusChanged(Guid.NewGuid(), new SessionId(Guid.NewGuid()), 1, Qod010Surface.Name, QosStatus.Unavailable, StatusInfo.NetworkTerminated, gateway.Clock.GetUtcNow(), new Sink(new Uri("https://a.example"), null), null, "https://api.example.com/qod/v0/sessions/1");
        var message = EventFormats.Of(Qod010Surface.Name)!.Format(change);
        Assert.Equal([], document.Complaints(document.Schema("EventQosStatusChanged"), JsonNode.Parse(message.Body)!));
    }

    [Fact]
    public async Task The_schemas_here_can_fail()
    {
        var document = await DocumentAsync();
        foreach (var broken in new[] { """{"phoneNumber":"x"}""", "{}", """{"ipv4Address":{"publicAddress":"1.2.3.4"}}""", "[]" })
            Assert.NotEmpty(document.Complaints(document.Schema("Device"), JsonNode.Parse(broken)!));
        Assert.NotEmpty(document.Complaints(document.Schema("CreateSession"), Gateway.Body(b => b["duration"] = 86_401)));
        Assert.NotEmpty(document.Complaints(document.Schema("SessionInfo"), Gateway.Body()));
    }

    [Fact]
    public async Task C14_the_callback_is_described()
    {
        var document = await DocumentAsync();
        var callback = document.Root["paths"]!["/sessions"]!["post"]!["callbacks"]!["notifications"]!["{$request.body#/webhook/notificationUrl}"]!["post"]!;
        Assert.NotNull(callback["requestBody"]!["content"]!["application/cloudevents+json"]!["schema"]);
    }

    [Fact]
    public async Task The_security_schemes_lead_to_our_own_token_endpoint()
    {
        var schemes = (await DocumentAsync()).Root["components"]!["securitySchemes"]!;
        Assert.Equal("/token", (string)schemes["oAuth2ClientCredentials"]!["flows"]!["clientCredentials"]!["tokenUrl"]!);
        Assert.Equal("bearer", (string)schemes["bearer"]!["scheme"]!);
    }

    [Fact]
    public async Task G16_the_page_is_served_from_here_with_the_sandbox_token()
    {
        var page = await gateway.SendAsync("GET", "/docs/index.html", token: null);
        Assert.Equal(200, page.Status);
        Assert.Contains("sandbox.js", page.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page.Text);
        Assert.Contains(Gateway.Mock, (await gateway.SendAsync("GET", "/docs/sandbox.js", token: null)).Text, StringComparison.Ordinal);
        foreach (var asset in new[] { "swagger-ui-bundle.js", "swagger-ui.css", "index.js" })
            Assert.Equal(200, (await gateway.SendAsync("GET", "/docs/" + asset, token: null)).Status);
        Assert.Contains("/openapi/qod-0.10.json", (await gateway.SendAsync("GET", "/docs/index.js", token: null)).Text, StringComparison.Ordinal);
        Assert.True((await gateway.SendAsync("GET", "/docs", token: null)).Status is 200 or 301 or 302 or 308);
    }

    private async Task<OpenApiDocument> DocumentAsync()
    {
        var answer = await gateway.SendAsync("GET", "/openapi/qod-0.10.json", token: null);
        Assert.Equal((200, "application/json"), (answer.Status, answer.Header("Content-Type")));
        return new OpenApiDocument(answer.Json);
    }
}

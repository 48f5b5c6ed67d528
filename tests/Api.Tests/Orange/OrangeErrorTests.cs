using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Api.Surfaces.Orange;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests.Orange;

/// <summary>Orange's table of errors, each row by a request that brings it about. Ids are those of docs/conformance.md.</summary>
public sealed class OrangeErrorTests : IAsyncLifetime
{
    private const string Root = "/camara/quality-on-demand/orange-lab/qod/v0";
    private const string AnyId = "6a4d570a-6607-466d-889b-473e361afaa1";

    /// <summary>The table's sentences, word for word, by status and code; null where it has none.</summary>
    private static readonly Dictionary<(int Status, int Code), (string Message, string? Description)> Table = new()
    {
        [(400, 20)] = ("Invalid URL parameter value", null),
        [(400, 21)] = ("Missing body", null),
        [(400, 22)] = ("Invalid body", null),
        [(400, 23)] = ("Missing body field", null),
        [(400, 24)] = ("Invalid body field", null),
        [(400, 26)] = ("Invalid header value", null),
        [(400, 28)] = ("Invalid query-string parameter value", "One or more query-string parameters contain invalid values."),
        [(401, 40)] = ("Missing credentials", null),
        [(401, 41)] = ("Invalid credentials", null),
        [(401, 42)] = ("Expired credentials", "The requested service needs credentials, and the ones provided were out-of-date."),
        [(403, 50)] = ("Access denied", null),
        [(403, 51)] = ("Forbidden requester", null),
        [(403, 52)] = ("Forbidden user", null),
        [(404, 60)] = ("Resource not found", "The requested URI or the requested resource does not exist."),
        [(405, 61)] = ("Method not allowed", "The URI does not support the requested method. The available methods should be set in the response header 'Allow'"),
        [(406, 62)] = ("Not acceptable", "The Accept incoming header does not match any available content-type."),
        [(408, 63)] = ("Request time-out", "The server timed out waiting for the incoming request."),
        [(409, 69)] = ("Conflict", "The request could not be completed due to a conflict with the current state of the resource."),
        [(413, 66)] = ("Request entity too large", "The body of the request/response (PATCH, POST and PUT methods) is larger than the server is willing or able to process."),
        [(414, 67)] = ("Request-URI too long", "The URI provided was too long for the server to process."),
        [(415, 68)] = ("Unsupported Media Type", "The format of the posted body is not supported by the endpoint."),
        [(429, 53)] = ("Too many requests", "The application has made too many calls and has exceeded the rate limit for this service."),
        [(500, 1)] = ("Internal error", "Generic failure message, used if no more precise code can be provided."),
        [(503, 5)] = ("The service is temporarily unavailable", null),
        [(503, 6)] = ("Orange API is over capacity, retry later !", "The service faces too much requests and can not handle the call."),
    };

    private readonly Gateway gateway = new();

    public ValueTask InitializeAsync()
    {
        // The least that the server allows for a body to come slowly: the one test of that waits for it.
        gateway.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinRequestBodyDataRate = new MinDataRate(1_000, TimeSpan.FromSeconds(1.1));
        return gateway.InitializeAsync();
    }

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData(400, 20, "GET", "/sessions/no-uuid", null)]
    [InlineData(400, 20, "DELETE", "/sessions/6a4d570a6607466d889b473e361afaa1", null)]
    [InlineData(400, 20, "GET", "/qos-profiles/x", null)]
    [InlineData(400, 21, "POST", "/sessions", null)]
    [InlineData(400, 22, "POST", "/sessions", "{")]
    [InlineData(400, 22, "POST", "/sessions", "[]")]
    [InlineData(400, 22, "POST", "/sessions", "{\"device\":{\"phoneNumber\":\"+34600000000\"}")]
    [InlineData(400, 22, "POST", "/sessions", "{\"device\":nonsense}")]
    [InlineData(400, 23, "POST", "/sessions", "{}")]
    [InlineData(400, 23, "POST", "/sessions", """{"device":{}}""")]
    [InlineData(400, 23, "POST", "/sessions/6a4d570a-6607-466d-889b-473e361afaa1/extend", "{}")]
    [InlineData(400, 23, "POST", "/sessions", """{"device":{"phoneNumber":"+34600000000","applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E"}}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":"x"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E"}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":7}}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":"+34600000000"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E","devicePorts":{"ports":[70000]}}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":"+34600000000"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"NONE"}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":"+34600000000"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"SHORT","duration":9}""")]
    [InlineData(400, 24, "POST", "/sessions", """{"device":{"phoneNumber":"+15550100"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E"}""")]
    [InlineData(400, 28, "GET", "/qos-profiles?status=NEW", null)]
    [InlineData(403, 50, "POST", "/sessions", """{"device":{"phoneNumber":"+49600000000"},"applicationServer":{"ipv4Address":"1.2.3.4"},"qosProfile":"QOS_E"}""")]
    [InlineData(404, 60, "GET", "/sessions/6a4d570a-6607-466d-889b-473e361afaa1", null)]
    [InlineData(404, 60, "GET", "/qos-profiles/NONE", null)]
    [InlineData(404, 60, "GET", "/qos-profiles?name=NONE", null)]
    [InlineData(404, 60, "GET", "/nothing", null)]
    [InlineData(404, 60, "POST", "/Sessions", "{}")]
    public async Task F03_F06_a_request_that_will_not_do_has_its_row(int status, int code, string method, string path, string? body) =>
        IsRow(await gateway.SendAsync(method, Root + path, body), status, code);

    [Fact]
    public async Task F06_a_header_that_will_not_do() => IsRow(await gateway.SendAsync("GET", Root + "/qos-profiles", headers: ("x-correlator", "a b")), 400, 26);

    [Fact]
    public async Task F06_credentials_are_missing_invalid_or_expired()
    {
        IsRow(await gateway.SendAsync("GET", Root + "/qos-profiles", token: null), 401, 40);
        IsRow(await gateway.SendAsync("GET", Root + "/qos-profiles", token: "wrong"), 401, 41);

        var token = await gateway.AccessTokenAsync();
        Assert.Equal(200, (await gateway.SendAsync("GET", Root + "/qos-profiles", token: token)).Status);
        gateway.Clock.Advance(TimeSpan.FromHours(1));
        IsRow(await gateway.SendAsync("GET", Root + "/qos-profiles", token: token), 401, 42);
    }

    [Fact]
    public async Task F06_a_scope_another_client_and_another_user_are_forbidden_each_by_its_code()
    {
        IsRow(await gateway.SendAsync("GET", $"{Root}/sessions/{AnyId}", token: await gateway.AccessTokenAsync(scope: "qod-sessions-write")), 403, 50);

        var id = (string)(await CreateAsync()).Json["sessionId"]!;
        IsRow(await gateway.SendAsync("GET", $"{Root}/sessions/{id}", token: await gateway.AccessTokenAsync()), 403, 51);

        var user = gateway.Services.GetRequiredService<AccessTokens>()
            .Issue("my-app-id", "zoe", new SubscriberLine(new OperatorId("offers"), new Device { PhoneNumber = "+34655000009" }), [.. gateway.Scopes.All]);
        IsRow(await gateway.SendAsync("POST", Root + "/sessions", Gateway.Body().ToJsonString(), user), 403, 52);
    }

    [Theory]
    [InlineData("PUT", "/sessions", "POST")]
    [InlineData("POST", "/sessions/6a4d570a-6607-466d-889b-473e361afaa1", "DELETE, GET, HEAD")]
    [InlineData("DELETE", "/qos-profiles", "GET, HEAD")]
    public async Task F04_F06_a_method_that_there_is_not_is_answered_with_those_that_there_are(string method, string path, string allowed)
    {
        var answer = await gateway.SendAsync(method, Root + path);

        IsRow(answer, 405, 61);
        Assert.Equal(allowed, string.Join(", ", answer.Header("Allow")!.Split(", ").Order()));
    }

    [Fact]
    public async Task F06_what_the_client_cannot_read() => IsRow(await gateway.SendAsync("GET", Root + "/qos-profiles", headers: ("Accept", "text/html")), 406, 62);

    [Fact]
    public async Task F06_a_body_that_never_comes_to_its_end()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Root}/sessions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("""{"code":63,"message":"Request time-out","description":"The server timed out waiting for the incoming request."}""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F06_a_device_that_has_a_session_already()
    {
        var body = Gateway.Body().ToJsonString();
        Assert.Equal(201, (await gateway.SendAsync("POST", Root + "/sessions", body)).Status);
        IsRow(await gateway.SendAsync("POST", Root + "/sessions", body), 409, 69);
    }

    [Fact]
    public async Task F06_what_is_too_much_or_no_json()
    {
        IsRow(await gateway.SendAsync("POST", Root + "/sessions", new string(' ', JsonBody.LongestBytes + 1)), 413, 66);
        IsRow(await gateway.SendAsync("GET", $"{Root}/qos-profiles?name={new string('x', ErrorAndCorrelationMiddleware.LongestUri)}"), 414, 67);
        IsRow(await gateway.SendAsync("POST", Root + "/sessions", "device=1", contentType: "application/x-www-form-urlencoded"), 415, 68);
    }

    [Fact]
    public async Task F06_a_bug_of_ours_says_nothing_of_itself()
    {
        gateway.Engine.Bug = new InvalidOperationException("secret");
        IsRow(await CreateAsync(), 500, 1);
    }

    [Fact]
    public async Task F06_trouble_and_overload_are_two_codes_and_both_say_when_to_come_back()
    {
        foreach (var (failure, code) in new[] { (SessionError.StoreUnavailable(), 5), (SessionError.OperatorUnavailable(new OperatorId("o")), 5), (SessionError.Overloaded(), 6) })
        {
            gateway.Engine.Failure = failure;
            var answer = await CreateAsync();
            IsRow(answer, 503, code);
            Assert.Equal(failure.RetryAfter!.Value.TotalSeconds, double.Parse(answer.Header("Retry-After")!, null));
        }
    }

    [Fact]
    public void F05_too_many_requests_are_429_and_never_403()
    {
        var answer = OrangeErrors.Describe(new Fault(FaultKind.TooManyRequests, "", 7));
        Assert.Equal((429, 7), (answer.Status, answer.RetryAfterSeconds));
        IsRow(JsonNode.Parse(answer.Body)!, 429, 53);
    }

    [Fact]
    public void F06_nothing_is_answered_that_the_table_does_not_have()
    {
        var answers = Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None).Select(kind => OrangeErrors.Describe(new Fault(kind, "d", 1)))
            .Concat(Enum.GetValues<SessionErrorCode>().Select(code => OrangeErrors.Of(new SessionError(code, "m"))));

        Assert.All(answers, answer => IsRow(JsonNode.Parse(Encoding.UTF8.GetString(answer.Body))!, answer.Status, int.Parse(answer.Code, null)));
    }

    [Fact]
    public async Task D25_D28_everything_but_the_errors_is_0_10s_at_this_root()
    {
        var created = await CreateAsync();
        var path = $"{Root}/sessions/{created.Json["sessionId"]}";
        Assert.Equal((201, path), (created.Status, created.Header("Location")));
        Assert.Equal(created.Text, (await gateway.SendAsync("GET", path)).Text);

        var extended = await gateway.SendAsync("POST", path + "/extend", """{"requestedAdditionalDuration":60}""");
        Assert.Equal((200, 360), (extended.Status, (int)extended.Json["duration"]!));
        Assert.Equal("QOS_E", (string)(await gateway.SendAsync("GET", Root + "/qos-profiles/QOS_E")).Json["name"]!);
        Assert.Equal(204, (await gateway.SendAsync("DELETE", path)).Status);
        IsRow(await gateway.SendAsync("DELETE", path), 404, 60);
    }

    private Task<Answer> CreateAsync() => gateway.SendAsync("POST", Root + "/sessions", Gateway.Body().ToJsonString());

    private static void IsRow(Answer answer, int status, int code)
    {
        Assert.Equal((status, "application/json"), (answer.Status, answer.Header("Content-Type")));
        IsRow(answer.Json, status, code);
    }

    private static void IsRow(JsonNode body, int status, int code)
    {
        Assert.Equal(["code", "message", "description"], body.AsObject().Select(member => member.Key));
        Assert.Equal(code, (int)body["code"]!);
        var (message, description) = Table[(status, code)];
        Assert.Equal(message, (string?)body["message"]);
        if (description is null) Assert.False(string.IsNullOrWhiteSpace((string?)body["description"]));
        else Assert.Equal(description, (string?)body["description"]);
    }
}

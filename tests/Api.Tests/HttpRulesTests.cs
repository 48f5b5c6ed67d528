using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.Api.Tests;

/// <summary>What holds for every path: the correlator, methods, media types, sizes, spelling, and the shape of all that goes wrong.</summary>
public sealed class HttpRulesTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Theory]
    [InlineData("b4333c46-49c0-4f62-80d7-f0ef930f1c46")]
    [InlineData("a_b:c;d.e/f<g>{h}-9")]
    [InlineData("x")]
    public async Task A_correlator_is_echoed_on_success_and_on_errors(string value)
    {
        foreach (var (method, path, token) in new[] { ("GET", "/qod/v0/qos-profiles", Gateway.Mock), ("GET", "/qod/v0/qos-profiles", "bad"), ("GET", "/nowhere", null), ("PUT", "/qod/v0/sessions", null), ("GET", "/health/live", null) })
            Assert.Equal(value, (await gateway.SendAsync(method, path, token: token, headers: ("x-correlator", value))).Header("x-correlator"));
    }

    [Fact]
    public async Task A_correlator_has_at_most_256_characters()
    {
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("x-correlator", new string('c', 256)))).Status);
        (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("x-correlator", new string('c', 257)))).IsSchemaError("x-correlator");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("a=b")]
    [InlineData("a\tb")]
    public async Task An_invalid_correlator_is_refused_and_not_echoed(string value)
    {
        var answer = (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("x-correlator", value))).IsSchemaError("x-correlator");
        Assert.NotEqual(value, answer.Header("x-correlator"));
        Assert.True(Guid.TryParse(answer.Header("x-correlator"), out _));
    }

    [Fact]
    public async Task Two_correlators_are_refused()
    {
        var answer = await RawAsync("GET /qod/v0/qos-profiles HTTP/1.1\r\nHost: a\r\nx-correlator: a\r\nx-correlator: b\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("Schema validation failed at x-correlator", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_correlator_is_none()
    {
        var answer = await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("x-correlator", ""));
        Assert.Equal((200, null), (answer.Status, answer.Header("x-correlator")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/qod")]
    [InlineData("/qod/v0")]
    [InlineData("/qod/v1/sessions")]
    [InlineData("/qod/v0/sessions/")]
    [InlineData("/qod/v0//sessions")]
    [InlineData("/qod/v0/Sessions")]
    [InlineData("/QOD/v0/sessions")]
    [InlineData("/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1/")]
    [InlineData("/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1/x")]
    [InlineData("/qod/v0/qos-profiles/QOS_E/")]
    [InlineData("/qod/v0/qos-profiles/a/b")]
    public async Task An_unknown_path_is_404_in_shape(string path) =>
        (await gateway.SendAsync(path.TrimEnd('/').EndsWith("essions", StringComparison.Ordinal) ? "POST" : "GET", path)).Is(404, "NOT_FOUND", "There is nothing at this path");

    [Theory]
    [InlineData("/qod/v0/%73essions", 201)]
    [InlineData("/qod/v0/x/../sessions", 201)]
    [InlineData("/qod/v0/sessions%2F", 404)]
    [InlineData("/qod/v0/..%2fsessions", 404)]
    public async Task Encodings_of_a_path_are_decoded_once(string path, int status)
    {
        var body = Gateway.Body().ToJsonString();
        var answer = await RawAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/qod/v0/sessions", "POST")]
    [InlineData("GET", "/qod/v0/sessions", "POST")]
    [InlineData("OPTIONS", "/qod/v0/sessions", "POST")]
    [InlineData("TRACE", "/qod/v0/sessions", "POST")]
    [InlineData("PATCH", "/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1", "DELETE, GET")]
    [InlineData("GET", "/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1/extend", "POST")]
    [InlineData("POST", "/qod/v0/qos-profiles", "GET")]
    [InlineData("BREW", "/qod/v0/qos-profiles/QOS_E", "GET")]
    public async Task Another_method_is_405_with_Allow(string method, string path, string allow)
    {
        var answer = (await gateway.SendAsync(method, path)).Is(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource");
        Assert.Equal(allow, string.Join(", ", answer.ContentHeaders.Allow.Order()));
    }

    [Theory]
    [InlineData("/qod/v0/sessions/")]
    [InlineData("/qod/v0/Sessions")]
    [InlineData("/QOD/v0/sessions")]
    [InlineData("/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1/Extend")]
    [InlineData("/qod/v0/qos-profiles/QOS_E/")]
    [InlineData("/v1/qod/SESSIONS")]
    [InlineData("/jwks/")]
    [InlineData("/Token")]
    [InlineData("/.well-known/OpenID-configuration")]
    public async Task A_path_that_is_not_spelt_as_it_is_documented_is_404_for_every_method(string path)
    {
        foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW" })
        {
            var answer = await gateway.SendAsync(method, path);
            Assert.Equal((method, 404, 0), (method, answer.Status, answer.ContentHeaders.Allow.Count));
        }
    }

    [Fact]
    public async Task HEAD_is_405_without_a_body()
    {
        var answer = await gateway.SendAsync("HEAD", "/qod/v0/qos-profiles");
        Assert.Equal((405, ""), (answer.Status, answer.Text));
        Assert.Equal("GET", answer.ContentHeaders.Allow.Single());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain, text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("*/*, application/json;q=0")]
    [InlineData("application/xml, text/*")]
    [InlineData("nonsense")]
    public async Task A_client_that_does_not_take_json_gets_406(string accept)
    {
        Assert.Equal("NOT_ACCEPTABLE", (string)(await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("Accept", accept))).IsError().Json["code"]!);
        Assert.Equal(406, (await gateway.SendAsync("POST", "/qod/v0/sessions", Gateway.Body().ToJsonString(), headers: ("Accept", accept))).IsError().Status);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/*")]
    [InlineData("text/html, application/json;q=0.1")]
    [InlineData("text/html, */*;q=0.01")]
    [InlineData("application/json; charset=utf-8")]
    public async Task A_client_that_takes_json_among_others_is_served(string accept) =>
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("Accept", accept))).Status);

    [Theory]
    [InlineData("application/json", 201)]
    [InlineData("application/json; charset=utf-8", 201)]
    [InlineData("Application/JSON;charset=\"UTF-8\"", 201)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("application/problem+json", 415)]
    [InlineData("text/json", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("nonsense", 415)]
    [InlineData(null, 415)]
    public async Task A_body_is_json_in_utf8(string? contentType, int status)
    {
        var answer = await gateway.SendAsync("POST", "/qod/v0/sessions", Gateway.Body().ToJsonString(), contentType: contentType);
        Assert.Equal(status, answer.Status);
        if (status == 415) answer.Is(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8");
    }

    [Fact]
    public async Task A_compressed_body_is_415() =>
        Assert.Equal(415, (await RawCreateAsync(Gateway.Body().ToJsonString(), "Content-Encoding: gzip")).Status);

    [Fact]
    public async Task No_body_is_400()
    {
        (await gateway.SendAsync("POST", "/qod/v0/sessions")).IsSchemaError("body");
        (await gateway.SendAsync("POST", "/qod/v0/sessions", "")).IsSchemaError("body");
        (await gateway.SendAsync("POST", "/qod/v0/sessions", "", contentType: null)).IsSchemaError("body");
    }

    [Fact]
    public async Task A_body_of_256_KiB_is_read_and_one_byte_more_is_413()
    {
        Assert.Equal(201, (await gateway.CreateAsync(Padded(256 * 1024))).Status);
        (await gateway.CreateAsync(Padded(256 * 1024 + 1))).Is(413, "PAYLOAD_TOO_LARGE", "A body has at most 262144 bytes");

        static JsonObject Padded(int length)
        {
            var body = Gateway.Body(b => b["x"] = "");
            body["x"] = new string('x', length - body.ToJsonString().Length);
            return body;
        }
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_read_to_the_limit_and_no_further()
    {
        var body = Gateway.Body().ToJsonString();
        var chunked = string.Concat(body.Chunk(7).Select(chunk => $"{chunk.Length:x}\r\n{new string(chunk)}\r\n")) + "0\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 201", await RawAsync(Head("Transfer-Encoding: chunked") + chunked), StringComparison.Ordinal);

        var endless = $"40001\r\n{new string(' ', 0x40001)}\r\n0\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 413", await RawAsync(Head("Transfer-Encoding: chunked") + endless), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await RawAsync(Head("Transfer-Encoding: chunked") + "zz\r\n{}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_names_the_server()
    {
        foreach (var path in new[] { "/qod/v0/qos-profiles", "/nowhere", "/health/live", "/docs/index.html" })
        {
            var answer = await gateway.SendAsync("GET", path);
            Assert.Null(answer.Header("Server"));
            Assert.Null(answer.Header("X-Powered-By"));
        }
    }

    [Fact]
    public async Task Host_and_forwarded_headers_show_up_nowhere()
    {
        var body = Gateway.Body().ToJsonString();
        var answer = await RawAsync(Head($"Content-Length: {body.Length}\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\nForwarded: host=evil.example").Replace("Host: a", "Host: evil.example", StringComparison.Ordinal) + body);
        Assert.StartsWith("HTTP/1.1 201", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("gopher", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_needs_no_token()
    {
        Assert.Equal((200, """{"status":"Healthy"}"""), await Health("/health/live"));
        Assert.Equal((200, """{"status":"Healthy"}"""), await Health("/health/ready"));

        async Task<(int, string)> Health(string path)
        {
            var answer = await gateway.SendAsync("GET", path, token: null);
            return (answer.Status, answer.Text);
        }
    }

    public static TheoryData<string, int> NoRequests => new()
    {
        { "GET /qod/v0/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET /qod/v0/qos-profiles HTTP/1.1\r\nHost: a\r\nx correlator: b\r\n\r\n", 400 },
        { $"GET /{new string('a', 16 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
        { $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 5).Select(i => $"x{i}: {new string('a', 7000)}\r\n"))}\r\n", 431 },
        { $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 101).Select(i => $"x{i}: a\r\n"))}\r\n", 431 },
    };

    [Theory]
    [MemberData(nameof(NoRequests))]
    public async Task What_is_no_request_is_answered_without_a_body(string request, int status)
    {
        var answer = await RawAsync(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
    }

    private static string Head(string more) =>
        $"POST /qod/v0/sessions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nContent-Type: application/json\r\nConnection: close\r\n{more}\r\n\r\n";

    private async Task<(int Status, string Text)> RawCreateAsync(string body, string header)
    {
        var answer = await RawAsync(Head($"Content-Length: {body.Length}\r\n{header}") + body);
        return (int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), answer);
    }

    /// <summary>What a well-behaved client cannot send.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}

/// <summary>An engine that takes too long.</summary>
public sealed class TimeoutTests : IAsyncLifetime
{
    private readonly ImpatientGateway gateway = new();

    public ValueTask InitializeAsync() => gateway.InitializeAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task A_request_that_takes_too_long_is_503()
    {
        gateway.Engine.Hold = new TaskCompletionSource();
        var answer = await gateway.SendAsync("POST", "/qod/v0/sessions", Gateway.Body().ToJsonString(), headers: ("x-correlator", "slow"));
        answer.Is(503, "UNAVAILABLE", "Service unavailable");
        Assert.Equal(("1", "slow"), (answer.Header("Retry-After"), answer.Header("x-correlator")));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_error_of_ours()
    {
        gateway.Engine.Hold = new TaskCompletionSource();
        gateway.Http.Timeout = TimeSpan.FromMilliseconds(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.CreateAsync(Gateway.Body()));
        Assert.DoesNotContain("Request failed", gateway.Log.All, StringComparison.Ordinal);
    }

    private sealed class ImpatientGateway() : Gateway(new KeyValuePair<string, string?>("Qod:RequestTimeout", "00:00:01"));
}

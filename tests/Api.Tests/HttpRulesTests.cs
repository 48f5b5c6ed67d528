using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

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
        foreach (var (method, path, token) in new[] { ("GET", "/qod/v0/qos-profiles", Gateway.Mock), ("GET", "/qod/v0/qos-profiles", "bad"), ("GET", "/qod/v0/nowhere", null), ("PUT", "/qod/v0/sessions", null), ("GET", "/qos-profiles/v1/qos-profiles/QOS_E", null), ("GET", "/v1/qod/sessions", null) })
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

    [Theory]
    [InlineData("GET", "/.well-known/openid-configuration")]
    [InlineData("GET", "/jwks")]
    [InlineData("POST", "/token")]
    [InlineData("POST", "/bc-authorize")]
    [InlineData("GET", "/authorize")]
    [InlineData("GET", "/consent/x")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/openapi/qod-0.10.json")]
    [InlineData("GET", "/docs/index.html")]
    [InlineData("GET", "/nowhere")]
    public async Task R55_beside_the_APIs_a_correlator_is_neither_checked_nor_echoed(string method, string path)
    {
        var plain = await gateway.SendAsync(method, path, token: null);
        foreach (var value in new[] { "good", "no good", new string('c', 257) })
        {
            var answer = await gateway.SendAsync(method, path, token: null, headers: ("x-correlator", value));
            Assert.Equal((plain.Status, null), (answer.Status, answer.Header("x-correlator")));
        }
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
    [InlineData("PATCH", "/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1", "DELETE, GET, HEAD")]
    [InlineData("HEAD", "/qod/v0/sessions", "POST")]
    [InlineData("GET", "/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1/extend", "POST")]
    [InlineData("POST", "/qod/v0/qos-profiles", "GET, HEAD")]
    [InlineData("BREW", "/qod/v0/qos-profiles/QOS_E", "GET, HEAD")]
    public async Task Another_method_is_405_with_Allow(string method, string path, string allow)
    {
        var answer = await gateway.SendAsync(method, path);
        Assert.Equal(405, answer.Status);
        if (method != "HEAD") answer.Is(405, "METHOD_NOT_ALLOWED", "The requested method is not allowed on the target resource");
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

    /// <summary>RFC 9110, 9.1: methods are case-sensitive. Clients' libraries send the known ones in capitals, whatever they are given.</summary>
    [Theory]
    [InlineData("get", "/qod/v0/qos-profiles", "Allow: GET, HEAD")]
    [InlineData("Delete", "/jwks", "Allow: GET, HEAD")]
    [InlineData("post", "/token", "Allow: POST")]
    public async Task A_method_in_another_case_is_another_method(string method, string path, string allow)
    {
        var answer = await RawAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains($"{allow}\r\n", answer, StringComparison.Ordinal);
    }

    /// <summary>RFC 9110, 9.3.2.</summary>
    [Theory]
    [InlineData("/qod/v0/qos-profiles")]
    [InlineData("/qod/v0/qos-profiles/QOS_E")]
    [InlineData("/qod/v0/qos-profiles/none")]
    [InlineData("/qod/v0/sessions/6a4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("/v1/qod/sessions")]
    [InlineData("/camara/quality-on-demand/orange-lab/qod/v0/qos-profiles")]
    [InlineData("/qos-profiles/v1/qos-profiles/QOS_E")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/jwks")]
    [InlineData("/authorize")]
    [InlineData("/consent/nothing")]
    [InlineData("/health/live")]
    [InlineData("/openapi/qod-0.10.json")]
    [InlineData("/docs/index.html")]
    [InlineData("/nowhere")]
    public async Task HEAD_is_answered_as_GET_without_the_body(string path)
    {
        // A client of whose list nothing changes between the two.
        var token = await gateway.AccessTokenAsync("other-app-id", "other-app-secret");
        var (get, head) = (await gateway.SendAsync("GET", path, token: token), await gateway.SendAsync("HEAD", path, token: token));
        Assert.Equal((get.Status, ""), (head.Status, head.Text));
        foreach (var name in new[] { "Content-Type", "Content-Length", "Cache-Control", "WWW-Authenticate" }) Assert.Equal((name, get.Header(name)), (name, head.Header(name)));
        Assert.NotEqual("", get.Text);
        // Nothing is left on the connection that the next request would find.
        Assert.Equal(200, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles")).Status);
    }

    [Theory]
    [InlineData("POST", "/.well-known/openid-configuration", "GET, HEAD")]
    [InlineData("PUT", "/jwks", "GET, HEAD")]
    [InlineData("DELETE", "/openapi/qod-0.10.json", "GET, HEAD")]
    [InlineData("PUT", "/authorize", "GET, HEAD, POST")]
    [InlineData("HEAD", "/token", "POST")]
    [InlineData("GET", "/bc-authorize", "POST")]
    [InlineData("POST", "/consent/x", "GET, HEAD")]
    [InlineData("DELETE", "/consent", "GET, HEAD, POST")]
    [InlineData("POST", "/docs", "GET, HEAD")]
    // R66: nothing below /docs takes another method, whether there is something or not.
    [InlineData("POST", "/docs/nothing", "GET, HEAD")]
    [InlineData("OPTIONS", "/docs", "GET, HEAD")]
    [InlineData("DELETE", "/docs/index.html", "GET, HEAD")]
    [InlineData("POST", "/docs/swagger-ui.css", "GET, HEAD")]
    [InlineData("PUT", "/docs/sandbox.js", "GET, HEAD")]
    [InlineData("PUT", "/health/live", "GET, HEAD")]
    [InlineData("TRACE", "/health/live", "GET, HEAD")]
    [InlineData("FOO", "/health/live", "GET, HEAD")]
    [InlineData("DELETE", "/health/ready", "GET, HEAD")]
    [InlineData("POST", "/", "GET, HEAD")]
    public async Task Every_405_says_what_is_allowed(string method, string path, string allow)
    {
        var answer = await gateway.SendAsync(method, path, token: null);
        Assert.Equal((405, allow), (answer.Status, string.Join(", ", answer.ContentHeaders.Allow.Order())));
    }

    /// <summary>RFC 9110, 11.4: a scheme has no case, and one blank or more behind it.</summary>
    [Theory]
    [InlineData("Bearer  mock_sandbox_access_token", 200)]
    [InlineData("Bearer     mock_sandbox_access_token", 200)]
    [InlineData("bearer mock_sandbox_access_token", 200)]
    [InlineData("BEARER mock_sandbox_access_token  ", 200)]
    [InlineData("Bearer\tmock_sandbox_access_token", 401)]
    [InlineData("Bearermock_sandbox_access_token", 401)]
    [InlineData("Bearer", 401)]
    [InlineData("Bearer mock_sandbox_access_token x", 401)]
    [InlineData("Basic mock_sandbox_access_token", 401)]
    [InlineData("mock_sandbox_access_token", 401)]
    public async Task A_token_comes_behind_its_scheme_and_blanks(string authorization, int status) =>
        Assert.Equal(status, (await gateway.SendAsync("GET", "/qod/v0/qos-profiles", token: null, headers: ("Authorization", authorization))).Status);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain, text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("*/*, application/json;q=0")]
    [InlineData("application/xml, text/*")]
    [InlineData("nonsense")]
    [InlineData("*;q=0")]
    [InlineData("text/*")]
    public async Task A_client_that_does_not_take_json_gets_406(string accept)
    {
        Assert.Equal("NOT_ACCEPTABLE", (string)(await gateway.SendAsync("GET", "/qod/v0/qos-profiles", headers: ("Accept", accept))).IsError().Json["code"]!);
        Assert.Equal(406, (await gateway.SendAsync("POST", "/qod/v0/sessions", Gateway.Body().ToJsonString(), headers: ("Accept", accept))).IsError().Status);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("*")]
    [InlineData("*;q=0.1")]
    [InlineData("text/html, *")]
    [InlineData("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2")]
    [InlineData(" , application/json")]
    [InlineData("APPLICATION/Json")]
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
    [InlineData("application/json;charset=utf8", 201)]
    [InlineData("application/json; charset=US-ASCII", 201)]
    [InlineData("application/json; Charset=\"utf8\"", 201)]
    [InlineData("application/json; profile=x", 201)]
    [InlineData("application/json; ;charset=utf-8;", 201)]
    [InlineData("application/json; charset=\"\\utf-8\"", 201)]
    [InlineData("application/json; charset=utf-8; charset=latin1", 415)]
    [InlineData("application/json; charset=utf-7", 415)]
    [InlineData("application/json; charset=iso-8859-1", 415)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("application/problem+json", 415)]
    [InlineData("text/json", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("nonsense", 415)]
    [InlineData(null, 415)]
    public async Task R56_a_body_is_json_in_utf8(string? contentType, int status)
    {
        var answer = await gateway.SendAsync("POST", "/qod/v0/sessions", Gateway.Body().ToJsonString(), contentType: contentType);
        Assert.Equal(status, answer.Status);
        if (status != 415) return;
        answer.Is(415, "UNSUPPORTED_MEDIA_TYPE", "A body is application/json in UTF-8");
        Assert.Equal("application/json", answer.Header("Accept"));
    }

    /// <summary>RFC 9110, 8.4 and 15.5.16.</summary>
    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("identity, gzip", 415)]
    [InlineData("x-gzip", 415)]
    [InlineData("br", 415)]
    [InlineData("identity", 201)]
    [InlineData("Identity", 201)]
    [InlineData("identity, identity", 201)]
    [InlineData(", identity ,", 201)]
    [InlineData("", 201)]
    public async Task A_compressed_body_is_415_and_told_what_would_do(string coding, int status)
    {
        var answer = await RawCreateAsync(Gateway.Body().ToJsonString(), $"Content-Encoding: {coding}");
        Assert.Equal((status, status == 415), (answer.Status, answer.Text.Contains("Accept-Encoding: identity\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_compressed_form_is_415()
    {
        var answer = await RawAsync("POST /token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=b");
        Assert.StartsWith("HTTP/1.1 415", answer, StringComparison.Ordinal);
        Assert.Contains("Accept-Encoding: identity\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\"invalid_request\"", answer, StringComparison.Ordinal);
    }

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

    /// <summary>As a silo without the API has it.</summary>
    [Fact]
    public async Task Health_alone_is_read_and_nothing_else()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHealthChecks();
        await using var app = builder.Build();
        app.MapQodHealth();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            foreach (var method in new[] { "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
                var expected = method is "GET" or "HEAD" ? (200, "") : (405, "GET, HEAD");
                Assert.Equal(expected, ((int)answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow.Order())));
            }
            foreach (var method in new[] { "get", "Head", "put" })
            {
                var answer = await RawAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", http.BaseAddress);
                Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
                Assert.Contains("Allow: GET, HEAD\r\n", answer, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>RFC 9112, 6.1. What stands behind such a request on its connection is no request.</summary>
    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked", 501)]
    [InlineData("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", 501)]
    [InlineData("Transfer-Encoding: x-unknown, Chunked", 501)]
    [InlineData("Transfer-Encoding: identity, chunked", 501)]
    [InlineData("Transfer-Encoding: chunked, chunked", 501)]
    [InlineData("Transfer-Encoding: gzip", 400)]
    [InlineData("Transfer-Encoding: identity", 400)]
    [InlineData("Transfer-Encoding: chunked, gzip", 400)]
    [InlineData("Transfer-Encoding: gzip\r\nContent-Length: 5", 400)]
    [InlineData("Transfer-Encoding: xchunked", 400)]
    public async Task R67_no_transfer_coding_but_chunked_is_taken(string header, int status)
    {
        foreach (var request in new[] { "GET /qod/v0/qos-profiles", "POST /qod/v0/sessions", "POST /token" })
        {
            var answer = await RawAsync(
                $"{request} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\n{header}\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Transfer-Encoding: CHUNKED")]
    [InlineData("Transfer-Encoding: , chunked,")]
    public async Task Chunked_may_be_written_in_any_way_that_a_list_may(string header)
    {
        var body = Gateway.Body().ToJsonString();
        Assert.StartsWith("HTTP/1.1 201", await RawAsync(Head(header) + $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n"), StringComparison.Ordinal);
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
    private async Task<string> RawAsync(string request, Uri? address = null)
    {
        address ??= gateway.Address;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
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

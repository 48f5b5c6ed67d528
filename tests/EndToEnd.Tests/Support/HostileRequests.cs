using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <param name="WellFormed">It is HTTP: what is wrong with it is for the application to say.</param>
internal sealed record HostileRequest(byte[] Bytes, bool WellFormed, string Method, string Path);

/// <summary>Requests that nobody should send. The same number always gives the same request.</summary>
/// <param name="token">Of a client that may do everything.</param>
/// <param name="sessionId">A session of that client.</param>
internal sealed class HostileRequests(int seed, string token, string sessionId)
{
    private const string SomeId = "6a4d570a-6607-466d-889b-473e361afaa1";

    private static readonly string[] Methods = ["GET", "POST", "POST", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "BREW"];

    private static readonly string[] Paths =
    [
        "/qod/v0/sessions", "/qod/v0/sessions", "/qod/v0/sessions", "/qod/v0/sessions/", $"/qod/v0/sessions/{SomeId}", $"/qod/v0/sessions/{SomeId}/extend",
        $"/qod/v0/sessions/{SomeId}/extend/more", "/qod/v0/sessions/not-an-id", "/qod/v0/sessions/{6a4d570a-6607-466d-889b-473e361afaa1}",
        "/qod/v0/sessions/6a4d570a6607466d889b473e361afaa1", "/qod/v0/sessions/%F0%9F%92%A9", "/qod/v0/sessions/..%2f..%2fetc%2fpasswd",
        "/qod/v0/sessions/%27%20or%201=1--", "/qod/v0/qos-profiles", "/qod/v0/qos-profiles?name=%00&status=NOT", "/qod/v0/qos-profiles?status=ACTIVE&status=ACTIVE",
        "/qod/v0/qos-profiles/QOS_E", "/qod/v0/qos-profiles/NOPE", "/qod/v0/qos-profiles/%20", "/qod/v0", "/qod", "/", "//", "/nowhere", "/QOD/V0/SESSIONS", "/token",
    ];

    private static readonly string[] ContentTypes =
    [
        "application/json", "application/json", "application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "text/plain",
        "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";;;", "",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1", "1.5", "1e999", "-0", "99999999999999999999", "2147483648", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[]]",
        "[null]", "{\"\":{}}", "\"+34\"", "\"+0000000000000000\"", "\"0x7f.1\"", "\"127.1\"", "\"010.0.0.1\"", "\"1.2.3.4/33\"", "\"::1%eth0\"", "\"[::1]\"",
        "\"http://169.254.169.254/\"", "\"file:///etc/passwd\"", "\"http://u:p@h/\"", "\"'; drop table sessions; --\"", "\"\\r\\nX: y\"", "86401", "\"86400\"",
    ];

    public HostileRequest Make(int number)
    {
        var random = new Random(HashCode.Combine(seed, number) & int.MaxValue);
        return random.Next(8) switch
        {
            0 => Broken(random),
            < 4 => Aimed(random),
            _ => Random(random),
        };
    }

    /// <summary>Nothing wrong but the body, so that it gets as far as it can.</summary>
    private HostileRequest Aimed(Random random)
    {
        var path = Pick(random, ["/qod/v0/sessions", "/qod/v0/sessions", $"/qod/v0/sessions/{sessionId}/extend"]);
        var body = path.EndsWith("/extend", StringComparison.Ordinal) && random.Next(3) > 0
            ? Encoding.UTF8.GetBytes($"{{\"requestedAdditionalDuration\":{Pick(random, Values)}}}")
            : Body(random);
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        return new HostileRequest([.. Encoding.Latin1.GetBytes(head), .. body], WellFormed: true, "POST", path);
    }

    private HostileRequest Random(Random random)
    {
        var (method, path) = (Pick(random, Methods), Pick(random, Paths));
        if (random.Next(30) == 0) path += new string('a', random.Next(1, 4000));
        var body = method is "GET" or "DELETE" or "OPTIONS" && random.Next(10) > 0 ? [] : Body(random);

        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        head.Append(Pick(random, [
            $"Authorization: Bearer {token}\r\n", $"Authorization: Bearer {token}\r\n", $"Authorization: Bearer {token}\r\n", $"Authorization: Bearer {token}\r\n",
            "Authorization: Bearer \r\n", "Authorization: Basic Og==\r\n", "Authorization: Basic %%%\r\n", $"Authorization: bearer  {token}x\r\n", "Authorization: \r\n",
            $"Authorization: Bearer {new string('A', 6000)}\r\n", ""]));
        var contentType = Pick(random, ContentTypes);
        if (contentType.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        head.Append(Pick(random, ["", "", "", "Accept: application/json\r\n", "Accept: image/png\r\n", "Accept: ;;q=x\r\n", "Accept: */*;q=0\r\n"]));
        head.Append(Pick(random, ["", "", "x-correlator: b4333c46-49c0-4f62-80d7-f0ef930f1c46\r\n", $"x-correlator: {new string('x', 300)}\r\n", "x-correlator: a b\r\n", "x-correlator: \r\n"]));
        head.Append(Pick(random, ["", "", "", "X-Forwarded-For: 1.2.3.4, ,\r\n", "Content-Encoding: gzip\r\n", "If-None-Match: *\r\n", "Range: bytes=0-\r\n", "Cookie: ;=;\r\n"]));
        if (body.Length > 0 || method != "GET") head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return new HostileRequest([.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. body], WellFormed: true, method, path);
    }

    private static byte[] Body(Random random)
    {
        var valid = QodClient.Request(
            string.Create(CultureInfo.InvariantCulture, $"+3464{random.Next(100_000):00000}00"), sink: new Uri("http://127.0.0.1:1/notifications"));
        valid["devicePorts"] = JsonNode.Parse("""{"ranges":[{"from":1000,"to":2000}],"ports":[5060]}""");
        var text = valid.ToJsonString();
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(17))
        {
            case 0: return [];
            case 1: return bytes[..random.Next(bytes.Length)];
            case 2: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); return bytes;
            case 3: bytes[random.Next(bytes.Length)] = Pick<byte>(random, [0, 0x80, 0xc0, 0xff]); return bytes;
            case 4: return Encoding.UTF8.GetBytes(text + Pick(random, ["x", "{}", ",", "\0", "]"]));
            case 5: return Encoding.UTF8.GetBytes(Nested(random.Next(1, 20_000)));
            case 6: return Encoding.UTF8.GetBytes($"{{\"duration\":1,{text[1..]}");
            case 7: return Encoding.UTF8.GetBytes(Pick(random, Values));
            case 8: return Encoding.UTF8.GetBytes($"{{\"{new string('k', random.Next(1, 300_000))}\":1,{text[1..]}");
            case 9: return Encoding.UTF8.GetBytes(text.Replace("[5060]", $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 30_000)))}]", StringComparison.Ordinal));
            case 10: return [0xef, 0xbb, 0xbf, .. bytes];
            case 11: return RandomBytes(random, random.Next(1, 2000));
            case 12: return bytes;
            default: return Encoding.UTF8.GetBytes(Mutated(random, valid, text));
        }
    }

    /// <summary>One member, anywhere in the document, gone or of another kind.</summary>
    private static string Mutated(Random random, JsonObject valid, string text)
    {
        var leaf = Pick(random, [.. Leaves(valid)]);
        var member = leaf.GetPropertyName();
        if (random.Next(4) == 0)
        {
            leaf.Parent!.AsObject().Remove(member);
            return valid.ToJsonString();
        }
        return text.Replace($"\"{member}\":{leaf.ToJsonString()}", $"\"{member}\":{Pick(random, Values)}", StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Leaves(JsonObject parent) =>
        parent.SelectMany(pair => pair.Value is JsonObject child ? [child, .. Leaves(child)] : new[] { pair.Value! });

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"device\":", depth)) + "1" + new string('}', depth);

    /// <summary>Not HTTP, or only almost.</summary>
    private HostileRequest Broken(Random random)
    {
        var authorized = $"Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n";
        var text = Pick(random, [
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Content-Length: 500\r\n\r\n{{\"device\":",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Content-Length: -1\r\n\r\n{{}}",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Content-Length: 99999999999999999999\r\n\r\n{{}}",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}",
            $"POST /qod/v0/sessions HTTP/1.1\r\n{authorized}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}",
            $"GET /qod/v0/sessions/\0 HTTP/1.1\r\n{authorized}\r\n",
            $"GET /qod/v0/sessions/%00 HTTP/1.1\r\n{authorized}\r\n",
            $"GET /qod/v0/sessions HTTP/9.9\r\n{authorized}\r\n",
            $"GET http://[::1/ HTTP/1.1\r\n{authorized}\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            $"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("X-Many: headers\r\n", 500))}\r\n",
            $"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('x', 60_000)}\r\n\r\n",
            $"GET /{new string('p', 20_000)} HTTP/1.1\r\n{authorized}\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
            "\r\n\r\n\r\n",
            Encoding.Latin1.GetString(RandomBytes(random, random.Next(1, 500))),
        ]);
        return new HostileRequest(Encoding.Latin1.GetBytes(text), WellFormed: false, "", "");
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QodOrleans.Api.Tests;

/// <summary>Random and hostile requests from one seed: never a 5xx that nobody asked for, always the error shape.</summary>
public sealed class FuzzTests(Gateway gateway, ITestOutputHelper output) : IClassFixture<Gateway>
{
    private const int Requests = 6_000;

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "65536", "86401", "2147483648", "1e400", "-0", "1.5", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"+34600000001\"",
        "\"0.0.0.0/0\"", "\"::/0\"", "\"fe80::1%1\"", "\"QOS_E\"", "[]", "{}", "[null]", "[[[[]]]]", "{\"a\":{\"a\":1}}", "\"\\u202e\"", "\"http://[::1]:3000/\"", "\"https://a.example/\"",
        "\"" + new string('9', 5000) + "\"", new string('[', 100), "{\"from\":1,\"to\":2}", "{\"ports\":[1]}", "NaN", "'x'", "",
    ];

    private static readonly string[] Segments =
    [
        "qod", "v0", "sessions", "qos-profiles", "extend", "QOS_E", "6a4d570a-6607-466d-889b-473e361afaa1", "%00", "%2e%2e", "%2F", "%c0%af", "%ff", "..", ".", "", "Sessions", "{}", "a%20b", "é", "%",
        "quality-on-demand", "v1", "retrieve-sessions", "retrieve-qos-profiles", "token", "health", "docs", "openapi", "?status=x", "?name=%ff&name=", "~", "sessions;x=1",
    ];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("x-correlator", "a b"), ("x-correlator", "ok"), ("x-correlator", new string('x', 300)), ("Accept", "text/plain"), ("Accept", ";;,"), ("Accept", "*/*;q=x"),
        ("Authorization", "Bearer"), ("Authorization", "Bearer x y"), ("Authorization", "Basic ===="), ("Content-Encoding", "br"), ("X-Forwarded-Host", "evil"), ("Range", "bytes=0-1"),
        ("Expect", "100-continue"), ("If-Match", "*"), ("Cookie", "a=b"), ("Transfer-Encoding", "chunked"), ("X-HTTP-Method-Override", "DELETE"),
    ];

    private static readonly string[] Methods = ["POST", "POST", "POST", "GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "FOO"];

    private static readonly string[] ContentTypes = ["application/json", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-7", "text/plain", "", "x", "application/json;;;"];

    private const string Noise = "{}[]\",:\\0 \u00e9";

    private static readonly string Template = """
        {"device":{"phoneNumber":"+34611111111","networkAccessIdentifier":"a@b","ipv4Address":{"publicAddress":"203.0.113.25","privateAddress":"10.0.0.1","publicPort":8080},"ipv6Address":"2001:db8:34::1"},
         "applicationServer":{"ipv4Address":"1.2.3.4/24","ipv6Address":"2001:db8::/32"},"devicePorts":{"ranges":[{"from":1,"to":2}],"ports":[3]},"applicationServerPorts":{"ports":[4]},
         "qosProfile":"QOS_E","duration":300,"webhook":{"notificationUrl":"https://a.example/n","notificationAuthToken":"c8974e592c2fa383d4a3960714"},"requestedAdditionalDuration":60,
         "sink":"https://a.example/n","sinkCredential":{"credentialType":"ACCESSTOKEN","accessToken":"t","accessTokenExpiresUtc":"2030-01-01T00:00:00Z","accessTokenType":"bearer"},
         "name":"QOS_E","status":"ACTIVE","notificationUrl":"https://a.example/n","notificationAuthToken":"t",
         "ueId":{"externalId":"a@b","msisdn":"+34611111111"},"asId":{"ipv4addr":"1.2.3.4"},"qos":"QOS_E","uePorts":{"ranges":[{"from":1,"to":2}]},"asPorts":{"ports":[4]}}
        """;

    /// <summary>Members of an error, on one surface or another.</summary>
    private static readonly string[] Shapes = ["status code message", "code message", "code message description", "error error_description"];

    [Theory]
    [InlineData(1, "/qod/v0/sessions")]
    [InlineData(20_251, "/qod/v0/sessions")]
    [InlineData(2, "/quality-on-demand/v1/sessions")]
    [InlineData(4, "/v1/qod/sessions")]
    [InlineData(5, "/camara/quality-on-demand/orange-lab/qod/v0/sessions")]
    [InlineData(3, "/quality-on-demand/v1/sessions", "/quality-on-demand/v1/retrieve-sessions", "/qos-profiles/v1/retrieve-qos-profiles")]
    public async Task Nothing_that_is_sent_makes_a_5xx_or_leaves_the_shape(int seed, params string[] paths)
    {
        var random = new Random(seed);
        var statuses = new SortedDictionary<int, int>();
        for (var i = 0; i < Requests / 2; i++)
        {
            using var request = Next(random, paths);
            var what = $"seed {seed}, request {i}: {request.Method} {request.RequestUri}";
            using var response = await gateway.Http.SendAsync(request);
            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            Assert.True(status < 500, $"{what}: {status}");
            if (status < 400 || request.Method == HttpMethod.Head) continue;

            var text = await response.Content.ReadAsStringAsync();
            // Kestrel refuses what is not HTTP before there is anybody to ask; it answers with an empty body and closes.
            if (text.Length == 0 && status == 400 && response.Headers.ConnectionClose == true) continue;
            var error = Parse(text) ?? throw new InvalidOperationException($"{what}: {status} with '{text}'");
            Assert.Contains(string.Join(' ', error.Select(member => member.Key)), Shapes);
            Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        }
        output.WriteLine(string.Join(", ", statuses));
        // The dice must reach the handlers too, or the test tells nothing.
        Assert.True(statuses.ContainsKey(201) && statuses.ContainsKey(400) && statuses.ContainsKey(404) && statuses.ContainsKey(405) && statuses.ContainsKey(415), string.Join(", ", statuses));
    }

    private static HttpRequestMessage Next(Random random, string[] paths)
    {
        var path = random.Next(10) switch
        {
            < 5 => paths[random.Next(paths.Length)],
            < 7 => $"{paths[0]}/6a4d570a-6607-466d-889b-473e361afaa1/extend",
            // Two slashes in front would name another host.
            _ => "/" + Segments[random.Next(7)] + "/" + string.Join('/', Enumerable.Range(0, random.Next(0, 5)).Select(_ => Segments[random.Next(Segments.Length)])),
        };
        var method = paths.Contains(path) && random.Next(8) > 0 ? "POST" : Methods[random.Next(Methods.Length)];
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (random.Next(20) > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Gateway.Mock);
        if (method is not ("GET" or "HEAD" or "TRACE"))
        {
            request.Content = new ByteArrayContent(NextBody(random));
            var contentType = random.Next(8) > 0 ? "application/json" : ContentTypes[random.Next(ContentTypes.Length)];
            if (contentType.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        if (random.Next(6) == 0)
        {
            var (name, value) = Headers[random.Next(Headers.Length)];
            if (name == "Authorization") request.Headers.Authorization = null;
            if (!(name == "Transfer-Encoding" && request.Content is null) && name != "Expect") request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    private static byte[] NextBody(Random random)
    {
        // The 0 at the end keeps clear of the numbers to which the simulated operator answers with trouble.
        var text = Template.Replace("11111111", $"{random.Next(1_000_000, 9_999_999)}0", StringComparison.Ordinal);
        // Half the bodies lose some members, so that not every one of them names two devices or fails at the first.
        var tree = JsonNode.Parse(text)!.AsObject();
        foreach (var name in new[] { "networkAccessIdentifier", "ipv4Address", "ipv6Address" })
            if (random.Next(2) == 0) tree["device"]!.AsObject().Remove(name);
        // A third are of the legacy shape.
        if (random.Next(3) == 0)
            foreach (var name in new[] { "device", "applicationServer", "qosProfile" }) tree.Remove(name);
        text = tree.ToJsonString();

        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var colon = NthIndexOf(text, ':', random.Next(1, 24));
            text = random.Next(5) switch
            {
                0 when colon > 0 => text[..(colon + 1)] + Values[random.Next(Values.Length)] + text[EndOfValue(text, colon + 1)..],
                1 when colon > 0 => text[..(colon + 1)] + Values[random.Next(Values.Length)] + text[EndOfValue(text, colon + 1)..],
                2 => text.Insert(random.Next(text.Length + 1), Noise[random.Next(Noise.Length)].ToString()),
                3 when text.Length > 2 => text.Remove(random.Next(text.Length - 1), 1),
                _ => text[..random.Next(text.Length + 1)] + text[random.Next(text.Length + 1)..],
            };
        }
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(12) == 0 && bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static int NthIndexOf(string text, char wanted, int n)
    {
        var at = -1;
        while (n-- > 0 && (at = text.IndexOf(wanted, at + 1)) >= 0)
        {
        }
        return at;
    }

    /// <summary>Roughly: to the next comma or brace, which leaves some bodies broken.</summary>
    private static int EndOfValue(string text, int from)
    {
        var end = text.AsSpan(from).IndexOfAny(',', '}');
        return end < 0 ? text.Length : from + end;
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

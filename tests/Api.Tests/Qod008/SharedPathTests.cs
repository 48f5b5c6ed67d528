using System.Net.Sockets;
using System.Text;
using QodOrleans.Api.Http;

namespace QodOrleans.Api.Tests.Qod008;

/// <summary>Two releases at one path (docs/conformance.md, R01): the body says which one a request is for.</summary>
public sealed class SharedPathTests(Gateway gateway) : IClassFixture<Gateway>
{
    private static readonly BodyMatchMetadata Members = new(own: ["ueId", "qos"], others: ["device", "qosProfile"]);

    [Theory]
    [InlineData("""{"ueId":{}}""", true)]
    [InlineData("""{"duration":1,"asPorts":{"ports":[1,2]},"qos":1}""", true)]
    [InlineData("""{"u\u0065Id":{}}""", true)]
    [InlineData("""{"ueId":{},"qosProfile":"QOS_E"}""", false)]
    [InlineData("""{"device":{},"ueId":{}}""", false)]
    [InlineData("""{"webhook":{"ueId":{},"qos":1}}""", false)]
    [InlineData("""{"ueId":{},"device":null,"qosProfile":null}""", true)]
    [InlineData("""{"ueId":null,"qos":null}""", false)]
    [InlineData("""{"ueId":null,"qos":null,"device":{}}""", false)]
    [InlineData("""{"ueId":null,"qos":"QOS_E"}""", true)]
    [InlineData("""{"qosprofile":"QOS_E","UEID":{}}""", false)]
    [InlineData("""{"ueId":{},""", true)]
    [InlineData("""{"ueId":{}} x""", true)]
    [InlineData("""{"x":nonsense,"ueId":{}}""", false)]
    [InlineData("""["ueId"]""", false)]
    [InlineData("\"ueId\"", false)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    public void R01_a_body_is_told_by_its_own_members(string body, bool claimed) => Assert.Equal(claimed, Members.Claims(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"ueId":{}}""", new[] { "code", "message" })]
    [InlineData("""{"device":{}}""", new[] { "status", "code", "message" })]
    [InlineData("{}", new[] { "status", "code", "message" })]
    [InlineData("", new[] { "status", "code", "message" })]
    [InlineData("nonsense", new[] { "status", "code", "message" })]
    public async Task R01_each_body_is_answered_in_its_releases_words(string body, string[] members)
    {
        var answer = await gateway.SendAsync("POST", "/qod/v0/sessions", body);

        Assert.Equal(400, answer.Status);
        Assert.Equal(members, answer.Json.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Without_a_token_nobody_looks_into_the_body() =>
        (await gateway.SendAsync("POST", "/qod/v0/sessions", """{"ueId":{}}""", token: null)).Is(401, "UNAUTHENTICATED", "Authorization failed: an access token is needed");

    [Fact]
    public async Task A_token_or_scope_that_will_not_do_is_refused_in_the_bodys_words()
    {
        var wrong = await gateway.SendAsync("POST", "/qod/v0/sessions", """{"ueId":{}}""", token: "wrong");
        Assert.Equal((401, """{"code":"UNAUTHORIZED","message":"Authorization failed: the access token is not valid"}"""), (wrong.Status, wrong.Text));

        var reading = await gateway.AccessTokenAsync(scope: "qod-sessions-read");
        var forbidden = await gateway.SendAsync("POST", "/qod/v0/sessions", """{"ueId":{}}""", reading);
        Assert.Equal((403, "FORBIDDEN"), (forbidden.Status, (string?)forbidden.Json["code"]));
    }

    [Fact]
    public async Task A_body_that_comes_in_pieces_is_read_from_its_start()
    {
        const string Body = """{"ueId":{"msisdn":"+34612345678"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E","duration":60}""";
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await using var stream = client.GetStream();
        await WriteAsync($"POST /qod/v0/sessions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        foreach (var piece in Body.Chunk(9)) await WriteAsync($"{piece.Length:x}\r\n{new string(piece)}\r\n");
        await WriteAsync("0\r\n\r\n");

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 201 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"msisdn\":\"+34612345678\"", answer, StringComparison.Ordinal);

        async Task WriteAsync(string text)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            await stream.FlushAsync();
        }
    }

    [Fact]
    public async Task A_body_that_does_not_come_to_its_end_in_time_is_408()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /qod/v0/sessions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Gateway.Mock}\r\nContent-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{{"));
        var timeout = TimeSpan.FromSeconds(15);
        await gateway.Clock.TimerSetAsync(timeout);
        gateway.Clock.Advance(timeout);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"ueId\":")]
    [InlineData("{\"device\":")]
    public async Task A_body_that_is_too_large_is_413_whosever_it_is(string start)
    {
        var answer = await gateway.SendAsync("POST", "/qod/v0/sessions", start + "\"" + new string('x', JsonBody.LongestBytes) + "\"}");
        Assert.Equal((413, "PAYLOAD_TOO_LARGE"), (answer.Status, (string?)answer.Json["code"]));
    }
}

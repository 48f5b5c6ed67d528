using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Api.Tests;

/// <summary>One device has one address in one family, on every surface.</summary>
public sealed class DeviceAddressTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string NewBody = """{"device":{"ipv4Address":V4},"applicationServer":{"ipv4Address":"198.51.100.7"},"qosProfile":"QOS_E","duration":300}""";

    /// <summary>Each place where a device can be named: a body with the place of an IPv4 or an IPv6 address.</summary>
    public static TheoryData<string, string, string> Places => new()
    {
        { "/qod/v0/sessions", """{"ueId":{"ipv4addr":"V4"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E"}""", "INVALID_INPUT" },
        { "/qod/v0/sessions", """{"ueId":{"ipv6addr":"V6"},"asId":{"ipv4addr":"198.51.100.7"},"qos":"QOS_E"}""", "INVALID_INPUT" },
        { "/qod/v0/sessions", With("""{"publicAddress":"V4","publicPort":1}"""), "INVALID_ARGUMENT" },
        { "/qod/v0/sessions", With("""{"publicAddress":"203.0.113.9","privateAddress":"V4"}"""), "INVALID_ARGUMENT" },
        { "/qod/v0/sessions", With6(), "INVALID_ARGUMENT" },
        { "/v1/qod/sessions", With("""{"publicAddress":"V4"}"""), "INVALID_ARGUMENT" },
        { "/v1/qod/sessions", With6(), "INVALID_ARGUMENT" },
        { "/camara/quality-on-demand/orange-lab/qod/v0/sessions", With("""{"publicAddress":"V4","publicPort":1}"""), "24" },
        { "/camara/quality-on-demand/orange-lab/qod/v0/sessions", With6(), "24" },
        { "/quality-on-demand/v1/sessions", With("""{"publicAddress":"V4","publicPort":1}"""), "INVALID_ARGUMENT" },
        { "/quality-on-demand/v1/sessions", With("""{"publicAddress":"203.0.113.9","privateAddress":"V4"}"""), "INVALID_ARGUMENT" },
        { "/quality-on-demand/v1/sessions", With6(), "INVALID_ARGUMENT" },
        { "/quality-on-demand/v1/retrieve-sessions", With("""{"publicAddress":"V4","publicPort":1}"""), "INVALID_ARGUMENT" },
        { "/quality-on-demand/v1/retrieve-sessions", With6(), "INVALID_ARGUMENT" },
        { "/qos-profiles/v1/retrieve-qos-profiles", With("""{"publicAddress":"V4","publicPort":1}"""), "INVALID_ARGUMENT" },
        { "/qos-profiles/v1/retrieve-qos-profiles", With6(), "INVALID_ARGUMENT" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task R53_what_can_be_no_devices_address_is_400_everywhere(string path, string body, string code)
    {
        string[] addresses = body.Contains("V4", StringComparison.Ordinal)
            ? ["127.0.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0", "255.255.255.255"]
            : ["::ffff:203.0.113.9", "0:0:0:0:0:FFFF:cb00:7109", "::1", "fe80::1", "ff02::1", "::"];
        foreach (var address in addresses)
        {
            var answer = await gateway.SendAsync("POST", path, body.Replace("V4", address, StringComparison.Ordinal).Replace("V6", address, StringComparison.Ordinal));
            Assert.Equal((address, 400, code), (address, answer.Status, answer.Json["code"]!.ToString()));
            Assert.Contains("cannot be a device's address", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task R53_one_flow_gets_one_session_however_its_address_is_written()
    {
        Assert.Equal(201, (await SendAsync("""{"ipv4Address":{"publicAddress":"203.0.113.71","privateAddress":"203.0.113.71"}}""")).Status);
        Assert.Equal(400, (await SendAsync("""{"ipv6Address":"::ffff:203.0.113.71"}""")).Status);
        Assert.Equal(201, (await SendAsync("""{"ipv6Address":"2001:db8:34:71::1"}""")).Status);
        Assert.Equal(409, (await SendAsync("""{"ipv6Address":"2001:0DB8:0034:0071:0:0:0:2"}""")).Status);

        Task<Answer> SendAsync(string device) => gateway.CreateAsync(Gateway.Body(b => b["device"] = JsonNode.Parse(device)));
    }

    /// <summary>The samples name the address that a request came from. Tried out on one machine that is loopback, where the token is from too.</summary>
    [Fact]
    public async Task R53_with_a_lines_token_loopback_is_for_the_operators_to_know()
    {
        var line = new SubscriberLine(new OperatorId("offers"), new Device { PhoneNumber = "+34600000000" });
        var token = gateway.Services.GetRequiredService<AccessTokens>().Issue("my-app-id", "user", line, [.. gateway.Scopes.All]);
        var body = Gateway.Body(b =>
        {
            b["device"] = JsonNode.Parse("""{"ipv4Address":{"publicAddress":"127.0.0.1","publicPort":50000}}""");
            // Loopback is one line for all tests: to a server of its own.
            b["applicationServer"] = JsonNode.Parse("""{"ipv4Address":"198.51.100.53"}""");
        });
        Assert.Equal(201, (await gateway.CreateAsync(body, token)).Status);
        (await gateway.CreateAsync(body)).IsSchemaError("device.ipv4Address.publicAddress");
    }

    private static string With(string v4) => NewBody.Replace("V4", v4, StringComparison.Ordinal);

    private static string With6() => NewBody.Replace("""{"ipv4Address":V4}""", """{"ipv6Address":"V6"}""", StringComparison.Ordinal);
}

using System.Text;
using System.Text.Json;
using QodOrleans.Api.Http;
using QodOrleans.Api.Releases.Qod010;

namespace QodOrleans.Api.Tests;

/// <summary>Q10: what two readers could read in two ways is refused.</summary>
public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"duration":1,"duration":2}""", "duration")]
    [InlineData("""{"duration":1,"dur\u0061tion":2}""", "duration")]
    [InlineData("""{"device":{"phoneNumber":"1","phoneNumber":"2"}}""", "device.phoneNumber")]
    [InlineData("""{"x":1,"x":1}""", "body")]
    [InlineData("""{"x":{"y":[{"z":1,"z":2}]}}""", "body")]
    [InlineData("""{"x":1,"\u0078":1}""", "body")]
    [InlineData("""{"qosProfile":"a\u0000b"}""", "body")]
    [InlineData("""{"x\u0000":1}""", "body")]
    [InlineData("""{"x":"\\\u0000"}""", "body")]
    [InlineData("""{"qosProfile":"\ud800"}""", "qosProfile")]
    [InlineData("""{"\ud800":1}""", "body")]
    [InlineData("{} {}", "body")]
    [InlineData("{}x", "body")]
    [InlineData("{},", "body")]
    [InlineData("""{"duration":1,}""", "body")]
    [InlineData("/* c */{}", "body")]
    [InlineData("{}// c", "body")]
    [InlineData("{'duration':1}", "body")]
    [InlineData("""{"duration":NaN}""", "duration")]
    [InlineData("""{"duration":01}""", "duration")]
    [InlineData("""{"duration":1.0}""", "duration")]
    [InlineData("""{"duration":"1"}""", "duration")]
    [InlineData("""{"duration":2147483648}""", "duration")]
    [InlineData("""{"qosProfile":1}""", "qosProfile")]
    [InlineData("""{"qosProfile":{}}""", "qosProfile")]
    [InlineData("""{"device":"+34600000000"}""", "device")]
    [InlineData("""{"devicePorts":{"ports":{}}}""", "devicePorts.ports")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("\"{}\"", "body")]
    [InlineData("1", "body")]
    [InlineData(" ", "body")]
    [InlineData("{", "body")]
    [InlineData("\ufeff{}", "body")]
    public void What_can_be_read_in_two_ways_is_refused(string json, string place)
    {
        var (value, fault) = Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(value);
        Assert.Equal(place != "body" && IsJson(json) ? FaultKind.MemberInvalid : FaultKind.BodyInvalid, fault.Kind);
        Assert.Equal(place, fault.Detail.Split(':')[0]);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xc0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xed, 0xa0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0x00, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'}', 0x00 })]
    public void Bytes_that_are_no_text_are_refused(byte[] bytes) => Assert.Equal(FaultKind.BodyInvalid, Parse(bytes).Fault.Kind);

    [Fact]
    public void R51_a_member_that_is_null_is_absent()
    {
        var body = Parse("""{"qosProfile":null,"duration":null,"device":{"phoneNumber":null,"ipv4Address":{"publicPort":null}},"devicePorts":{"ranges":[{"from":null}],"ports":null},"webhook":null}"""u8.ToArray()).Value!;
        Assert.Equal((null, null, null, null), (body.QosProfile, body.Duration, body.Device!.PhoneNumber, body.Device.Ipv4Address!.PublicPort));
        Assert.Equal((null, null, null), (body.DevicePorts!.Ranges![0]!.From, body.DevicePorts.Ports, body.Webhook));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"unknown":null,"x":{"device":1},"y":[null,1.5,"\u0001"]}""")]
    [InlineData("""{"Duration":"not ours: names are compared as they are"}""")]
    [InlineData("""{"x":"\\u0000"}""")]
    [InlineData("""{"$ref":"a","$id":"b"}""")]
    [InlineData(" \r\n\t{ } \n")]
    [InlineData("""{"x":{"y":1},"z":{"y":1}}""")]
    public void Unknown_members_are_ignored(string json) => Assert.NotNull(Parse(Encoding.UTF8.GetBytes(json)).Value);

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Sixteen_levels_are_read(int depth, bool read)
    {
        var json = string.Concat(Enumerable.Repeat("{\"x\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Assert.Equal(read, Parse(Encoding.UTF8.GetBytes(json)).Value is not null);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static (CreateSessionBody? Value, Fault Fault) Parse(byte[] body) => JsonBody.Parse(body, Qod010Operations.CreateSessionType);
}

using System.Net;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Flows;

namespace QodOrleans.Api.Tests.Authorization;

public sealed class LoginHintTests
{
    [Fact]
    public void L02_L19_each_form_is_read_as_the_device_that_it_names()
    {
        Assert.Equal(new Device { PhoneNumber = "+34666666666" }, LoginHint.Read("tel:+34666666666"));
        Assert.Equal(new Device { PhoneNumber = "+34666666666" }, LoginHint.Read("TEL:+34666666666"));
        Assert.Equal(new Device { PhoneNumber = "+34666666666" }, LoginHint.Read("phone_number:+34666666666"));
        Assert.Equal(V4("80.90.34.2", 16790), LoginHint.Read("IpPort:80.90.34.2:16790"));
        Assert.Equal(V4("80.90.34.2", 16790), LoginHint.Read("ipport:80.90.34.2:16790"));
        Assert.Equal(V4("80.90.34.2", null), LoginHint.Read("ipport:80.90.34.2"));
        Assert.Equal(new Device { Ipv6Address = "2001:db8::1" }, LoginHint.Read("ipport:[2001:db8::1]:8080"));
        Assert.Equal(new Device { Ipv6Address = "2001:db8::1" }, LoginHint.Read("ipport:[2001:0DB8:0::1]"));
        Assert.Equal(V4("80.90.34.2", 1), LoginHint.Read("ipport:[::ffff:80.90.34.2]:1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tel:")]
    [InlineData("tel:+0123456")]
    [InlineData("tel:+1234")]
    [InlineData("tel:+1234567890123456")]
    [InlineData("tel:+34-666666666")]
    [InlineData("tel:+3466666666٦")]
    [InlineData("phone_number:34666666666")]
    [InlineData("tel +34666666666")]
    [InlineData("ipport:")]
    [InlineData("ipport:80.90.34")]
    [InlineData("ipport:080.90.34.2")]
    [InlineData("ipport:0x50.90.34.2")]
    [InlineData("ipport:80.90.34.2/32")]
    [InlineData("ipport:80.90.34.2:65536")]
    [InlineData("ipport:80.90.34.2:-1")]
    [InlineData("ipport:80.90.34.2:+1")]
    [InlineData("ipport:80.90.34.2: 1")]
    [InlineData("ipport:80.90.34.2:1:2")]
    [InlineData("ipport:2001:db8::1")]
    [InlineData("ipport:[2001:db8::1")]
    [InlineData("ipport:[]")]
    [InlineData("ipport:[2001:db8::1]8080")]
    [InlineData("ipport:[2001:db8::1]:")]
    [InlineData("ipport:[fe80::1%25eth0]")]
    [InlineData("ipport:[80.90.34.2]")]
    [InlineData("ipport:localhost:1")]
    public void R33_anything_else_is_no_hint(string hint) => Assert.Null(LoginHint.Read(hint));

    [Fact]
    public void The_address_of_a_request_names_a_device_by_the_family_that_it_really_is()
    {
        Assert.Equal(V4("203.0.113.25", 4711), LoginHint.Of(IPAddress.Parse("::ffff:203.0.113.25"), 4711));
        Assert.Equal(new Device { Ipv6Address = "fe80::1" }, LoginHint.Of(IPAddress.Parse("fe80::1%3"), 4711));
    }

    private static Device V4(string address, int? port) => new() { Ipv4Address = new DeviceIpv4Address(address, null, port) };
}

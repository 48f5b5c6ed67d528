using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Tests.Flows;

public sealed class DeviceAddressTests
{
    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("10.0.0.7")]
    [InlineData("100.64.0.1")]
    [InlineData("192.168.1.255")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:db8:34::1")]
    [InlineData("2001:DB8:34:0:0:0:0:1")]
    [InlineData("fd00::1")]
    [InlineData("fec0::1")]
    public void A_unicast_address_can_be_a_devices(string text) => Assert.Null(WhyNot(text));

    [Theory]
    // the same IPv4 address in other forms
    [InlineData("::ffff:203.0.113.9")]
    [InlineData("::FFFF:203.0.113.9")]
    [InlineData("0:0:0:0:0:ffff:203.0.113.9")]
    [InlineData("::ffff:cb00:7109")]
    [InlineData("::203.0.113.9")]
    [InlineData("::ffff:0:203.0.113.9")]
    [InlineData("64:ff9b::203.0.113.9")]
    // nobody's, or everybody's
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("169.254.0.1")]
    [InlineData("169.254.255.254")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("febf::1")]
    [InlineData("ff02::1")]
    [InlineData("ff0e::1")]
    public void No_other_can(string text)
    {
        Assert.StartsWith("cannot be a device's address", WhyNot(text), StringComparison.Ordinal);
        Assert.StartsWith("cannot be a device's address", WhyNot(text, fromLine: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("::1")]
    public void Loopback_can_be_the_line_of_whoever_has_a_token_for_one_and_nobody_elses(string text)
    {
        Assert.NotNull(WhyNot(text));
        Assert.Null(WhyNot(text, fromLine: true));
        Assert.NotNull(WhyNot(text.Contains(':', StringComparison.Ordinal) ? "::ffff:127.0.0.1" : "127.1", fromLine: true));
    }

    [Fact]
    public void A_mapped_address_that_was_stored_once_is_its_IPv4_address()
    {
        var mapped = new Device { Ipv6Address = "0:0:0:0:0:FFFF:203.0.113.9" };
        Assert.Equal(new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.9", null, null) }, mapped.ToCanonical());
        var beside = mapped with { Ipv4Address = new DeviceIpv4Address("203.0.113.9", null, 80) };
        Assert.Equal(beside with { Ipv6Address = null }, beside.ToCanonical());
        var native = new Device { Ipv6Address = "2001:db8:34::1" };
        Assert.Same(native, native.ToCanonical());
    }

    private static string? WhyNot(string text, bool fromLine = false) =>
        text.Contains(':', StringComparison.Ordinal) ? DeviceAddress.WhyNoIpv6(text, fromLine) : DeviceAddress.WhyNoIpv4(text, fromLine);
}

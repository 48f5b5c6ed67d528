using System.Net;
using FsCheck;
using FsCheck.Fluent;
using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Tests.Flows;

public sealed class AddressBlockTests
{
    [Theory]
    [InlineData("203.0.113.25", "203.0.113.25/32")]
    [InlineData("0.0.0.0", "0.0.0.0/32")]
    [InlineData("255.255.255.255", "255.255.255.255/32")]
    public void Ipv4_is_read_as_four_decimal_octets(string text, string canonical)
    {
        Assert.True(AddressBlock.TryParseIpv4(text, out var address));
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData(".1.2.3")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.4.")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.1000")]
    [InlineData("010.0.0.1")]
    [InlineData("10.00.0.1")]
    [InlineData("10.0.0.01")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("2130706433")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1.2. 3.4")]
    [InlineData("1.2.3.4\n")]
    [InlineData("1.2.3.4\0")]
    [InlineData("+1.2.3.4")]
    [InlineData("-1.2.3.4")]
    [InlineData("1.2.3.4/32")]
    [InlineData("1.2.3.4:80")]
    [InlineData("１.2.3.4")]
    [InlineData("١.2.3.4")]
    [InlineData("1,2.3.4")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("localhost")]
    public void Any_other_spelling_of_ipv4_is_refused(string text)
    {
        Assert.False(AddressBlock.TryParseIpv4(text, out _));
        Assert.False(AddressBlock.TryParseIpv4Block(text + "/24", out _));
    }

    [Theory]
    [InlineData("::", "::/128")]
    [InlineData("::1", "::1/128")]
    [InlineData("2001:db8:34::7", "2001:db8:34::7/128")]
    [InlineData("2001:0DB8:0034:0000:0000:0000:0000:0007", "2001:db8:34::7/128")]
    [InlineData("3a6e:97df:0614:d555:a0db:66c4:1ac5:fbfb", "3a6e:97df:614:d555:a0db:66c4:1ac5:fbfb/128")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221/128")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4/32")]
    [InlineData("::ffff:102:304", "1.2.3.4/32")]
    [InlineData("0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4/32")]
    public void Ipv6_is_read_in_every_legal_form(string text, string canonical)
    {
        Assert.True(AddressBlock.TryParseIpv6(text, out var address));
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("12345::1")]
    [InlineData("g::1")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1")]
    [InlineData(" ::1")]
    [InlineData("2001:db8::203.0.113.09")]
    [InlineData("::ffff:1.2.3.04")]
    [InlineData("::1.2.3")]
    [InlineData("::1 ")]
    [InlineData("::1\n")]
    [InlineData("::1/128")]
    [InlineData("::ffff:010.0.0.1")]
    [InlineData("::ffff:127.1")]
    [InlineData("::ffff:256.1.1.1")]
    [InlineData("::ffff:1.2.3.4.5")]
    [InlineData("1.2.3.4")]
    [InlineData("1.2.3.4::")]
    [InlineData("::１")]
    public void Any_other_spelling_of_ipv6_is_refused(string text)
    {
        Assert.False(AddressBlock.TryParseIpv6(text, out _));
        Assert.False(AddressBlock.TryParseIpv6Block(text + "/64", out _));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("55.2.85.35", "55.2.85.35/32")]
    [InlineData("203.0.113.25/24", "203.0.113.0/24")]
    [InlineData("203.0.113.25/32", "203.0.113.25/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("2001:db8:34::7/48", "2001:db8:34::/48")]
    [InlineData("2001:db8:34::7/128", "2001:db8:34::7/128")]
    [InlineData("::ffff:1.2.3.4/120", "1.2.3.0/24")]
    [InlineData("::ffff:1.2.3.4/96", "0.0.0.0/0")]
    public void A_block_is_an_address_with_a_mask(string text, string canonical)
    {
        Assert.True(AddressBlock.TryParseIpv4Block(text, out var block) || AddressBlock.TryParseIpv6Block(text, out block));
        Assert.Equal(canonical, block.ToString());
    }

    [Theory]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/+8")]
    [InlineData("1.2.3.4/08")]
    [InlineData("1.2.3.4/00")]
    [InlineData("1.2.3.4/8 ")]
    [InlineData("1.2.3.4/ 8")]
    [InlineData("1.2.3.4/8/8")]
    [InlineData("1.2.3.4/255.255.255.0")]
    [InlineData("1.2.3.4/8\0")]
    [InlineData("2001:db8::/64\0")]
    [InlineData("1.2.3.4/x")]
    [InlineData("/24")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::/064")]
    [InlineData("2001:db8::/")]
    [InlineData("2001:db8::/1000")]
    [InlineData("/64")]
    public void Masks_out_of_range_or_oddly_spelt_are_refused(string text)
    {
        Assert.False(AddressBlock.TryParseIpv4Block(text, out _));
        Assert.False(AddressBlock.TryParseIpv6Block(text, out _));
    }

    [Theory]
    [InlineData("1.2.3.4", "::ffff:1.2.3.4", true)]
    [InlineData("1.2.3.0/24", "::ffff:1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "::ffff:9.9.9.9", true)]
    [InlineData("1.2.3.4", "::ffff:1.2.3.5", false)]
    [InlineData("1.2.3.4", "::1.2.3.4", false)]
    [InlineData("0.0.0.0/0", "::/0", false)]
    [InlineData("0.0.0.0/0", "2001:db8::/32", false)]
    public void Ipv4_overlaps_ipv6_only_where_the_ipv6_address_is_an_ipv4_one_in_disguise(string v4, string v6, bool overlap)
    {
        Assert.True(AddressBlock.TryParseIpv4Block(v4, out var left) & AddressBlock.TryParseIpv6Block(v6, out var right));
        Assert.Equal((overlap, overlap), (left.Overlaps(right), right.Overlaps(left)));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3/32", true)]
    [InlineData("10.1.2.3/32", "10.1.2.3/32", true)]
    [InlineData("10.1.2.0/24", "10.0.0.0/8", false)]
    [InlineData("10.0.0.0/8", "11.0.0.0/32", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255/32", true)]
    public void A_block_contains_what_lies_wholly_inside(string outer, string inner, bool contained)
    {
        Assert.True(AddressBlock.TryParseIpv4Block(outer, out var left) & AddressBlock.TryParseIpv4Block(inner, out var right));
        Assert.Equal(contained, left.Contains(right));
    }

    [Fact]
    public void Widening_gives_the_network_around_an_address_and_never_narrows()
    {
        Assert.True(AddressBlock.TryParseIpv6("2001:db8:34:1:2:3:4:5", out var address));
        Assert.Equal("2001:db8:34:1::/64", address.Widen(64).ToString());
        Assert.Equal("2001:db8:34:1::/64", address.Widen(64).Widen(128).ToString());
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var blocks =
            from isIpv6 in Gen.Elements(false, true)
            from bytes in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(isIpv6 ? 16 : 4)
            from prefix in Gen.Choose(0, isIpv6 ? 128 : 32)
            select $"{new IPAddress(bytes)}/{prefix}";

        Properties.Hold(blocks.ToArbitrary(), text =>
        {
            Assert.True(AddressBlock.TryParseIpv4Block(text, out var block) || AddressBlock.TryParseIpv6Block(text, out block));
            var written = block.ToString();
            Assert.True(AddressBlock.TryParseIpv4Block(written, out var again) || AddressBlock.TryParseIpv6Block(written, out again));
            Assert.Equal(block, again);
            Assert.Equal(written, again.ToString());
        });
    }

    [Fact]
    public void An_address_from_a_socket_is_the_same_block_as_its_text()
    {
        var addresses = Gen.Elements(4, 16).SelectMany(length => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length)).Select(bytes => new IPAddress(bytes));

        Properties.Hold(addresses.ToArbitrary(), address =>
        {
            Assert.True(AddressBlock.TryParseIpv4(address.ToString(), out var block) || AddressBlock.TryParseIpv6(address.ToString(), out block));
            Assert.Equal(block, AddressBlock.Of(address));
        });
    }

    /// <summary>Hosts beyond the mask do not matter, and a block holds as many addresses as its mask says.</summary>
    [Fact]
    public void A_block_is_its_network()
    {
        Properties.Hold(Gen.Choose(0, 255).Zip(Gen.Choose(24, 32)).ToArbitrary(), pair =>
        {
            var (host, prefix) = pair;
            Assert.True(AddressBlock.TryParseIpv4Block($"203.0.113.{host}/{prefix}", out var block));
            Assert.Equal((UInt128)(1 << (32 - prefix)), block.Last - block.First + 1);
            Assert.Equal(UInt128.Zero, block.First % (UInt128)(1 << (32 - prefix)));
            Assert.True(AddressBlock.TryParseIpv4($"203.0.113.{host}", out var address) && block.Contains(address));
        });
    }
}

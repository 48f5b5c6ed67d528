using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace QodOrleans.Core.Flows;

/// <summary>An IPv4 or IPv6 address with its mask: all addresses from <see cref="First"/> to <see cref="Last"/>.</summary>
public readonly record struct AddressBlock
{
    private static readonly SearchValues<char> Ipv6Alphabet = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly bool isIpv6;

    private AddressBlock(bool isIpv6, UInt128 address, int prefixLength)
    {
        var hostBits = (isIpv6 ? 128 : 32) - prefixLength;
        var hostMask = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        this.isIpv6 = isIpv6;
        PrefixLength = prefixLength;
        First = address & ~hostMask;
        Last = address | hostMask;
    }

    public UInt128 First { get; }

    public UInt128 Last { get; }

    /// <summary>False for IPv4, and for an IPv4-mapped IPv6 address, which is the same machine.</summary>
    public bool IsIpv6 => isIpv6;

    /// <summary>0 to 32 for IPv4, 0 to 128 for IPv6.</summary>
    public int PrefixLength { get; }

    /// <summary>Overlap is symmetric, and never across families.</summary>
    public bool Overlaps(AddressBlock other) => isIpv6 == other.isIpv6 && First <= other.Last && other.First <= Last;

    public bool Contains(AddressBlock other) => isIpv6 == other.isIpv6 && First <= other.First && other.Last <= Last;

    /// <summary>The block of <paramref name="prefixLength"/> bits around this one.</summary>
    public AddressBlock Widen(int prefixLength) => new(isIpv6, First, Math.Min(prefixLength, PrefixLength));

    /// <summary>A block of either family, for constants.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static AddressBlock Parse(string text) =>
        TryParseIpv4Block(text, out var block) || TryParseIpv6Block(text, out block)
            ? block
            : throw new ArgumentException($"'{text}' is not an address block.", nameof(text));

    /// <summary>Four decimal octets without leading zeros: no <c>127.1</c>, <c>0x7f.1</c> or <c>010.0.0.1</c>, which readers read differently.</summary>
    public static bool TryParseIpv4(ReadOnlySpan<char> text, out AddressBlock block) => TryParse(text, isIpv6: false, maskAllowed: false, out block);

    /// <summary>A single IPv6 address, without zone or brackets.</summary>
    public static bool TryParseIpv6(ReadOnlySpan<char> text, out AddressBlock block) => TryParse(text, isIpv6: true, maskAllowed: false, out block);

    /// <summary>An IPv4 address, or one with a mask of 0 to 32: <c>0.0.0.0/0</c> is every address.</summary>
    public static bool TryParseIpv4Block(ReadOnlySpan<char> text, out AddressBlock block) => TryParse(text, isIpv6: false, maskAllowed: true, out block);

    /// <summary>An IPv6 address, or one with a mask of 0 to 128.</summary>
    public static bool TryParseIpv6Block(ReadOnlySpan<char> text, out AddressBlock block) => TryParse(text, isIpv6: true, maskAllowed: true, out block);

    private static bool TryParse(ReadOnlySpan<char> text, bool isIpv6, bool maskAllowed, out AddressBlock block)
    {
        block = default;
        var width = isIpv6 ? 128 : 32;
        var prefixLength = width;
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            var mask = text[(slash + 1)..];
            if (!maskAllowed || !TryParseNumber(mask, width, out prefixLength)) return false;
            text = text[..slash];
        }
        if (isIpv6 ? !TryReadIpv6(text, out var address) : !TryReadIpv4(text, out address)) return false;

        block = isIpv6 ? Ipv6(address, prefixLength) : new AddressBlock(isIpv6: false, address, prefixLength);
        return true;
    }

    private static bool TryReadIpv4(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        for (var octet = 0; octet < 4; octet++)
        {
            var end = octet == 3 ? text.Length : text.IndexOf('.');
            if (end < 0 || !TryParseNumber(text[..end], 255, out var value)) return false;
            address = (address << 8) | (uint)value;
            text = octet == 3 ? default : text[(end + 1)..];
        }
        return true;
    }

    private static bool TryReadIpv6(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        // IPAddress also takes zones, brackets and ports; the alphabet keeps those out.
        if (text.Length is < 2 or > 45 || !text.Contains(':') || text.ContainsAnyExcept(Ipv6Alphabet)) return false;
        // RFC 4291, 2.2.3: the last 32 bits may be decimal octets, which IPAddress would take with zeros in front.
        if (text.Contains('.') && !TryReadIpv4(text[(text.LastIndexOf(':') + 1)..], out _)) return false;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6) return false;
        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    /// <summary>Decimal digits without sign, blank or leading zero.</summary>
    private static bool TryParseNumber(ReadOnlySpan<char> text, int most, out int value)
    {
        value = 0;
        // The digits are looked at first: int.TryParse overlooks NULs at the end.
        return text.Length is > 0 and <= 3
            && !text.ContainsAnyExceptInRange('0', '9')
            && (text.Length == 1 || text[0] != '0')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value <= most;
    }

    /// <summary>The single address, as a block of its own.</summary>
    public static AddressBlock Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? new AddressBlock(isIpv6: false, BinaryPrimitives.ReadUInt32BigEndian(bytes), 32)
            : Ipv6(BinaryPrimitives.ReadUInt128BigEndian(bytes), 128);
    }

    // An IPv4-mapped IPv6 address is the same machine: ::ffff:a.b.c.d overlaps a.b.c.d.
    private static AddressBlock Ipv6(UInt128 address, int prefixLength) => address >> 32 == 0xffff && prefixLength >= 96
        ? new AddressBlock(isIpv6: false, address & uint.MaxValue, prefixLength - 96)
        : new AddressBlock(isIpv6: true, address, prefixLength);

    /// <summary>Canonical: the first address and the mask.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, First);
        return $"{new IPAddress(isIpv6 ? bytes : bytes[12..])}/{PrefixLength}";
    }
}

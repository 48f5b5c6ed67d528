using System.Diagnostics.CodeAnalysis;

namespace QodOrleans.Core.Flows;

/// <summary>Which addresses can be a device's, the same for every surface: single unicast ones, in one family each. Else one device had two names, and
/// got two sessions on one flow.</summary>
public static class DeviceAddress
{
    private const string Unfit =
        "cannot be a device's address, as it is loopback, link-local, multicast, unspecified, broadcast or an IPv4 address in IPv6 form";

    // RFC 1122, 3.2.1.3; RFC 3927; RFC 1112.
    private static readonly AddressBlock[] NoIpv4 = [.. new[] { "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255" }.Select(AddressBlock.Parse)];

    // RFC 4291, 2.4. All of ::/8 that is not reserved stands for an IPv4 address (mapped, compatible, translated) or for no machine.
    private static readonly AddressBlock[] NoIpv6 = [.. new[] { "::/8", "fe80::/10", "ff00::/8" }.Select(AddressBlock.Parse)];

    private static readonly AddressBlock[] Loopback = [.. new[] { "127.0.0.0/8", "::1" }.Select(AddressBlock.Parse)];

    /// <summary>Null for a device's IPv4 address, else what is wrong with it.</summary>
    /// <param name="fromLine">The caller has a token for one line. A developer on one machine calls from loopback, and the samples name
    /// that address: then the operators say whether it is the line's, which it is in the sandbox only.</param>
    public static string? WhyNoIpv4(string text, bool fromLine = false) =>
        !AddressBlock.TryParseIpv4(text, out var address) ? "must be four decimal octets"
        : IsIn(Loopback, address) ? fromLine ? null : Unfit
        : IsIn(NoIpv4, address) ? Unfit
        : null;

    /// <summary>Null for a device's IPv6 address, else what is wrong with it.</summary>
    /// <inheritdoc cref="WhyNoIpv4"/>
    public static string? WhyNoIpv6(string text, bool fromLine = false) =>
        !AddressBlock.TryParseIpv6(text, out var address) ? "must be a single IPv6 address"
        : IsIn(Loopback, address) && address.IsIpv6 ? fromLine ? null : Unfit
        : !address.IsIpv6 || IsIn(NoIpv6, address) ? Unfit
        : null;

    /// <summary>The IPv4 address in an IPv4-mapped one (RFC 4291, 2.5.5.2).</summary>
    internal static bool TryUnmap(string ipv6, [NotNullWhen(true)] out string? ipv4)
    {
        ipv4 = AddressBlock.TryParseIpv6(ipv6, out var address) && !address.IsIpv6 ? address.ToString().Split('/')[0] : null;
        return ipv4 is not null;
    }

    private static bool IsIn(AddressBlock[] blocks, AddressBlock address)
    {
        foreach (var block in blocks)
            if (block.Contains(address)) return true;
        return false;
    }
}

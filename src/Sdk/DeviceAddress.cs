using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace QodOrleans.Sdk;

/// <summary>A device as the network sees it. An IPv4-mapped IPv6 address, as dual-stack servers report it, is the IPv4 address.</summary>
internal readonly record struct DeviceAddress
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("0123456789abcdefABCDEF:.");

    private DeviceAddress(IPAddress address, int? port)
    {
        Address = address;
        Port = port;
    }

    private IPAddress Address { get; }

    private int? Port { get; }

    /// <param name="ip">Four decimal octets, or IPv6 without zone.</param>
    /// <param name="port">0 to 65535.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static DeviceAddress Of(string ip, int? port)
    {
        if (!TryReadAddress(ip, out var address)) throw new ArgumentException("An address is four decimal octets, or IPv6.", nameof(ip));
        if (port is < 0 or > ushort.MaxValue) throw new ArgumentOutOfRangeException(nameof(port), port, "A port is 0 to 65535.");
        return new DeviceAddress(address, port);
    }

    /// <param name="ipPort"><c>203.0.113.25:8080</c>, <c>203.0.113.25</c>, <c>[2001:db8::1]:8080</c>, <c>[2001:db8::1]</c>, or IPv6 without brackets and
    /// port.</param>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static DeviceAddress Parse(string ipPort)
    {
        if (ipPort.StartsWith('['))
        {
            var end = ipPort.IndexOf(']');
            return end > 0 ? Of(ipPort[1..end], ReadPort(ipPort[(end + 1)..])) : throw new ArgumentException("The bracket is not closed.", nameof(ipPort));
        }
        var colon = ipPort.IndexOf(':');
        return colon < 0 || colon != ipPort.LastIndexOf(':') ? Of(ipPort, port: null) : Of(ipPort[..colon], ReadPort(ipPort[colon..]));
    }

    /// <summary>CAMARA's <c>login_hint</c>.</summary>
    public string ToLoginHint()
    {
        var host = Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Address}]" : $"{Address}";
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"ipport:{host}:{port}") : $"ipport:{host}";
    }

    /// <summary>Without a port there can be no translation of addresses, and then the private address is the public one (CAMARA,
    /// <c>DeviceIpv4Addr</c>).</summary>
    public Device ToDevice() => Address.AddressFamily == AddressFamily.InterNetworkV6
        ? new Device { Ipv6Address = $"{Address}" }
        : new Device
        {
            Ipv4Address = new DeviceIpv4Address { PublicAddress = $"{Address}", PublicPort = Port, PrivateAddress = Port is null ? $"{Address}" : null },
        };

    private static bool TryReadAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        // The class library also reads 127.1, 0x7f.1, masks and zones, none of which names a device elsewhere.
        if (text.AsSpan().ContainsAnyExcept(Alphabet) || !IPAddress.TryParse(text, out address))
        {
            address = null;
            return false;
        }
        // It reads leading zeros too, alone and at the end of IPv6.
        var end = text[(text.LastIndexOf(':') + 1)..];
        if ((address.AddressFamily == AddressFamily.InterNetwork || end.Contains('.', StringComparison.Ordinal)) && !IsIpv4(end)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return true;
    }

    private static bool IsIpv4(string text) => IPAddress.TryParse(text, out var address) && address.ToString() == text;

    private static int? ReadPort(string text)
    {
        if (text.Length == 0) return null;
        return text[0] == ':' && text.Length <= 6 && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new ArgumentException("A device is ip:port, [ipv6]:port, or an address alone.");
    }
}

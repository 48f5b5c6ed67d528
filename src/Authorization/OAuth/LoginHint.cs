using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using QodOrleans.Core.Flows;

namespace QodOrleans.Authorization.OAuth;

/// <summary>Who is to be logged in, as CAMARA writes it: <c>tel:+34666666666</c>, <c>ipport:80.90.34.2</c>, <c>ipport:80.90.34.2:16790</c>,
/// <c>ipport:[2001:db8::1]</c> or <c>ipport:[2001:db8::1]:8080</c>. The kind is written in any case, and <c>phone_number:</c> is <c>tel:</c>, as an operator's
/// own collection of requests has it.</summary>
internal static partial class LoginHint
{
    private const string IpPort = "ipport:";

    private static readonly string[] NumberKinds = ["tel:", "phone_number:"];

    /// <returns>Null for anything else; an IPv6 address without brackets too, whose last group could be a port.</returns>
    public static Device? Read(string hint)
    {
        foreach (var kind in NumberKinds)
            if (hint.StartsWith(kind, StringComparison.OrdinalIgnoreCase)) return ReadNumber(hint[kind.Length..]);
        if (!hint.StartsWith(IpPort, StringComparison.OrdinalIgnoreCase)) return null;
        var text = hint[IpPort.Length..];
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            if (end < 0 || !TryReadPort(text[(end + 1)..], out var port)) return null;
            var inside = text[1..end];
            return AddressBlock.TryParseIpv6(inside, out _) ? Of(IPAddress.Parse(inside), port) : null;
        }
        var colon = text.IndexOf(':');
        var address = colon < 0 ? text : text[..colon];
        return TryReadPort(text[address.Length..], out var port4) && AddressBlock.TryParseIpv4(address, out _) ? Of(IPAddress.Parse(address), port4) : null;
    }

    /// <summary>Whether it names a kind of hint that we do not know, like <c>operatortoken:…</c>.</summary>
    public static bool IsOfUnknownKind(string hint) =>
        Kind().IsMatch(hint) && !NumberKinds.Append(IpPort).Any(kind => hint.StartsWith(kind, StringComparison.OrdinalIgnoreCase));

    /// <summary>A device by its address, as the network sees it. An IPv4-mapped IPv6 address is the IPv4 address; IPv6 has no address translation, so
    /// its port does not matter.</summary>
    public static Device Of(IPAddress address, int? port)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? new Device { Ipv4Address = new DeviceIpv4Address(address.ToString(), null, port) }
            : new Device { Ipv6Address = new IPAddress(address.GetAddressBytes()).ToString() };
    }

    /// <summary>E.164 with "+" (RFC 3966, global, without separators).</summary>
    private static Device? ReadNumber(string number) =>
        number.Length is >= 6 and <= 16 && number[0] == '+' && number[1] is >= '1' and <= '9' && !number.AsSpan(1).ContainsAnyExceptInRange('0', '9')
            ? new Device { PhoneNumber = number }
            : null;

    /// <summary>Nothing, or ":" and a port.</summary>
    private static bool TryReadPort(string text, out int? port)
    {
        port = null;
        if (text.Length == 0) return true;
        if (text[0] != ':' || text.Length is < 2 or > 6 || text.AsSpan(1).ContainsAnyExceptInRange('0', '9')) return false;
        port = int.Parse(text[1..], CultureInfo.InvariantCulture);
        return port <= ushort.MaxValue;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+._-]*:")]
    private static partial Regex Kind();
}

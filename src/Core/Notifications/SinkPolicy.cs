using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Notifications;

/// <summary>Where events may be sent. Asked when a session is made, and again about the address of every connection: a name can be
/// pointed elsewhere in between.</summary>
/// <param name="sandbox">Allows <c>http</c> and loopback, and nothing else more than production does.</param>
public sealed class SinkPolicy(bool sandbox)
{
    private const int LongestUrl = 2048;

    // Unreserved, reserved, and the sign of an encoding (RFC 3986, 2).
    private static readonly SearchValues<char> UriAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly AddressBlock[] Loopback = Blocks("127.0.0.0/8", "::1/128");

    // Private, shared, link-local, benchmarking, multicast and reserved ranges. In IPv6 everything but 2000::/3 (global unicast), which covers
    // the IPv4-compatible, IPv4-translated and NAT64 prefixes; inside it the protocol assignments with Teredo, and 6to4, carry IPv4 addresses.
    private static readonly AddressBlock[] Inside = Blocks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/3", "4000::/2", "8000::/1", "2001::/23", "2002::/16");

    /// <summary>Reads a sink from a request.</summary>
    /// <param name="why">What is wrong with it, for the client.</param>
    public bool TryParse(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? why)
    {
        url = null;
        why = text.Length > LongestUrl ? $"is longer than {LongestUrl} characters" : WhyNoUri(text);
        if (why is null) why = Uri.TryCreate(text, UriKind.Absolute, out url) ? Refusal(url) : "is not an absolute URI";
        if (why is not null) url = null;
        return why is null;
    }

    /// <summary>Whether a connection to this address may be made.</summary>
    public bool Allows(IPAddress address)
    {
        var block = AddressBlock.Of(address);
        return Any(Loopback, block) ? sandbox : !Any(Inside, block);
    }

    /// <summary>What RFC 3986 says of the text, where <see cref="Uri"/> makes do with less: it would encode what had to be encoded, and so call another
    /// address than the one given.</summary>
    private static string? WhyNoUri(string text)
    {
        if (text.AsSpan().ContainsAnyExcept(UriAlphabet))
            return "holds a character that must be percent-encoded in a URI, such as a blank or one outside ASCII";
        for (var rest = text.AsSpan(); rest.IndexOf('%') is >= 0 and var at; rest = rest[(at + 3)..])
            if (rest.Length < at + 3 || !char.IsAsciiHexDigit(rest[at + 1]) || !char.IsAsciiHexDigit(rest[at + 2]))
                return "holds a % that two hexadecimal digits do not follow";

        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0) return "is not an absolute URI";
        var authority = Authority(text);
        if (text.AsSpan(start + 3 + authority.Length).ContainsAny('[', ']')) return "holds a bracket that must be percent-encoded";
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        return authority.ContainsAny('[', ']') ? WhyNoIpLiteral(host) : WhyNoIpv4Address(host);
    }

    /// <summary>RFC 3986, 3.2.2: an IPv4 address is four decimal octets. Everything else that ends in a number, such as <c>127.1</c>, <c>0x7f.1</c> or
    /// <c>0177.0.0.1</c>, is a name there, and an address for <see cref="Uri"/>, browsers and resolvers, but not always the same one.</summary>
    private static string? WhyNoIpv4Address(ReadOnlySpan<char> host)
    {
        if (host.LastIndexOf(':') is >= 0 and var colon) host = host[..colon];
        // The last label, as WHATWG's URL standard looks for it ("ends in a number").
        var last = host.EndsWith('.') ? host[..^1] : host;
        last = last[(last.LastIndexOf('.') + 1)..];
        var isNumber = last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? !last[2..].ContainsAnyExcept(HexDigits)
            : !last.IsEmpty && !last.ContainsAnyExceptInRange('0', '9');
        return isNumber && !AddressBlock.TryParseIpv4(host, out _) ? "ends in a number, and is no IPv4 address of four decimal octets" : null;
    }

    /// <summary>RFC 3986, 3.2.2: an IPv6 address in brackets, without a zone, and behind it nothing but a port.</summary>
    private static string? WhyNoIpLiteral(ReadOnlySpan<char> host)
    {
        if (host.Contains('%')) return "must not name a zone";
        var end = host.IndexOf(']');
        if (!host.StartsWith("[") || end < 0 || !IPAddress.TryParse(host[1..end], out _)) return "holds brackets around what is no IPv6 address";
        var port = host[(end + 1)..];
        return port.IsEmpty || (port[0] == ':' && !port[1..].ContainsAnyExceptInRange('0', '9')) ? null : "holds something other than a port behind the brackets";
    }

    private string? Refusal(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !(sandbox && url.Scheme == Uri.UriSchemeHttp)) return sandbox ? "must be https or http" : "must be https";
        if (url.UserInfo.Length > 0 || Authority(url.OriginalString).Contains('@')) return "must not hold user information";
        if (url.Fragment.Length > 0 || url.OriginalString.Contains('#')) return "must not have a fragment";
        if (url.Host.Length == 0 || url.Port == 0) return "must name a host and port";
        // A trailing dot only says that the name is complete.
        var host = url.DnsSafeHost.TrimEnd('.');
        if (IPAddress.TryParse(host, out var address) ? !Allows(address) : IsLocalName(host) && !sandbox)
            return "points where events are not delivered";
        return null;
    }

    /// <summary>As it was written: <see cref="Uri"/> hides user information that is empty.</summary>
    private static ReadOnlySpan<char> Authority(string url)
    {
        var rest = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        return end < 0 ? rest : rest[..end];
    }

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static bool Any(AddressBlock[] blocks, AddressBlock address)
    {
        foreach (var block in blocks)
            if (block.Contains(address)) return true;
        return false;
    }

    private static AddressBlock[] Blocks(params string[] texts) => [.. texts.Select(AddressBlock.Parse)];
}

using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Profiles;

namespace QodOrleans.Api.Http;

/// <summary>What values may be, where several surfaces agree on it. How they are written: <see cref="WireFormats"/>.</summary>
internal static class Validation
{
    /// <summary>A day: the longest session that any release before 0.11 lets a client ask for. Seconds.</summary>
    public const int LongestDuration = 86_400;

    /// <summary>The rule of <see cref="IsClassicProfile"/>, for messages.</summary>
    public const string ClassicProfilesRule = "must be QOS_E, QOS_S, QOS_M or QOS_L";

    /// <summary>The rule of <see cref="IsProfileName"/>, for messages.</summary>
    public const string ProfileNameRule = "must be 3 to 256 letters, digits or _ . -";

    /// <summary>The rule of <see cref="IsInternationalNumber"/>, for messages.</summary>
    public const string InternationalNumberRule = "must be + and 5 to 15 digits, the first of them not 0";

    private const int LongestToken = 1_024;

    public static bool IsPort(int port) => port is >= 0 and <= 65535;

    /// <summary><c>^\+?[0-9]{5,15}$</c></summary>
    public static bool IsPhoneNumber(ReadOnlySpan<char> text)
    {
        if (text is ['+', .. var digits]) text = digits;
        return text.Length is >= 5 and <= 15 && !text.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary><c>^\+[1-9][0-9]{4,14}$</c></summary>
    public static bool IsInternationalNumber(ReadOnlySpan<char> text) =>
        text is ['+', >= '1' and <= '9', .. var rest] && rest.Length is >= 4 and <= 14 && !rest.ContainsAnyExceptInRange('0', '9');

    /// <summary>RFC 7542: user and realm, both present; 253 is what a AAA protocol carries.</summary>
    public static bool IsNetworkAccessIdentifier(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (text.Length > 253 || at < 1 || at == text.Length - 1 || text.IndexOf('@', at + 1) >= 0) return false;
        foreach (var c in text)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        return true;
    }

    /// <summary>Null for a token that a sink can be given, else what is wrong with it. The token becomes a header at the sink: a line break in it would start
    /// another header.</summary>
    public static string? WhyNoAuthToken(string text, int least = 1, int most = LongestToken)
    {
        if (text.Length < least || text.Length > most || text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return $"must be {least} to {most} printable ASCII characters";
        // A scheme may stand before the token (docs/conformance.md, R57), but not instead of it.
        var said = text.AsSpan().Trim(' ');
        return said.IsEmpty || said.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? "has no token in it" : null;
    }

    /// <summary>The four that were an enumeration before profiles got names of their own.</summary>
    public static bool IsClassicProfile(string name) => name is "QOS_E" or "QOS_S" or "QOS_M" or "QOS_L";

    /// <summary><c>^[a-zA-Z0-9_.-]+$</c>, 3 to 256.</summary>
    public static bool IsProfileName(string text)
    {
        if (text.Length is < 3 or > 256) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return false;
        return true;
    }

    public static Fault? CheckDuration(int? seconds) =>
        seconds is null or (>= 1 and <= LongestDuration) ? null : Fault.Member("duration", $"must be 1 to {LongestDuration}");

    /// <summary>A day, or the profile's own maximum if that is less: the duration of a session that states none, and the most that may remain after an
    /// extension (docs/conformance.md, R41).</summary>
    public static TimeSpan LongestDurationWith(QosProfile? profile)
    {
        var day = TimeSpan.FromSeconds(LongestDuration);
        return profile?.LongestDuration < day ? profile.LongestDuration : day;
    }

    /// <summary>Null if this can be a device's address; <paramref name="caller"/> made the request.</summary>
    public static Fault? CheckDeviceIpv4(string? address, string place, Caller caller) =>
        address is not null && DeviceAddress.WhyNoIpv4(address, caller.Line is not null) is { } why ? Fault.Member(place, why) : null;

    /// <inheritdoc cref="CheckDeviceIpv4"/>
    public static Fault? CheckDeviceIpv6(string? address, string place, Caller caller) =>
        address is not null && DeviceAddress.WhyNoIpv6(address, caller.Line is not null) is { } why ? Fault.Member(place, why) : null;

    /// <param name="ipv4Place">The members' names differ between releases.</param>
    public static Fault? CheckServer(string? ipv4, string ipv4Place, string? ipv6, string ipv6Place)
    {
        if (ipv4 is not null && !AddressBlock.TryParseIpv4Block(ipv4, out _))
            return Fault.Member(ipv4Place, "must be an IPv4 address, with or without a mask of 0 to 32");
        if (ipv6 is not null && !AddressBlock.TryParseIpv6Block(ipv6, out _))
            return Fault.Member(ipv6Place, "must be an IPv6 address, with or without a mask of 0 to 128");
        return null;
    }
}

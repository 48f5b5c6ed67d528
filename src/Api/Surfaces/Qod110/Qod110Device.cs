using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>Which device a request is about, the same in both APIs of the release (docs/conformance.md, Q05): a 3-legged token says it and the request
/// must not; with a 2-legged one the request does.</summary>
internal static class Qod110Device
{
    /// <summary>Null if the release's schema allows it, else the first thing it does not allow.</summary>
    public static ErrorAnswer? Check(DeviceBody? device)
    {
        if (device is null) return null;
        if ((device.PhoneNumber ?? device.NetworkAccessIdentifier ?? device.Ipv6Address ?? (object?)device.Ipv4Address) is null)
            return Qod110Errors.InvalidArgument("device", "must hold an identifier");

        if (device.PhoneNumber is { } phone && !Validation.IsInternationalNumber(phone))
            return Qod110Errors.InvalidArgument("device.phoneNumber", Validation.InternationalNumberRule);
        if (device.Ipv6Address is { } v6 && DeviceAddress.WhyNoIpv6(v6) is { } why) return Qod110Errors.InvalidArgument("device.ipv6Address", why);
        return device.Ipv4Address is { } v4 ? CheckIpv4Address(v4) : null;
    }

    /// <summary>What to ask the engine about, for a body that <see cref="Check"/> has passed.</summary>
    /// <param name="required">Whether a 2-legged request must name a device.</param>
    /// <param name="candidates">One device for each identifier, in the order in which to try them; a single null for the caller's own line, and
    /// none where a device is neither given nor needed.</param>
    public static ErrorAnswer? Choose(DeviceBody? device, Caller caller, bool required, out Device?[] candidates)
    {
        candidates = [];
        if (caller.Line is not null)
        {
            if (device is not null) return Qod110Errors.UnnecessaryIdentifier;
            candidates = [null];
            return null;
        }
        if (device is null) return required ? Qod110Errors.MissingIdentifier : null;

        candidates = [.. Identifiers(device)];
        return candidates.Length == 0 ? Qod110Errors.UnsupportedIdentifier : null;
    }

    /// <summary>Asks with one identifier after the other until an operator knows one. They are never compared: that would let a client find out
    /// which of them belong to one person (the release's <c>DeviceResponse</c>).</summary>
    public static async Task<T> AskAsync<T>(Device?[] candidates, Func<Device?, Task<T>> ask, Func<T, SessionError?> errorOf)
    {
        var last = candidates.Length - 1;
        for (var i = 0; i < last; i++)
        {
            var answer = await ask(candidates[i]);
            if (errorOf(answer) is not { Code: SessionErrorCode.DeviceNotIdentified or SessionErrorCode.DeviceInconsistent }) return answer;
        }
        return await ask(candidates[last]);
    }

    /// <summary><c>DeviceResponse</c>: the identifier in use. A session made here has just that one; one made elsewhere may have several, or one
    /// that this release would not have taken.</summary>
    public static DeviceBody? ToWire(Device device)
    {
        if (device.PhoneNumber is { } phone)
        {
            // Older releases take numbers without their "+".
            var number = phone.StartsWith('+') ? phone : "+" + phone;
            if (Validation.IsInternationalNumber(number)) return new DeviceBody { PhoneNumber = number };
        }
        if (device.Ipv4Address is { } v4 && (v4.PrivateAddress is not null || v4.PublicPort is not null))
            return new DeviceBody { Ipv4Address = new() { PublicAddress = v4.PublicAddress, PrivateAddress = v4.PrivateAddress, PublicPort = v4.PublicPort } };
        return device.Ipv6Address is { } v6 ? new DeviceBody { Ipv6Address = v6 } : null;
    }

    /// <summary>The most certain first. CAMARA does not allow the network access identifier to be used yet.</summary>
    private static IEnumerable<Device> Identifiers(DeviceBody device)
    {
        if (device.PhoneNumber is { } phone) yield return new Device { PhoneNumber = phone };
        if (device.Ipv4Address is { } v4) yield return new Device { Ipv4Address = new DeviceIpv4Address(v4.PublicAddress!, v4.PrivateAddress, v4.PublicPort) };
        if (device.Ipv6Address is { } v6) yield return new Device { Ipv6Address = v6 };
    }

    private static ErrorAnswer? CheckIpv4Address(DeviceIpv4AddressBody v4)
    {
        if (v4.PublicAddress is null || (v4.PrivateAddress is null && v4.PublicPort is null))
            return Qod110Errors.InvalidArgument("device.ipv4Address", "must hold publicAddress, and privateAddress or publicPort");
        if (DeviceAddress.WhyNoIpv4(v4.PublicAddress) is { } why) return Qod110Errors.InvalidArgument("device.ipv4Address.publicAddress", why);
        if (v4.PrivateAddress is { } inner && DeviceAddress.WhyNoIpv4(inner) is { } whyNot)
            return Qod110Errors.InvalidArgument("device.ipv4Address.privateAddress", whyNot);
        return v4.PublicPort is { } port && !Validation.IsPort(port) ? Qod110Errors.OutOfRange("device.ipv4Address.publicPort", "must be 0 to 65535") : null;
    }
}

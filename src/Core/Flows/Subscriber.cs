namespace QodOrleans.Core.Flows;

/// <summary>What a subscriber is called, by each of the identifiers that a device can have. Two ways to write one identifier give one name. Personal
/// data.</summary>
internal static class Subscriber
{
    /// <summary>What the name of one who is known by number starts with.</summary>
    public const string TelScheme = "tel:";

    /// <param name="phoneNumber">With or without its "+".</param>
    public static string OfNumber(string phoneNumber) => TelScheme + Canonical(phoneNumber);

    public static string OfIpv4(DeviceIpv4Address address)
    {
        var canonical = address.ToCanonical();
        // The canonical form has one of the two at most.
        var port = canonical.PublicPort is { } number ? $":{number}" : "";
        var inner = canonical.PrivateAddress is { } inside ? $"/{inside}" : "";
        return $"ipv4:{canonical.PublicAddress}{port}{inner}";
    }

    /// <summary>Any address of the device's /64 names the device (CAMARA, DeviceIpv6Address).</summary>
    public static string OfIpv6(AddressBlock address) => "ipv6:" + address.Widen(64);

    public static string Canonical(string phoneNumber) => phoneNumber.StartsWith('+') ? phoneNumber : "+" + phoneNumber;
}

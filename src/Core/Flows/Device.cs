namespace QodOrleans.Core.Flows;

/// <summary>CAMARA <c>Device</c>, as a client sent it: at least one identifier. Personal data: never logged.</summary>
public sealed record Device
{
    /// <summary>E.164, 5 to 15 digits, with or without "+".</summary>
    public string? PhoneNumber { get; init; }

    /// <summary>For example <c>123456789@domain.com</c>.</summary>
    public string? NetworkAccessIdentifier { get; init; }

    public DeviceIpv4Address? Ipv4Address { get; init; }

    /// <summary>A single address; any of the device's subnet names the device.</summary>
    public string? Ipv6Address { get; init; }

    /// <summary>The same device, with an IPv4-mapped IPv6 address replaced by its IPv4 address. Requests with such an address are refused now, but older
    /// sessions in the store may have one.</summary>
    /// <remarks>No property, because the record is stored as it was sent: stores write properties.</remarks>
    public Device ToCanonical() => Ipv6Address is { } v6 && DeviceAddress.TryUnmap(v6, out var v4)
        ? this with { Ipv4Address = Ipv4Address ?? new DeviceIpv4Address(v4, PrivateAddress: null, PublicPort: null), Ipv6Address = null }
        : this;

    /// <summary>Says which identifiers are given, without their values.</summary>
    public override string ToString()
    {
        string?[] kinds =
        [
            PhoneNumber is null ? null : "phoneNumber",
            NetworkAccessIdentifier is null ? null : "networkAccessIdentifier",
            Ipv4Address is null ? null : "ipv4Address",
            Ipv6Address is null ? null : "ipv6Address",
        ];
        return $"Device({string.Join(", ", kinds.Where(kind => kind is not null))})";
    }
}

/// <summary>A device by its public address. Behind an address translator, the port or the private address is needed too.</summary>
/// <param name="PublicPort">0 to 65535.</param>
public sealed record DeviceIpv4Address(string PublicAddress, string? PrivateAddress, int? PublicPort)
{
    /// <summary>The form that keys, comparisons and names are made from: the same for every way to write one device. Several devices can share a public
    /// address. The port tells them apart; the private address does so only where there is no port, so with a port it is left out. It is left out too
    /// where it equals the public address: then there is no address translator, and the public address alone names the device.</summary>
    /// <remarks>No property, because the record is stored as it was sent: stores write properties.</remarks>
    public DeviceIpv4Address ToCanonical() =>
        PublicPort is not null || PrivateAddress == PublicAddress ? this with { PrivateAddress = null } : this;

    public override string ToString() => nameof(DeviceIpv4Address);
}

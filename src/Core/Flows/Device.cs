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

    /// <summary>The same device, an IPv4-mapped address as the IPv4 address that it is. Requests hold none; what was stored before they were refused
    /// may.</summary>
    /// <remarks>No property, because the record is stored as it was sent: stores write properties.</remarks>
    public Device ToCanonical() => Ipv6Address is { } v6 && DeviceAddress.TryUnmap(v6, out var v4)
        ? this with { Ipv4Address = Ipv4Address ?? new DeviceIpv4Address(v4, PrivateAddress: null, PublicPort: null), Ipv6Address = null }
        : this;

    /// <summary>Which identifiers there are, not what they are.</summary>
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

/// <summary>A device by its public address; behind an address translator by that with the port, or with the private address.</summary>
/// <param name="PublicPort">0 to 65535.</param>
public sealed record DeviceIpv4Address(string PublicAddress, string? PrivateAddress, int? PublicPort)
{
    /// <summary>The same value for every way to write one device: what keys, comparisons and names are made from. The port tells devices behind
    /// one address apart, without it the private address; a private address that is the public one says that there is no translator, which is
    /// what the public address alone says too.</summary>
    /// <remarks>No property, because the record is stored as it was sent: stores write properties.</remarks>
    public DeviceIpv4Address ToCanonical() =>
        PublicPort is not null || PrivateAddress == PublicAddress ? this with { PrivateAddress = null } : this;

    public override string ToString() => nameof(DeviceIpv4Address);
}

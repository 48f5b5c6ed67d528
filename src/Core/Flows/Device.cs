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

/// <summary>A device behind an address translator: the public address with the port, or with the private address.</summary>
/// <param name="PublicPort">0 to 65535.</param>
public sealed record DeviceIpv4Address(string PublicAddress, string? PrivateAddress, int? PublicPort)
{
    public override string ToString() => nameof(DeviceIpv4Address);
}

using System.Text.Json.Serialization;

// CAMARA QoD 0.10.1, member by member.
namespace QodOrleans.Sdk;

/// <summary>A device, by at least one identifier.</summary>
public sealed record Device
{
    /// <summary>E.164, <c>+34600000000</c>.</summary>
    public string? PhoneNumber { get; init; }

    public string? NetworkAccessIdentifier { get; init; }

    public DeviceIpv4Address? Ipv4Address { get; init; }

    /// <summary>Sent as it is. IPv4-mapped IPv6, as servers on both protocols report IPv4, is refused here; <see cref="At"/> takes it for IPv4.</summary>
    public string? Ipv6Address { get; init; }

    /// <param name="ip">As the device's request came from it.</param>
    /// <param name="port">Likewise; operators that translate addresses need it.</param>
    /// <exception cref="ArgumentException">Not an IPv4 or IPv6 address, or not a port.</exception>
    public static Device At(string ip, int? port = null) => DeviceAddress.Of(ip, port).ToDevice();

    /// <summary>Says nothing: whose device it is belongs in no log.</summary>
    public override string ToString() => "Device";
}

/// <summary>The address that the world sees, with the port, or with the address that the device itself has.</summary>
public sealed record DeviceIpv4Address
{
    public required string PublicAddress { get; init; }

    public string? PrivateAddress { get; init; }

    public int? PublicPort { get; init; }

    public override string ToString() => "DeviceIpv4Address";
}

/// <summary>The other end of the traffic: an address, or a range in CIDR form.</summary>
public sealed record ApplicationServer
{
    /// <summary>Whatever the device talks to over IPv4.</summary>
    public static ApplicationServer Any { get; } = new() { Ipv4Address = "0.0.0.0/0" };

    public string? Ipv4Address { get; init; }

    public string? Ipv6Address { get; init; }
}

/// <summary>Ports, ranges of ports, or both.</summary>
public sealed record PortsSpec
{
    public IReadOnlyList<PortRange>? Ranges { get; init; }

    public IReadOnlyList<int>? Ports { get; init; }
}

/// <summary>Both ends belong to it.</summary>
public sealed record PortRange(int From, int To);

/// <summary>Where a session's events go.</summary>
/// <param name="NotificationAuthToken">20 to 256 characters, sent along as a bearer token. Answers do not carry it.</param>
public sealed record Webhook(Uri NotificationUrl, string? NotificationAuthToken = null)
{
    public override string ToString() => $"Webhook {{ NotificationUrl = {NotificationUrl} }}";
}

/// <summary>What a session is to be.</summary>
public sealed record CreateSession
{
    public required Device Device { get; init; }

    public required QoSProfile QosProfile { get; init; }

    /// <summary>Default: any.</summary>
    public ApplicationServer ApplicationServer { get; init; } = ApplicationServer.Any;

    /// <summary>Default: all.</summary>
    public PortsSpec? DevicePorts { get; init; }

    /// <summary>Default: all.</summary>
    public PortsSpec? ApplicationServerPorts { get; init; }

    /// <summary>Default: no events are sent.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>Whole seconds, 1 second to 1 day or to what the profile allows. Default: 1 day.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Duration { get; init; }
}

/// <summary>A session as it was when the aggregator answered.</summary>
public sealed record SessionInfo
{
    public required Guid SessionId { get; init; }

    public required QosStatus QosStatus { get; init; }

    public required QoSProfile QosProfile { get; init; }

    public required Device Device { get; init; }

    public required ApplicationServer ApplicationServer { get; init; }

    public PortsSpec? DevicePorts { get; init; }

    public PortsSpec? ApplicationServerPorts { get; init; }

    public Webhook? Webhook { get; init; }

    /// <summary>Extensions included.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan? Duration { get; init; }

    /// <summary>To the second. Of a requested session: when it was asked for.</summary>
    [JsonConverter(typeof(EpochSecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>To the second.</summary>
    [JsonConverter(typeof(EpochSecondsConverter))]
    public required DateTimeOffset ExpiresAt { get; init; }
}

public enum QosStatus
{
    /// <summary>The operator has not confirmed it yet.</summary>
    [JsonStringEnumMemberName("REQUESTED")]
    Requested,

    [JsonStringEnumMemberName("AVAILABLE")]
    Available,

    /// <summary>Over, or ended by the network.</summary>
    [JsonStringEnumMemberName("UNAVAILABLE")]
    Unavailable,
}

/// <summary>What a QoS profile promises. What it leaves open is null.</summary>
public sealed record QosProfileDetails
{
    public required QoSProfile Name { get; init; }

    public string? Description { get; init; }

    public required QosProfileStatus Status { get; init; }

    public Quantity? TargetMinUpstreamRate { get; init; }

    public Quantity? MaxUpstreamRate { get; init; }

    public Quantity? MaxUpstreamBurstRate { get; init; }

    public Quantity? TargetMinDownstreamRate { get; init; }

    public Quantity? MaxDownstreamRate { get; init; }

    public Quantity? MaxDownstreamBurstRate { get; init; }

    public Quantity? MinDuration { get; init; }

    public Quantity? MaxDuration { get; init; }

    /// <summary>1 to 100; less goes first.</summary>
    public int? Priority { get; init; }

    public Quantity? PacketDelayBudget { get; init; }

    public Quantity? Jitter { get; init; }

    /// <summary>The negative exponent of ten: 3 is one packet in a thousand.</summary>
    public int? PacketErrorLossRate { get; init; }
}

public enum QosProfileStatus
{
    [JsonStringEnumMemberName("ACTIVE")]
    Active,

    [JsonStringEnumMemberName("INACTIVE")]
    Inactive,

    [JsonStringEnumMemberName("DEPRECATED")]
    Deprecated,
}

/// <param name="Unit">CAMARA's word: <c>kbps</c>, <c>Milliseconds</c> …</param>
public sealed record Quantity(int Value, string Unit);

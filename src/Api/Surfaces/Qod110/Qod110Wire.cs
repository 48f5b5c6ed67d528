using System.Text.Json.Serialization;
using QodOrleans.Api.Http;

// The shapes of CAMARA release r3.2: quality-on-demand 1.1.0 and qos-profiles 1.1.0, member by member. In requests, every member may be absent,
// or null, which is the same.
namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary><c>CreateSession</c>.</summary>
internal sealed class CreateSessionBody
{
    public DeviceBody? Device { get; set; }

    public ApplicationServerBody? ApplicationServer { get; set; }

    public PortsSpecBody? DevicePorts { get; set; }

    public PortsSpecBody? ApplicationServerPorts { get; set; }

    public string? QosProfile { get; set; }

    public string? Sink { get; set; }

    public SinkCredentialBody? SinkCredential { get; set; }

    /// <summary>Seconds.</summary>
    public int? Duration { get; set; }
}

/// <summary><c>Device</c>, and <c>DeviceResponse</c>, which has one member.</summary>
internal sealed class DeviceBody
{
    public string? PhoneNumber { get; set; }

    public string? NetworkAccessIdentifier { get; set; }

    public DeviceIpv4AddressBody? Ipv4Address { get; set; }

    public string? Ipv6Address { get; set; }
}

internal sealed class DeviceIpv4AddressBody
{
    public string? PublicAddress { get; set; }

    public string? PrivateAddress { get; set; }

    public int? PublicPort { get; set; }
}

internal sealed class ApplicationServerBody
{
    public string? Ipv4Address { get; set; }

    public string? Ipv6Address { get; set; }
}

/// <summary><c>SinkCredential</c> and the only one of its kinds that this release takes, <c>AccessTokenCredential</c>. Read, never written: no
/// answer carries a secret back.</summary>
internal sealed class SinkCredentialBody
{
    public string? CredentialType { get; set; }

    public string? AccessToken { get; set; }

    /// <summary>RFC 3339.</summary>
    public string? AccessTokenExpiresUtc { get; set; }

    public string? AccessTokenType { get; set; }
}

/// <summary><c>ExtendSessionDuration</c>.</summary>
internal sealed class ExtendSessionDurationBody
{
    /// <summary>Seconds.</summary>
    public int? RequestedAdditionalDuration { get; set; }
}

/// <summary><c>RetrieveSessionsInput</c>.</summary>
internal sealed class RetrieveSessionsBody
{
    public DeviceBody? Device { get; set; }
}

/// <summary><c>QosProfileDeviceRequest</c>.</summary>
internal sealed class RetrieveQosProfilesBody
{
    public DeviceBody? Device { get; set; }

    public string? Name { get; set; }

    public string? Status { get; set; }
}

/// <summary><c>SessionInfo</c>.</summary>
internal sealed class SessionInfoBody
{
    public required string SessionId { get; init; }

    public DeviceBody? Device { get; init; }

    public required ApplicationServerBody ApplicationServer { get; init; }

    public PortsSpecBody? DevicePorts { get; init; }

    public PortsSpecBody? ApplicationServerPorts { get; init; }

    public required string QosProfile { get; init; }

    public string? Sink { get; init; }

    /// <summary>Seconds; once the session is over, what it really lasted.</summary>
    public required long Duration { get; init; }

    /// <summary>RFC 3339, whole seconds; absent where the session never was AVAILABLE.</summary>
    public string? StartedAt { get; init; }

    /// <summary>RFC 3339, whole seconds; always <c>startedAt</c> + <c>duration</c>, and absent where that is.</summary>
    public string? ExpiresAt { get; init; }

    public required string QosStatus { get; init; }

    public string? StatusInfo { get; init; }
}

/// <summary><c>QosProfile</c>.</summary>
internal sealed class QosProfileBody
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string Status { get; init; }

    public AvailabilityBody[]? CountryAvailability { get; init; }

    public QuantityBody? TargetMinUpstreamRate { get; init; }

    public QuantityBody? MaxUpstreamRate { get; init; }

    public QuantityBody? MaxUpstreamBurstRate { get; init; }

    public QuantityBody? TargetMinDownstreamRate { get; init; }

    public QuantityBody? MaxDownstreamRate { get; init; }

    public QuantityBody? MaxDownstreamBurstRate { get; init; }

    public QuantityBody? MinDuration { get; init; }

    public QuantityBody? MaxDuration { get; init; }

    public int? Priority { get; init; }

    public QuantityBody? PacketDelayBudget { get; init; }

    public QuantityBody? Jitter { get; init; }

    public int? PacketErrorLossRate { get; init; }
}

/// <summary>An item of <c>Availability</c>.</summary>
internal sealed record AvailabilityBody(string CountryName, IReadOnlyList<string>? Networks);

/// <summary><c>Rate</c> and <c>Duration</c>: both are a value and the name of its unit.</summary>
internal sealed record QuantityBody(int Value, string Unit);

/// <summary>For requests; read through <see cref="JsonBody.Strict"/>.</summary>
[JsonSerializable(typeof(CreateSessionBody))]
[JsonSerializable(typeof(ExtendSessionDurationBody))]
[JsonSerializable(typeof(RetrieveSessionsBody))]
[JsonSerializable(typeof(RetrieveQosProfilesBody))]
internal sealed partial class Qod110Requests : JsonSerializerContext;

/// <summary>For answers: members without a value are absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SessionInfoBody))]
[JsonSerializable(typeof(SessionInfoBody[]))]
[JsonSerializable(typeof(QosProfileBody))]
[JsonSerializable(typeof(QosProfileBody[]))]
internal sealed partial class Qod110Answers : JsonSerializerContext;

using System.Text.Json.Serialization;
using QodOrleans.Api.Http;

// The shapes of CAMARA QoD 0.10.1 (release v0.10.1, qod-api.yaml), member by member. In requests, every member may be absent, or null, which is the same.
namespace QodOrleans.Api.Releases.Qod010;

/// <summary><c>CreateSession</c>.</summary>
internal sealed class CreateSessionBody
{
    public DeviceBody? Device { get; set; }

    public ApplicationServerBody? ApplicationServer { get; set; }

    public PortsSpecBody? DevicePorts { get; set; }

    public PortsSpecBody? ApplicationServerPorts { get; set; }

    public string? QosProfile { get; set; }

    public WebhookBody? Webhook { get; set; }

    /// <summary>Seconds.</summary>
    public int? Duration { get; set; }
}

/// <summary><c>Device</c>, and the members that published samples put inside it by mistake (docs/conformance.md, A27).</summary>
internal sealed class DeviceBody
{
    public string? PhoneNumber { get; set; }

    public string? NetworkAccessIdentifier { get; set; }

    public DeviceIpv4AddressBody? Ipv4Address { get; set; }

    public string? Ipv6Address { get; set; }

    public ApplicationServerBody? ApplicationServer { get; set; }

    public PortsSpecBody? DevicePorts { get; set; }

    public PortsSpecBody? ApplicationServerPorts { get; set; }

    public string? QosProfile { get; set; }

    public WebhookBody? Webhook { get; set; }

    public int? Duration { get; set; }
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

internal sealed class WebhookBody
{
    public string? NotificationUrl { get; set; }

    /// <summary>Read, never written: no answer carries a secret back.</summary>
    public string? NotificationAuthToken { get; set; }
}

/// <summary><c>ExtendSessionDuration</c>.</summary>
internal sealed class ExtendSessionDurationBody
{
    /// <summary>Seconds.</summary>
    public int? RequestedAdditionalDuration { get; set; }
}

/// <summary><c>SessionInfo</c>. No <c>statusInfo</c>: this release does not have it here (docs/conformance.md, C07).</summary>
internal sealed class SessionInfoBody
{
    public required string SessionId { get; init; }

    public required DeviceBody Device { get; init; }

    public required ApplicationServerBody ApplicationServer { get; init; }

    public PortsSpecBody? DevicePorts { get; init; }

    public PortsSpecBody? ApplicationServerPorts { get; init; }

    public required string QosProfile { get; init; }

    public WebhookBody? Webhook { get; init; }

    /// <summary>Seconds.</summary>
    public required long Duration { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long StartedAt { get; init; }

    /// <summary>Seconds since 1970; always <c>startedAt</c> + <c>duration</c>.</summary>
    public required long ExpiresAt { get; init; }

    public required string QosStatus { get; init; }
}

/// <summary><c>QosProfile</c>.</summary>
internal sealed class QosProfileBody
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string Status { get; init; }

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

/// <summary><c>Rate</c> and <c>Duration</c>: both are a value and the name of its unit.</summary>
internal sealed record QuantityBody(int Value, string Unit);

/// <summary>For requests; read through <see cref="JsonBody.Strict"/>.</summary>
[JsonSerializable(typeof(CreateSessionBody))]
[JsonSerializable(typeof(ExtendSessionDurationBody))]
internal sealed partial class Qod010Requests : JsonSerializerContext;

/// <summary>For answers: members without a value are absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SessionInfoBody))]
[JsonSerializable(typeof(QosProfileBody))]
[JsonSerializable(typeof(QosProfileBody[]))]
[JsonSerializable(typeof(CreateSessionBody))]
internal sealed partial class Qod010Answers : JsonSerializerContext;

using System.Text.Json.Serialization;
using QodOrleans.Api.Http;

// The shapes of CAMARA QoD 0.8 as Telefónica's developer site shows them. In requests, every member may be absent, or null, which is the same.
namespace QodOrleans.Api.Surfaces.Qod008;

/// <summary><c>CreateSession</c>.</summary>
internal sealed class CreateSessionBody
{
    public UeIdBody? UeId { get; set; }

    public AsIdBody? AsId { get; set; }

    public PortsSpecBody? UePorts { get; set; }

    public PortsSpecBody? AsPorts { get; set; }

    public string? Qos { get; set; }

    /// <summary>Seconds.</summary>
    public int? Duration { get; set; }

    /// <summary>Its name in 0.8.0.</summary>
    public string? NotificationUri { get; set; }

    /// <summary>Its name in 0.8.1.</summary>
    public string? NotificationUrl { get; set; }

    public string? NotificationAuthToken { get; set; }
}

/// <summary><c>UeId</c>.</summary>
internal sealed class UeIdBody
{
    /// <summary>3GPP external identifier, <c>user@domain</c>.</summary>
    public string? ExternalId { get; set; }

    public string? Msisdn { get; set; }

    [JsonPropertyName("ipv4addr")]
    public string? Ipv4Addr { get; set; }

    [JsonPropertyName("ipv6addr")]
    public string? Ipv6Addr { get; set; }
}

/// <summary><c>AsId</c>.</summary>
internal sealed class AsIdBody
{
    [JsonPropertyName("ipv4addr")]
    public string? Ipv4Addr { get; set; }

    [JsonPropertyName("ipv6addr")]
    public string? Ipv6Addr { get; set; }
}

/// <summary><c>SessionInfo</c>, its members in the order of the site's examples. The token that 0.8 would repeat here is left out.</summary>
internal sealed class SessionInfoBody
{
    /// <summary>Seconds.</summary>
    public required long Duration { get; init; }

    public required UeIdBody UeId { get; init; }

    public required AsIdBody AsId { get; init; }

    public PortsSpecBody? UePorts { get; init; }

    public PortsSpecBody? AsPorts { get; init; }

    public required string Qos { get; init; }

    public string? NotificationUri { get; init; }

    public string? NotificationUrl { get; init; }

    public required string Id { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long StartedAt { get; init; }

    /// <summary>Milliseconds since 1970; always <c>startedAt</c> + 1000 × <c>duration</c>.</summary>
    public required long ExpiresAt { get; init; }

    public required string QosStatus { get; init; }

    public required MessageBody[] Messages { get; init; }
}

/// <param name="Severity">INFO or WARNING.</param>
internal sealed record MessageBody(string Severity, string Description);

/// <summary><c>ErrorInfo</c>.</summary>
internal sealed record ErrorBody(string Code, string Message);

/// <summary>For requests; read through <see cref="JsonBody.Strict"/>.</summary>
[JsonSerializable(typeof(CreateSessionBody))]
internal sealed partial class Qod008Requests : JsonSerializerContext;

/// <summary>For answers: members without a value are absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SessionInfoBody))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class Qod008Answers : JsonSerializerContext;

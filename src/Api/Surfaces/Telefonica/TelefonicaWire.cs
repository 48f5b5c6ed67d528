using System.Text.Json.Serialization;
using QodOrleans.Api.Http;

// The shapes of Telefónica's OpenAPI document, member by member. In requests, every member may be absent, or null, which is the same.
namespace QodOrleans.Api.Surfaces.Telefonica;

/// <summary><c>CreateSessionRequest</c>.</summary>
internal sealed class CreateSessionBody
{
    public DeviceBody? Device { get; set; }

    public ApplicationServerBody? ApplicationServer { get; set; }

    public string? QosProfile { get; set; }

    /// <summary>Seconds.</summary>
    public int? Duration { get; set; }

    public string? NotificationUrl { get; set; }

    public string? NotificationAuthToken { get; set; }
}

/// <summary><c>Device</c>.</summary>
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

    public int? PublicPort { get; set; }
}

/// <summary><c>ApplicationServer</c>.</summary>
internal sealed class ApplicationServerBody
{
    public string? Ipv4Address { get; set; }

    public string? Ipv6Address { get; set; }
}

/// <summary><c>SessionInfo</c>: seven members, none of them about the server, the ports or the callback.</summary>
internal sealed class SessionInfoBody
{
    public required string SessionId { get; init; }

    public required DeviceBody Device { get; init; }

    public required string QosProfile { get; init; }

    public required string QosStatus { get; init; }

    /// <summary>RFC 3339, in UTC.</summary>
    public required string StartedAt { get; init; }

    /// <summary>RFC 3339, in UTC; always <c>startedAt</c> + <c>duration</c>.</summary>
    public required string ExpiresAt { get; init; }

    /// <summary>Seconds.</summary>
    public required long Duration { get; init; }
}

/// <summary>For requests; read through <see cref="JsonBody.Strict"/>.</summary>
[JsonSerializable(typeof(CreateSessionBody))]
internal sealed partial class TelefonicaRequests : JsonSerializerContext;

/// <summary>For answers: members without a value are absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SessionInfoBody))]
[JsonSerializable(typeof(SessionInfoBody[]))]
internal sealed partial class TelefonicaAnswers : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace QodOrleans.Bench.Plain;

internal sealed record Empty;

internal sealed record PlainDevice(string PhoneNumber);

internal sealed record PlainServer(string Ipv4Address);

internal sealed record PlainWebhook(string NotificationUrl, string? NotificationAuthToken);

internal sealed record CreateRequest(PlainDevice Device, PlainServer ApplicationServer, string QosProfile, int Duration, PlainWebhook? Webhook);

internal sealed record CreatedSession(
    Guid SessionId, PlainDevice Device, PlainServer ApplicationServer, string QosProfile, int Duration, PlainWebhook? Webhook, long StartedAt, long ExpiresAt, string QosStatus);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Empty))]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(CreatedSession))]
internal sealed partial class PlainJson : JsonSerializerContext;

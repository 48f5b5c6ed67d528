using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Formats;

/// <summary>How all releases write the same values in an event.</summary>
internal static class EventJson
{
    // "+" stays "+": an event is JSON and nothing else, it never stands in a page.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write<T>(T body, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) JsonSerializer.Serialize(writer, body, type);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>RFC 3339 in UTC, with milliseconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Status(QosStatus status) => status switch
    {
        QosStatus.Requested => "REQUESTED",
        QosStatus.Available => "AVAILABLE",
        _ => "UNAVAILABLE",
    };

    public static string? Reason(StatusInfo? info) => info switch
    {
        null => null,
        StatusInfo.DurationExpired => "DURATION_EXPIRED",
        StatusInfo.NetworkTerminated => "NETWORK_TERMINATED",
        _ => "DELETE_REQUESTED",
    };
}

/// <summary>Members without a value are absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(CloudEvent))]
[JsonSerializable(typeof(Qod008Notification))]
internal sealed partial class EventBodies : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace QodOrleans.Sdk;

internal sealed record ExtendSessionDuration(int RequestedAdditionalDuration);

/// <summary>CAMARA's <c>ErrorInfo</c>.</summary>
internal sealed record ErrorInfo(string? Code = null, string? Message = null);

internal sealed record OAuthErrorInfo(
    [property: JsonPropertyName("error")] string? Error = null,
    [property: JsonPropertyName("error_description")] string? ErrorDescription = null);

/// <param name="ExpiresIn">Seconds.</param>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("expires_in")] int? ExpiresIn = null);

/// <param name="Interval">Seconds.</param>
internal sealed record BackchannelAnswer(
    [property: JsonPropertyName("auth_req_id")] string AuthReqId,
    [property: JsonPropertyName("interval")] int? Interval = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CreateSession))]
[JsonSerializable(typeof(ExtendSessionDuration))]
[JsonSerializable(typeof(SessionInfo))]
[JsonSerializable(typeof(QosProfileDetails))]
[JsonSerializable(typeof(IReadOnlyList<QosProfileDetails>))]
[JsonSerializable(typeof(ErrorInfo))]
[JsonSerializable(typeof(OAuthErrorInfo))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(BackchannelAnswer))]
internal sealed partial class Wire : JsonSerializerContext;

internal sealed class SecondsConverter : JsonConverter<TimeSpan?>
{
    public override TimeSpan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, TimeSpan? value, JsonSerializerOptions options)
    {
        if (value is { } time) writer.WriteNumberValue((long)time.TotalSeconds);
        else writer.WriteNullValue();
    }
}

internal sealed class EpochSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeSeconds());
}

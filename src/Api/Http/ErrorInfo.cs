using System.Text.Json.Serialization;

namespace QodOrleans.Api.Http;

/// <summary>CAMARA's <c>ErrorInfo</c>, as it is since 0.9.</summary>
internal sealed record ErrorInfo(int Status, string Code, string Message)
{
    public static ErrorAnswer Answer(int status, string code, string message, int retryAfterSeconds = 0) =>
        new(status, code, Answers.ToJson(new ErrorInfo(status, code, message), ErrorInfoJson.Default.ErrorInfo), retryAfterSeconds);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ErrorInfo))]
internal sealed partial class ErrorInfoJson : JsonSerializerContext;

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QodOrleans.Authorization.Http;

/// <summary>How answers are written: one buffer, one header block with the length, one flush.</summary>
public static class Answers
{
    public const string Json = "application/json";

    // "+" stays "+": these answers are JSON and nothing else, they never stand in a page.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? scratch;

    public static Task WriteJsonAsync<T>(this HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        // Nothing awaits between filling the thread's buffer and copying it into the response.
        var (buffer, writer) = scratch ??= NewScratch();
        buffer.ResetWrittenCount();
        writer.Reset();
        JsonSerializer.Serialize(writer, value, type);
        return WriteAsync(context.Response, status, Json, buffer.WrittenSpan, context.RequestAborted);
    }

    public static byte[] ToJson<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }

    public static Task WriteErrorAsync(this HttpContext context, ErrorAnswer error)
    {
        if (error.RetryAfterSeconds > 0) context.Response.Headers.RetryAfter = error.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in error.Headers) context.Response.Headers[name] = value;
        return WriteAsync(context.Response, error.Status, error.ContentType, error.Body, context.RequestAborted);
    }

    private static Task WriteAsync(HttpResponse response, int status, string contentType, ReadOnlySpan<byte> body, CancellationToken cancellation)
    {
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
        var flush = response.BodyWriter.FlushAsync(cancellation);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) NewScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        return (buffer, new Utf8JsonWriter(buffer, WriterOptions));
    }
}

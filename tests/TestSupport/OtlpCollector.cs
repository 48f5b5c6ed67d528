using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QodOrleans.TestSupport;

/// <summary>Takes OTLP over HTTP and keeps it as it came: texts and ids stand in a message as their bytes.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> messages = new();
    private readonly WebApplication app;

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            messages.Enqueue((signal, body.ToArray()));
        });
    }

    public string Address => app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector.app.StartAsync();
        return collector;
    }

    public bool Received(string text) => Received(Encoding.UTF8.GetBytes(text));

    public bool Received(byte[] bytes) => messages.Any(message => Holds(message.Body, bytes));

    /// <summary>Whether a message with spans of the trace has this program or span in it.</summary>
    public bool ReceivedSpans(ActivityTraceId trace, string name)
    {
        var (id, text) = (Convert.FromHexString(trace.ToString()), Encoding.UTF8.GetBytes(name));
        return messages.Any(message => message.Signal == "traces" && Holds(message.Body, id) && Holds(message.Body, text));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static bool Holds(byte[] message, byte[] part) => message.AsSpan().IndexOf(part) >= 0;
}

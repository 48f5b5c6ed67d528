using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>An event as it arrived.</summary>
internal sealed record Arrival(string Id, string SessionId, string QosStatus, string? StatusInfo, string? Authorization, string? ContentType, JsonObject Body, DateTimeOffset At)
{
    /// <summary>For example <c>UNAVAILABLE DURATION_EXPIRED</c>.</summary>
    public string Change => StatusInfo is null ? QosStatus : $"{QosStatus} {StatusInfo}";
}

/// <summary>An application's notification endpoint. Answers 204, unless it needs rest, and remembers.</summary>
internal sealed class EventSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, List<Arrival>> arrivals = new();

    private int restSeconds;

    private EventSink(WebApplication app)
    {
        this.app = app;
        app.MapPost("/notifications", TakeAsync);
    }

    public Uri Url => new($"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/notifications");

    public static async Task<EventSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new EventSink(builder.Build());
        await sink.app.StartAsync();
        return sink;
    }

    /// <summary>The next event is answered 429 with this Retry-After, and remembered all the same.</summary>
    public void NeedRest(int seconds) => restSeconds = seconds;

    /// <summary>All that arrived for a session, repetitions included, in order of arrival.</summary>
    public IReadOnlyList<Arrival> Of(string sessionId)
    {
        if (!arrivals.TryGetValue(sessionId, out var list)) return [];
        lock (list) return [.. list];
    }

    public IEnumerable<string> Sessions => arrivals.Keys;

    /// <summary>What the application was told of a session: each event once, in order of its first arrival.</summary>
    public string[] Told(string sessionId) => [.. Of(sessionId).DistinctBy(arrival => arrival.Id).Select(arrival => arrival.Change)];

    /// <summary>Waits until the application has been told of these changes, and of no others.</summary>
    public async Task ToldAsync(string sessionId, TimeSpan within, params string[] changes) => Assert.Equal(
        string.Join(", ", changes),
        await Poll.UntilAsync(
            () => Task.FromResult(string.Join(", ", Told(sessionId))), _ => Told(sessionId).Length >= changes.Length, within, $"events of session {sessionId}"));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        var data = body["data"]!;
        var arrival = new Arrival(
            body["id"]!.ToString(),
            data["sessionId"]!.ToString(),
            data["qosStatus"]!.ToString(),
            data["statusInfo"]?.ToString(),
            request.Headers.Authorization,
            request.ContentType,
            body,
            TimeProvider.System.GetUtcNow());
        var list = arrivals.GetOrAdd(arrival.SessionId, _ => []);
        lock (list) list.Add(arrival);
        if (Interlocked.Exchange(ref restSeconds, 0) is not (> 0 and var seconds)) return Results.NoContent();
        request.HttpContext.Response.Headers.RetryAfter = $"{seconds}";
        return Results.StatusCode(StatusCodes.Status429TooManyRequests);
    }
}

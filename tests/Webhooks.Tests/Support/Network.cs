using System.Collections.Concurrent;
using System.Net;

namespace QodOrleans.Webhooks.Tests.Support;

/// <param name="Body">As it went over the wire.</param>
internal sealed record Seen(Uri Url, byte[] Body, DateTimeOffset At)
{
    public Told Told { get; } = Told.Of(Body);
}

/// <summary>All sinks of a test, without sockets: answers as told, and keeps what it was asked.</summary>
internal sealed class Network(TimeProvider clock) : HttpMessageHandler
{
    private readonly ConcurrentQueue<Seen> seen = new();
    private readonly Lock gate = new();
    private readonly SemaphoreSlim arrivals = new(0);
    private int active;

    /// <summary>How a sink answers; null hangs until the caller gives up.</summary>
    public Func<Seen, HttpResponseMessage?> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.NoContent);

    /// <summary>Awaited before the answer.</summary>
    public Func<Seen, Task>? Before { get; set; }

    public int MostAtOnce { get; private set; }

    public Seen[] Requests => [.. seen];

    public int[] Sequences => [.. seen.Select(request => request.Told.Sequence)];

    /// <summary>Waits for that many requests that nobody has waited for yet.</summary>
    public async Task ArrivedAsync(int count)
    {
        for (var i = 0; i < count; i++) Assert.True(await arrivals.WaitAsync(TimeSpan.FromSeconds(20)), "No request came.");
    }

    public Seen[] To(string host) => [.. seen.Where(request => request.Url.Host == host)];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var arrived = new Seen(request.RequestUri!, await request.Content!.ReadAsByteArrayAsync(CancellationToken.None), clock.GetUtcNow());
        seen.Enqueue(arrived);
        lock (gate) MostAtOnce = Math.Max(MostAtOnce, ++active);
        arrivals.Release();
        try
        {
            if (Before is { } before) await before(arrived);
            if (Answer(arrived) is { } answer) return answer;
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            throw new InvalidOperationException("An endless wait ended.");
        }
        finally
        {
            lock (gate) active--;
        }
    }
}

internal static class Status
{
    public static HttpResponseMessage Of(int status, string? retryAfter = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfter is not null) response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return response;
    }
}

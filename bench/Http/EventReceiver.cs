using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace QodOrleans.Bench.Http;

/// <summary>One arrival at the sink.</summary>
internal readonly record struct ReceivedEvent(Guid EventId, Guid SessionId, bool Unavailable, DateTimeOffset ReceivedAt);

/// <summary>A sink inside the driver's process, so that events are really delivered: answers 204 to every request, and remembers what came.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private static readonly byte[] NoContent = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Task, bool> connections = new();
    private readonly ConcurrentQueue<ReceivedEvent> events = new();
    private readonly TimeProvider clock;
    private readonly Task accepting;
    private long arrivals;

    public EventReceiver(TimeProvider clock)
    {
        this.clock = clock;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{listener.LocalEndPoint}/events");

    /// <summary>All arrivals, repetitions included.</summary>
    public long Arrivals => Interlocked.Read(ref arrivals);

    /// <summary>What has arrived since the last call; later calls do not return it again.</summary>
    public IReadOnlyList<ReceivedEvent> Take()
    {
        var taken = new List<ReceivedEvent>();
        while (events.TryDequeue(out var one)) taken.Add(one);
        return taken;
    }

    /// <summary>Waits until that many events have arrived in all.</summary>
    /// <returns>False when they had not within <paramref name="limit"/>.</returns>
    public async Task<bool> ArrivedAsync(long count, TimeSpan limit, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20), clock);
        while (Arrivals < count && clock.GetElapsedTime(started) < limit) await ticks.WaitForNextTickAsync(cancellation);
        return Arrivals >= count;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Keys);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var serving = ServeAsync(await listener.AcceptAsync(stopping.Token));
                connections.TryAdd(serving, true);
                _ = serving.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Only the end of the receiver ends the listening.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        socket.NoDelay = true;
        var reader = new HttpMessageReader(socket);
        try
        {
            while (await reader.ReadAsync(stopping.Token) is { } request)
            {
                events.Enqueue(Read(request.Body, clock.GetUtcNow()));
                await socket.SendAsync(NoContent, stopping.Token);
                Interlocked.Increment(ref arrivals);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or JsonException)
        {
            // A sender may hang up, and one that sends no event gets no answer: it is not counted.
        }
    }

    private static ReceivedEvent Read(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(body);
        var data = json.RootElement.GetProperty("data");
        return new ReceivedEvent(
            json.RootElement.GetProperty("id").GetGuid(),
            data.GetProperty("sessionId").GetGuid(),
            data.GetProperty("qosStatus").ValueEquals("UNAVAILABLE"u8),
            now);
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using QodOrleans.Bench.Http;

namespace QodOrleans.Bench.Load;

/// <summary>Each connection sends its next request when the last one is answered: finds the most that a service can do. Its latencies are
/// those of that much concurrency, and no promise for a user: a stalled service is asked less.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(Workload workload, int connections, TimeSpan duration, CancellationToken cancellation)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => HttpConnection.ConnectAsync(workload.Endpoint, cancellation)));
        var count = new LoadCount(workload);
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);

        await Task.WhenAll(open.Select(connection => AskAsync(connection, workload, count, end, cancellation)));
        return count.Result(Stopwatch.GetElapsedTime(started));
    }

    private static async Task AskAsync(HttpConnection connection, Workload workload, LoadCount count, long end, CancellationToken cancellation)
    {
        using var _ = connection;
        var next = workload.NewSource();
        try
        {
            while (Stopwatch.GetTimestamp() is var sent && sent < end)
                count.Answered(await connection.SendAsync(next(), cancellation), sent);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // One broken connection is a failed request in the report; the others go on.
            count.Failed(LoadResult.NoAnswer);
        }
    }
}

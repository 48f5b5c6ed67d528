using System.Diagnostics;
using System.Net.Sockets;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Measuring;
using QodOrleans.Bench.Processes;

namespace QodOrleans.Bench.Load;

/// <summary>Requests are due at fixed instants, whether or not earlier ones are answered, and latency counts from the instant that was
/// intended. A service that stalls is charged for every request that came due meanwhile.</summary>
internal sealed class OpenLoop : IDisposable
{
    private static readonly TimeSpan LongestWaitForAnswers = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Stack<Connection> idle = new();
    private readonly Queue<long> waiting = new();
    private readonly TaskCompletionSource allAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Recorder pacerLateness = new();
    private readonly Connection[] connections;
    private readonly LoadCount count;
    private readonly long[] due;
    private long unanswered;

    private OpenLoop(Workload workload, HttpConnection[] open, long[] due)
    {
        count = new LoadCount(workload);
        connections = [.. open.Select(connection => new Connection(connection, workload.NewSource()))];
        foreach (var connection in connections) idle.Push(connection);
        this.due = due;
        unanswered = due.Length;
    }

    /// <param name="connections">Enough for the rate times the expected latency; requests beyond wait in line, and their wait counts.</param>
    public static async Task<LoadResult> RunAsync(Workload workload, int connections, double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => HttpConnection.ConnectAsync(workload.Endpoint, cancellation)));
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100);
        var requests = (int)(perSecond * duration.TotalSeconds);
        var due = new long[requests];
        for (var request = 0; request < requests; request++) due[request] = start + (long)(request * (Stopwatch.Frequency / perSecond));

        using var loop = new OpenLoop(workload, open, due);
        var pacer = new Thread(() => loop.Pace(cancellation)) { IsBackground = true, Name = "pacer" };
        pacer.Start();
        await loop.AnsweredAsync(duration + LongestWaitForAnswers, cancellation);
        return loop.count.Result(duration) with { PacerLateness = loop.pacerLateness };
    }

    public void Dispose()
    {
        foreach (var connection in connections) connection.Http.Dispose();
    }

    private async Task AnsweredAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await allAnswered.Task.WaitAsync(limit, cancellation);
        }
        catch (TimeoutException)
        {
            count.Failed(LoadResult.NoAnswer, Interlocked.Read(ref unanswered));
        }
    }

    private void Pace(CancellationToken cancellation)
    {
        Posix.SleepPrecisely();
        foreach (var instant in due)
        {
            if (cancellation.IsCancellationRequested) return;
            if (Stopwatch.GetTimestamp() < instant) Posix.SleepUntil(instant);
            pacerLateness.Record(Stopwatch.GetElapsedTime(instant));
            if (TakeIdle(instant) is { } connection) _ = AskAsync(connection, instant, cancellation);
        }
    }

    /// <returns>Null when all are busy: the request then waits for the first that is free.</returns>
    private Connection? TakeIdle(long instant)
    {
        lock (gate)
        {
            if (idle.TryPop(out var connection)) return connection;
            waiting.Enqueue(instant);
            return null;
        }
    }

    private async Task AskAsync(Connection connection, long instant, CancellationToken cancellation)
    {
        try
        {
            do
            {
                count.Answered(await connection.Http.SendAsync(connection.Next(), cancellation), instant);
                Done();
            }
            while (TakeWaiting(connection, out instant));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is lost to this load; what it can no longer carry shows as latency of the others, or as no answer.
            count.Failed(LoadResult.NoAnswer);
            Done();
        }
    }

    private bool TakeWaiting(Connection connection, out long instant)
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out instant)) return true;
            idle.Push(connection);
            return false;
        }
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref unanswered) == 0) allAnswered.TrySetResult();
    }

    private sealed record Connection(HttpConnection Http, Func<ReadOnlyMemory<byte>> Next);
}

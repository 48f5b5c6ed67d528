using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Storage;
using QodOrleans.Webhooks.Queues;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Reads the events that memory does not hold: all of them after a start, later those that did not fit. It sleeps while memory holds all.</summary>
internal sealed class OutboxReader : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly IEventOutbox outbox;
    private readonly DeliveryQueues queues;
    private readonly WebhookOptions options;
    private readonly TimeProvider time;
    private readonly InFlight inFlight;
    private readonly Action<Action> begin;
    private readonly ILogger log;
    private readonly ITimer timer;

    // 0 asleep; 1 not started yet, or the timer is set, or a scan is running.
    private int awake = 1;

    // A scan that an outage interrupts goes on where it was.
    private bool inScan;
    private OutboxCursor? after;
    private TimeSpan outagePause;
    private long lastScan;

    public OutboxReader(
        IEventOutbox outbox, DeliveryQueues queues, WebhookOptions options, TimeProvider time, InFlight inFlight, Action<Action> begin,
        ILogger log)
    {
        this.outbox = outbox;
        this.queues = queues;
        this.options = options;
        this.time = time;
        this.inFlight = inFlight;
        this.begin = begin;
        this.log = log;
        outagePause = options.OutboxPause;
        timer = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads the pauses that sinks have asked for, before anything is sent. Then starts the first scan at once.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await ReadThrottlesAsync(cancellation);
        }
        catch (StoreUnavailableException e)
        {
            Log.OutboxUnavailable(log, e, outagePause);
        }
        lastScan = time.GetTimestamp();
        Run();
    }

    /// <summary>To be called when an event was left in the outbox.</summary>
    public void Want()
    {
        if (Interlocked.Exchange(ref awake, 1) == 0) SleepFor(options.OutboxPause);
    }

    public void Stop()
    {
        stopping.Cancel();
        timer.Dispose();
    }

    public void Dispose()
    {
        Stop();
        stopping.Dispose();
    }

    private void Run()
    {
        inFlight.Begin();
        begin(() => _ = RunAsync());
    }

    private async Task RunAsync()
    {
        try
        {
            SleepFor(await ScanAsync());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process stops. The rest is read after its next start.
        }
        finally
        {
            inFlight.End();
        }
    }

    /// <returns>The time of the next scan; null when memory holds all.</returns>
    private async Task<TimeSpan?> ScanAsync()
    {
        if (!inScan && !queues.WantsScan(isOverdue: time.GetElapsedTime(lastScan) >= options.LongestOutboxPause)) return StillNeeded();

        var began = time.GetTimestamp();
        try
        {
            if (!inScan)
            {
                await ReadThrottlesAsync(stopping.Token);
                queues.BeginScan();
                (inScan, after) = (true, null);
            }
            while (await ReadPageAsync()) { }
            queues.EndScan();
            inScan = false;
            lastScan = time.GetTimestamp();
            outagePause = options.OutboxPause;
            return StillNeeded(time.GetElapsedTime(began));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            queues.FailRead();
            if (e is StoreUnavailableException) Log.OutboxUnavailable(log, e, outagePause);
            else Log.OutboxReadBroke(log, e);
            var pause = outagePause;
            outagePause = pause * 2 < options.LongestOutboxPause ? pause * 2 : options.LongestOutboxPause;
            return pause;
        }
    }

    private async Task ReadThrottlesAsync(CancellationToken cancellation)
    {
        foreach (var throttle in await outbox.ReadThrottlesAsync(time.GetUtcNow(), cancellation)) queues.Throttle(throttle);
    }

    private async Task<bool> ReadPageAsync()
    {
        queues.BeginRead();
        var page = await outbox.ReadPendingAsync(after, options.OutboxPageSize, stopping.Token);
        var isLast = page.Count < options.OutboxPageSize;
        queues.EndRead(page, isLast);
        if (page.Count > 0) after = new OutboxCursor(page[^1].SessionId, page[^1].Sequence);
        return !isLast;
    }

    private TimeSpan? StillNeeded(TimeSpan took = default)
    {
        // The pause is at least as long as the scan was, so at most half of the time is spent reading.
        if (queues.IsBehind) return took > options.OutboxPause ? took : options.OutboxPause;

        Volatile.Write(ref awake, 0);
        // An event may have been left in the outbox just before this reader went to sleep, when its caller saw it still awake.
        return queues.IsBehind && Interlocked.Exchange(ref awake, 1) == 0 ? options.OutboxPause : null;
    }

    private void SleepFor(TimeSpan? pause)
    {
        if (pause is { } span) timer.Change(span, Timeout.InfiniteTimeSpan);
    }
}

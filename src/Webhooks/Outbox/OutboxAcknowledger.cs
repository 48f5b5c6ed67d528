using Microsoft.Extensions.Logging;
using QodOrleans.Core;
using QodOrleans.Core.Storage;
using QodOrleans.Webhooks.Queues;

namespace QodOrleans.Webhooks.Outbox;

/// <summary>Marks events in the outbox as delivered or given up, in the background of the deliveries.</summary>
/// <remarks>The events of one session are marked one after the other, oldest first. If a newer event were marked before an older one and the process crashed in
/// between, the older event would be sent again, and the sink would get an old status last.</remarks>
internal sealed class OutboxAcknowledger : IDisposable
{
    // So many writers that the store's batches are full.
    private const int Writers = 512;

    private readonly Lock gate = new();
    private readonly Queue<SessionEvents> concluded = new();
    private readonly List<SessionEvents> parked = [];
    private readonly IEventOutbox outbox;
    private readonly WebhookOptions options;
    private readonly WebhookTelemetry telemetry;
    private readonly InFlight inFlight;
    private readonly Action<Action> begin;
    private readonly ILogger log;
    private readonly ITimer unpark;
    private DeliveryQueues? queues;
    private TimeSpan pause;
    private int writers;
    private bool disposed;

    public OutboxAcknowledger(
        IEventOutbox outbox, WebhookOptions options, TimeProvider time, WebhookTelemetry telemetry, InFlight inFlight, Action<Action> begin,
        ILogger log)
    {
        this.outbox = outbox;
        this.options = options;
        this.telemetry = telemetry;
        this.inFlight = inFlight;
        this.begin = begin;
        this.log = log;
        pause = options.OutboxPause;
        unpark = time.CreateTimer(_ => Unpark(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Attach(DeliveryQueues to) => queues = to;

    /// <summary>Queues a session whose events have ended. The queue is bounded by the number of events that memory may hold.</summary>
    public void Post(SessionEvents session)
    {
        inFlight.Begin();
        lock (gate)
        {
            if (disposed)
            {
                inFlight.End();
                return;
            }
            concluded.Enqueue(session);
            if (writers == Writers) return;
            writers++;
        }
        begin(() => _ = WriteAsync());
    }

    public void Dispose()
    {
        lock (gate) disposed = true;
        unpark.Dispose();
    }

    private SessionEvents? Take()
    {
        lock (gate)
        {
            if (concluded.TryDequeue(out var session)) return session;
            writers--;
            return null;
        }
    }

    private async Task WriteAsync()
    {
        while (Take() is { } session)
        {
            try
            {
                while (queues!.NextConclusion(session) is { } conclusion)
                {
                    await TellAsync(conclusion);
                    queues.Forget(session);
                }
            }
            catch (StoreUnavailableException e)
            {
                Park(session, e);
            }
            finally
            {
                inFlight.End();
            }
        }
    }

    private async ValueTask TellAsync(Conclusion conclusion)
    {
        var (change, reason) = conclusion;
        try
        {
            if (reason is null) await outbox.CompleteAsync(change.EventId);
            else await outbox.DeadLetterAsync(change.EventId, reason);
        }
        catch (Exception e) when (e is not StoreUnavailableException)
        {
            // A bug in the store, or a row that it cannot write. The event stays in the outbox, and is delivered again after the next start.
            Log.NotMarked(log, e, change.SessionId, change.Correlator);
            return;
        }
        lock (gate) pause = options.OutboxPause;
        if (reason is null) return;
        telemetry.DeadLettered();
        Log.DeadLettered(log, change.SessionId, change.Correlator, change.Sequence, reason);
    }

    private void Park(SessionEvents session, StoreUnavailableException e)
    {
        lock (gate)
        {
            parked.Add(session);
            if (parked.Count > 1) return;
            unpark.Change(pause, Timeout.InfiniteTimeSpan);
            Log.OutboxUnavailable(log, e, pause);
            pause = pause * 2 < options.LongestOutboxPause ? pause * 2 : options.LongestOutboxPause;
        }
    }

    private void Unpark()
    {
        SessionEvents[] sessions;
        lock (gate)
        {
            sessions = [.. parked];
            parked.Clear();
        }
        foreach (var session in sessions) Post(session);
    }
}

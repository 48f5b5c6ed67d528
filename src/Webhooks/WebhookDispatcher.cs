using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Storage;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Outbox;
using QodOrleans.Webhooks.Queues;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks;

/// <summary>Takes events to the clients' sinks: at least once, in order per session, right after the commit.</summary>
/// <remarks>The decisions are in <see cref="DeliveryQueues"/>, one attempt in <see cref="SinkClient"/>, the outbox in <see cref="OutboxReader"/> and
/// <see cref="OutboxAcknowledger"/>; here they are put together. What is in memory is always in the outbox too, so a crash or a stop loses nothing.</remarks>
public sealed class WebhookDispatcher : IEventDispatcher, IHostedService, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly InFlight inFlight = new();
    private readonly WebhookOptions options;
    private readonly TimeProvider time;
    private readonly WebhookTelemetry telemetry;
    private readonly ILogger log;
    private readonly Action<Action> begin;
    private readonly SinkClient client;
    private readonly DeliveryQueues queues;
    private readonly OutboxAcknowledger acknowledger;
    private readonly OutboxReader reader;
    private Task? stopped;
    private bool disposed;

    public WebhookDispatcher(
        IEventOutbox outbox, IEnumerable<IEventFormat> formats, LegacyEventSource legacySource, ISecretProtector tokens, SinkPolicy policy,
        IOptions<WebhookOptions> options, TimeProvider time, IMeterFactory meters, ILogger<WebhookDispatcher> log, IOutboxShare? share = null,
        IThrottleBroadcast? others = null)
        : this(
            outbox, formats, legacySource, tokens, SinkConnector.Handler(policy, options.Value, Dns.GetHostAddressesAsync), options.Value, time, meters, log,
            Random.Shared, share, others)
    {
    }

    /// <param name="begin">Begins work away from its caller: in the thread pool unless a simulation has it elsewhere.</param>
    internal WebhookDispatcher(
        IEventOutbox outbox, IEnumerable<IEventFormat> formats, LegacyEventSource legacySource, ISecretProtector tokens, HttpMessageHandler network,
        WebhookOptions options, TimeProvider time, IMeterFactory meters, ILogger log, Random random, IOutboxShare? share = null,
        IThrottleBroadcast? others = null, Action<Action>? begin = null)
    {
        this.options = options;
        this.time = time;
        this.log = log;
        this.begin = begin ?? BeginInThreadPool;
        telemetry = new WebhookTelemetry(meters);
        client = new SinkClient(network, formats, legacySource, tokens, time, log);
        acknowledger = new OutboxAcknowledger(outbox, options, time, telemetry, inFlight, this.begin, log);
        queues = new DeliveryQueues(options, time, random)
        {
            Start = StartWorker,
            Concluded = acknowledger.Post,
            FellBehind = FellBehind,
            Throttled = new ThrottleKeeper(outbox, others, inFlight, this.begin, log).Post,
            IsOurs = share is null ? static _ => true : share.IsOurs,
        };
        acknowledger.Attach(queues);
        reader = new OutboxReader(outbox, queues, options, time, inFlight, this.begin, log);
        telemetry.Observe(queues);
    }

    public void Dispatch(QosStatusChanged change)
    {
        telemetry.Remember(change);
        queues.Offer(change);
    }

    /// <inheritdoc />
    public void CatchUp() => queues.FallBehind();

    /// <summary>Reads the outbox, in case it has events that were not dispatched here.</summary>
    public void LookAgain() => queues.LookAgain();

    /// <summary>To be called when this process owns other sessions than before.</summary>
    public void ShareChanged()
    {
        queues.DropForeign();
        queues.FallBehind();
    }

    /// <inheritdoc />
    public void Throttle(SinkThrottle throttle) => queues.Throttle(throttle);

    public Task StartAsync(CancellationToken cancellationToken) => reader.StartAsync(cancellationToken);

    /// <summary>Finishes what is under way, while <paramref name="cancellationToken"/> allows it. The rest stays in the outbox.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        // A host can be stopped twice at once, by a signal and by its owner: there is one stop, and both wait for it.
        lock (stop) return stopped ??= FinishAsync(cancellationToken);
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        queues.Close();
        reader.Stop();
        try
        {
            await WhenQuietAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await stop.CancelAsync();
        }
        Log.Stopped(log, queues.Held);
    }

    /// <summary>Completes when nothing is under way: no request, no marking, no read. Events that wait for their next attempt do not count.</summary>
    internal Task WhenQuietAsync() => inFlight.DrainAsync();

    internal int Held => queues.Held;

    internal int Sinks => queues.Sinks;

    public void Dispose()
    {
        // The container knows this object by three names, and disposes of it three times.
        if (disposed) return;
        disposed = true;
        queues.Dispose();
        reader.Dispose();
        acknowledger.Dispose();
        stop.Cancel();
        client.Dispose();
        stop.Dispose();
    }

    private void FellBehind() => reader.Want();

    private void StartWorker(SessionEvents session)
    {
        inFlight.Begin();
        begin(() => _ = WorkAsync(session));
    }

    // Unsafe: the caller's activity and other ambient values are not the delivery's.
    private static void BeginInThreadPool(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

    private async Task WorkAsync(SessionEvents first)
    {
        using var limit = new AttemptTimeout(options.AttemptTimeout, time, stop.Token);
        for (var session = first; session is not null;)
        {
            var change = session.UnderWay!;
            var startedAt = time.GetUtcNow();
            DeliveryResult answer;
            using (var activity = telemetry.StartAttempt(change))
            {
                answer = await client.SendAsync(change, limit.Begin(), stop.Token);
                telemetry.Attempted(activity, answer, time.GetUtcNow() - change.OccurredAt);
            }
            if (answer.Outcome == DeliveryOutcome.Failed)
                Log.AttemptFailed(log, change.SessionId, change.Correlator, change.Sequence, session.Attempts + 1, answer.Reason);
            session = queues.Settle(session, answer, startedAt);
        }
        inFlight.End();
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using QodOrleans.Core.Notifications;
using QodOrleans.Webhooks.Queues;
using QodOrleans.Webhooks.Sinks;

namespace QodOrleans.Webhooks;

/// <summary>Metrics and traces of the deliveries. They say how a delivery went, never where an event goes.</summary>
internal sealed class WebhookTelemetry
{
    public const string Name = "QodOrleans.Webhooks";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly KeyValuePair<string, object?> DeliveredTag = new("qod.outcome", "delivered");
    private static readonly KeyValuePair<string, object?> FailedTag = new("qod.outcome", "failed");
    private static readonly KeyValuePair<string, object?> RefusedTag = new("qod.outcome", "refused");

    // Beside the events, not in them: most deployments trace few of them or none.
    private readonly ConditionalWeakTable<QosStatusChanged, Cause> causes = [];
    private readonly Meter meter;
    private readonly Counter<long> attempts;
    private readonly Counter<long> deadLetters;
    private readonly Histogram<double> lag;

    public WebhookTelemetry(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        attempts = meter.CreateCounter<long>("qod.webhooks.attempts", "{attempt}", "Attempts to deliver an event, by outcome.");
        deadLetters = meter.CreateCounter<long>("qod.webhooks.dead_letters", "{event}", "Events given up.");
        lag = meter.CreateHistogram<double>("qod.webhooks.lag", "s", "From the status change to the sink's acknowledgement.");
    }

    public void Observe(DeliveryQueues queues)
    {
        meter.CreateObservableGauge("qod.webhooks.pending", () => queues.Held, "{event}", "Events in memory.");
        meter.CreateObservableGauge("qod.webhooks.lanes", () => queues.Sinks, "{sink}", "Sinks with events in memory.");
    }

    /// <summary>Takes note of the trace that the change belongs to. One that is read from the outbox belongs to none any more.</summary>
    public void Remember(QosStatusChanged change)
    {
        if (Activities.HasListeners() && Activity.Current is { } cause) causes.AddOrUpdate(change, new Cause(cause.Context));
    }

    /// <summary>A part of the trace of the change, where that is known.</summary>
    public Activity? StartAttempt(QosStatusChanged change) => !Activities.HasListeners() ? null
        : Activities.StartActivity("webhook.deliver", ActivityKind.Client, causes.TryGetValue(change, out var cause) ? cause.Context : default);

    public void Attempted(Activity? activity, DeliveryResult answer, TimeSpan sinceChange)
    {
        switch (answer.Outcome)
        {
            case DeliveryOutcome.Delivered:
                attempts.Add(1, DeliveredTag);
                lag.Record(sinceChange.TotalSeconds);
                return;
            case DeliveryOutcome.Interrupted:
                return;
            default:
                attempts.Add(1, answer.Outcome == DeliveryOutcome.Failed ? FailedTag : RefusedTag);
                activity?.SetStatus(ActivityStatusCode.Error, answer.Reason);
                return;
        }
    }

    public void DeadLettered() => deadLetters.Add(1);

    private sealed record Cause(ActivityContext Context);
}

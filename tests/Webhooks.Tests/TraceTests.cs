using System.Diagnostics;
using QodOrleans.Webhooks.Tests.Support;

namespace QodOrleans.Webhooks.Tests;

public sealed class TraceTests
{
    [Fact]
    public async Task A_delivery_belongs_to_the_trace_of_the_change_that_caused_it()
    {
        using var engine = new ActivitySource("test.engine");
        var deliveries = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "QodOrleans.Webhooks" or "test.engine",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName != "webhook.deliver") return;
                lock (deliveries) deliveries.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var broker = new Broker();
        await broker.StartAsync();

        ActivityContext cause;
        using (var commit = engine.StartActivity("commit"))
        {
            cause = commit!.Context;
            broker.Tell(1, 1);
        }
        await broker.QuietAsync();

        lock (deliveries) Assert.Contains(deliveries, delivery => delivery.TraceId == cause.TraceId && delivery.ParentSpanId == cause.SpanId);
    }
}

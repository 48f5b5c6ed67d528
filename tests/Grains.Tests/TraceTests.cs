using System.Collections.Concurrent;
using System.Diagnostics;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;

namespace QodOrleans.Grains.Tests;

public sealed class TraceTests : IAsyncLifetime
{
    private readonly ClusterOverPostgres fixture = new();

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task A_create_is_one_trace_from_the_gateway_through_grain_and_store_to_the_operator()
    {
        using var gateway = new ActivitySource("test.gateway");
        var ended = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("QodOrleans.", StringComparison.Ordinal) || source.Name is "Microsoft.Orleans.Application" or "test.gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);

        ActivityTraceId trace;
        using (var request = gateway.StartActivity("POST /sessions"))
        {
            trace = request!.TraceId;
            Assert.Null((await fixture.Engine.CreateSessionAsync(Request(), default)).Error);
        }

        string[] parts = [.. ended.Where(activity => activity.TraceId == trace).Select(activity => activity.OperationName)];
        Assert.Contains(parts, part => part.Contains("IQosSessionGrain/Create", StringComparison.Ordinal));
        Assert.Contains(parts, part => part.Contains("IDeviceGrain/Admit", StringComparison.Ordinal));
        Assert.Contains("CreateSession", parts);
        Assert.Equal(2, parts.Count(part => part == "store commit"));
        Assert.Contains("operator create", parts);
    }

    private static CreateSession Request() => new()
    {
        Caller = new Caller("alice"),
        Surface = "test",
        Device = new Device { PhoneNumber = "+34600000001" },
        ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(300),
    };
}

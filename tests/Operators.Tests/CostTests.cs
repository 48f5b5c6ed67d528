using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Operators.Resilience;
using QodOrleans.Operators.Simulated;

namespace QodOrleans.Operators.Tests;

/// <summary>Runs alone: the heap that it measures is everybody's.</summary>
[CollectionDefinition(nameof(CostTests), DisableParallelization = true)]
[Collection(nameof(CostTests))]
public sealed class CostTests(ITestOutputHelper output)
{
#if DEBUG
    private const int MostBytesPerCall = 1200; // Unoptimized, every async method is an object.
#else
    private const int MostBytesPerCall = 64;
#endif

    [Fact]
    public async Task A_million_live_sessions_cost_less_than_a_hundred_bytes_each()
    {
        const int Count = 1_000_000;
        using var simulated = Simulated();
        var template = OperatorSessions.For("tel:+34600000001");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var n = 0; n < Count; n++) await simulated.CreateAsync(template with { Id = new SessionId(Guid.CreateVersion7()) }, default);

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Count;
        output.WriteLine($"{each:0.0} bytes per session");
        Assert.InRange(each, 20, 100);
        Assert.Equal(Count, simulated.Sessions.Count);
    }

    [Fact]
    public async Task A_call_that_is_answered_at_once_allocates_next_to_nothing_for_its_limits()
    {
        const int Count = 100_000;
        using var resilient = new ResilientOperator(Simulated(), new ResilienceOptions(), TestMetrics.Unobserved(), TimeProvider.System, NullLogger<ResilientOperator>.Instance);
        var session = OperatorSessions.For("tel:+34600000001");
        for (var n = 0; n < 1000; n++) await resilient.DeleteAsync(session, default);

        var thread = Environment.CurrentManagedThreadId;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < Count; n++) await resilient.DeleteAsync(session, default);

        var nanoseconds = TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / Count;
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count;
        output.WriteLine($"{nanoseconds:0} ns, {allocated:0} bytes per call");
        Assert.Equal(thread, Environment.CurrentManagedThreadId);
        Assert.InRange(allocated, 0, MostBytesPerCall);
    }

    private static SimulatedOperator Simulated() =>
        new(new OperatorId("simulated"), new SimulatedOptions(), new OperatorReportRelay(), TimeProvider.System, NullLogger<SimulatedOperator>.Instance);
}

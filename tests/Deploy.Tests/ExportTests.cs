using System.Buffers.Binary;
using QodOrleans.TestSupport;

namespace QodOrleans.Deploy.Tests;

/// <summary>The environment is the whole process's: no other host may start meanwhile.</summary>
[CollectionDefinition(nameof(Environment), DisableParallelization = true)]
public sealed class EnvironmentIsSet;

/// <summary>What a collector is sent, as the dashboard needs it.</summary>
[Collection(nameof(Environment))]
public sealed class ExportTests
{
    [Fact]
    public async Task Metrics_come_by_the_pods_name_and_with_buckets_below_a_second()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=qod-silo-7d4b9",
        };
        foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value);
        try
        {
            await using var host = new SiloHost();
            await host.CreateSessionAsync();
        }
        finally
        {
            foreach (var name in variables.Keys) Environment.SetEnvironmentVariable(name, null);
        }

        // Stopping, a host sends what it has. This one is stopped by the factory and by its own Program at once, so it may still be at it.
        await Eventually.IsTrueAsync(() => collector.Received("qod.operator.latency"));
        // In protobuf: key, then a value of 16 bytes, that is a text of 14.
        Assert.True(collector.Received("service.instance.id\u0012\u0010\n\u000eqod-silo-7d4b9"), "the instance is not the pod");
        Assert.True(collector.Received("dotnet.process.cpu.time"), "there is no metric of the runtime");
        Assert.True(collector.Received("kestrel.active_connections"), "there is no metric of the server");
        // Our first two boundaries, as they stand in the message; no framework's instrument has these.
        var boundaries = new byte[2 * sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(boundaries, 0.001);
        BinaryPrimitives.WriteDoubleLittleEndian(boundaries.AsSpan(sizeof(double)), 0.0025);
        Assert.True(collector.Received(boundaries), "a latency of milliseconds is in no bucket of its own");
    }
}

using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>What somebody sees who starts the host on an empty database.</summary>
public sealed class FirstStartTests(PostgresServer server)
{
    [Fact]
    public async Task The_first_start_has_nothing_to_complain_about()
    {
        await using var broker = await Broker.StartAsync(server);

        Assert.DoesNotContain(broker.Output.Split('\n'), line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", broker.Output, StringComparison.Ordinal);
    }
}

namespace QodOrleans.Embedded.Tests;

public sealed class Stopping
{
    [Fact]
    public async Task Stopped_twice_at_once_it_drains_once()
    {
        await using var fixture = new MemoryEngineFixture();
        await fixture.InitializeAsync();

        await Task.WhenAll(fixture.StopAsync(), fixture.StopAsync()).WaitAsync(TimeSpan.FromSeconds(20));
    }
}

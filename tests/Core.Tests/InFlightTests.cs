namespace QodOrleans.Core.Tests;

public sealed class InFlightTests
{
    [Fact]
    public async Task A_drain_waits_for_what_began_before_it_and_while_it_waited()
    {
        var inFlight = new InFlight();
        inFlight.Begin();
        var drained = inFlight.DrainAsync();
        inFlight.Begin();
        inFlight.End();
        Assert.Equal((false, 1), (drained.IsCompleted, inFlight.Count));

        inFlight.End();
        await drained.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    [Fact]
    public async Task Where_nothing_is_in_flight_there_is_nothing_to_wait_for_the_second_time_neither()
    {
        var inFlight = new InFlight();
        await inFlight.DrainAsync();
        inFlight.Begin();
        Assert.False(inFlight.DrainAsync().IsCompleted);
        inFlight.End();
        Assert.True(inFlight.DrainAsync().IsCompleted);
    }
}

namespace QodOrleans.Engine.Tests;

public sealed class InFlightTests
{
    [Fact]
    public async Task A_drain_waits_for_what_began_before_it_and_while_it_waited()
    {
        var inFlight = new InFlight();
        inFlight.Begin();
        var drained = inFlight.DrainAsync(CancellationToken.None);
        inFlight.Begin();
        inFlight.End();
        Assert.False(drained.IsCompleted);

        inFlight.End();
        await drained.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    [Fact]
    public async Task Where_nothing_is_in_flight_there_is_nothing_to_wait_for_and_patience_ends()
    {
        await new InFlight().DrainAsync(CancellationToken.None);

        var busy = new InFlight();
        busy.Begin();
        Assert.Equal(1, busy.Count);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy.DrainAsync(new CancellationToken(canceled: true)));
    }
}

using Microsoft.Extensions.Logging;
using QodOrleans.Engine;
using QodOrleans.Grains.Operators;
using QodOrleans.Grains.DueSessions;

namespace QodOrleans.Grains;

/// <summary>Starts the silo's own work when it has joined. On a stop it finishes it, and the calls that it has taken in, while grains still answer; but
/// not before the silo says to the others that it goes: else no silo would look after its share meanwhile, and new work would still come.</summary>
internal sealed class SiloLifecycle(
    DueSessionPoller due, OperatorQuotaClient quotas, SessionServices sessions, ILogger<SiloLifecycle> log) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<SiloLifecycle>(ServiceLifecycleStage.Active, _ => StartAsync());
        lifecycle.Subscribe<SiloLifecycle>(ServiceLifecycleStage.BecomeActive, _ => Task.CompletedTask, StopAsync);
    }

    private Task StartAsync()
    {
        quotas.Start();
        due.Start();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        try
        {
            await due.StopAsync(cancellation);
            await sessions.InFlight.DrainAsync().WaitAsync(cancellation);
            Log.Drained(log);
        }
        catch (OperationCanceledException)
        {
            Log.NotDrained(log, sessions.InFlight.Count);
        }
    }
}

using Microsoft.Extensions.Logging;
using QodOrleans.Engine;
using QodOrleans.Grains.Operators;
using QodOrleans.Grains.Reminders;

namespace QodOrleans.Grains;

/// <summary>Starts the silo's own work when it has joined. On a stop it finishes it, and the calls that it has taken in, while grains still answer; but
/// not before the silo says to the others that it goes: else nobody looked after its share meanwhile, and new work would go on coming.</summary>
internal sealed class SiloWork(
    DueReminders due, OperatorQuotaClient quotas, SessionServices sessions, ILogger<SiloWork> log) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<SiloWork>(ServiceLifecycleStage.Active, _ => StartAsync());
        lifecycle.Subscribe<SiloWork>(ServiceLifecycleStage.BecomeActive, _ => Task.CompletedTask, StopAsync);
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
            await sessions.InFlight.DrainAsync(cancellation);
            Log.Drained(log);
        }
        catch (OperationCanceledException)
        {
            Log.NotDrained(log, sessions.InFlight.Count);
        }
    }
}

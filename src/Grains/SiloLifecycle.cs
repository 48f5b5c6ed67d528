using Microsoft.Extensions.Logging;
using QodOrleans.Engine;
using QodOrleans.Grains.Operators;
using QodOrleans.Grains.DueSessions;

namespace QodOrleans.Grains;

/// <summary>Starts the silo's own work when the silo has joined the cluster. When it stops, it finishes this work and the calls that it has accepted, while its
/// grains still answer.</summary>
/// <remarks>It stops its work only after the silo has told the other silos that it leaves. From then on they own its sessions and send it no new calls. If it
/// stopped earlier, no silo would call its due sessions in between.</remarks>
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

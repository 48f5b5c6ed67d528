using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Sessions;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Reminders;

/// <summary>Reminds each session of this silo's share when it is due, as Orleans reminds a grain: through <see cref="IRemindable"/>. The table of
/// reminders is the sessions table, read in order of <c>due_at</c>; there is nothing to register or to take back, since each commit of a session
/// moves its own due time.</summary>
/// <remarks>Each look reads what is due now and no more, so it costs the same with a thousand live sessions and with a million. What fell due while its
/// silo was dead is found by the next look of whoever looks after it then. A session that was called stays in the table until its commit has
/// moved its due time, and one whose call failed is called again. See docs/decisions/due-sessions.md for what this replaces and why.</remarks>
internal sealed class DueReminders : IDisposable
{
    /// <summary>Name of the only reminder that a session has.</summary>
    public const string Name = "due";

    private const int PageSize = 5_000;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ISessionStore store;
    private readonly IGrainFactory grains;
    private readonly SessionShares shares;
    private readonly TimeProvider time;
    private readonly TimeProvider pace;
    private readonly QodClusterOptions settings;
    private readonly ILogger<DueReminders> log;
    private readonly ConcurrentDictionary<SessionId, DateTimeOffset> underWay = new();
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource stopping = new();
    private Task looking = Task.CompletedTask;

    public DueReminders(
        ISessionStore store, IGrainFactory grains, SessionShares shares, TimeProvider time, [FromKeyedServices(Pace.Key)] TimeProvider pace,
        GrainMetrics metrics, IOptions<QodClusterOptions> settings, ILogger<DueReminders> log)
    {
        (this.store, this.grains, this.shares, this.time, this.pace, this.settings, this.log) = (store, grains, shares, time, pace, settings.Value, log);
        slots = new SemaphoreSlim(this.settings.DueInFlight);
        metrics.ObserveDue(() => this.settings.DueInFlight - slots.CurrentCount);
    }

    public void Start() => looking = Task.Run(LookAsync);

    /// <summary>Looks no more, and waits for the calls under way.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await stopping.CancelAsync();
        await looking.WaitAsync(cancellation);
        for (var slot = 0; slot < settings.DueInFlight; slot++) await slots.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
        slots.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(settings.DuePeriod, pace);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    shares.Refresh();
                    await CallDueAsync();
                }
                catch (StoreUnavailableException unavailable)
                {
                    Log.DueReadFailed(log, unavailable);
                    await Task.Delay(RetryPause, pace, stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Whoever looks after these sessions next finds what is left.
        }
    }

    private async Task CallDueAsync()
    {
        var until = time.GetUtcNow();
        DueSession? after = null;
        IReadOnlyList<DueSession> page;
        do
        {
            page = await store.ReadDueAsync(after, until, PageSize, stopping.Token);
            foreach (var due in page)
            {
                if (!shares.IsMine(due.Id) || !underWay.TryAdd(due.Id, due.DueAt)) continue;
                await slots.WaitAsync(stopping.Token);
                _ = RemindAsync(due);
            }
            if (page.Count > 0) after = page[^1];
        }
        while (page.Count == PageSize);
    }

    private async Task RemindAsync(DueSession due)
    {
        var failed = false;
        try
        {
            var session = grains.GetGrain<IQosSessionGrain>(due.Id.Value).AsReference<IRemindable>();
            await session.ReceiveReminder(Name, new TickStatus(due.DueAt.UtcDateTime, RetryPause, time.GetUtcNow().UtcDateTime));
        }
        catch (Exception exception)
        {
            failed = true;
            Log.DueCallFailed(log, due.Id, exception);
        }
        finally
        {
            slots.Release();
        }
        if (failed) await Task.Delay(RetryPause, pace);
        underWay.TryRemove(due.Id, out _);
    }
}

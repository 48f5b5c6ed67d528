using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Engine;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.DueSessions;

/// <summary>Calls each session that this silo owns when it is due, through Orleans's <see cref="IRemindable"/>. No reminder has to be registered or removed:
/// the sessions table holds the due time of each session, every commit sets it, and the table is read in order of <c>due_at</c>.</summary>
/// <remarks>Sessions that are due soon are held in memory; the reasons are in docs/decisions/due-sessions.md.</remarks>
internal sealed class DueSessionPoller : IDueSessionHost, IDisposable
{
    /// <summary>The reminder of a session that is due.</summary>
    public const string Due = "due";

    /// <summary>The reminder of a session whose release was put off.</summary>
    public const string Release = "release";

    private readonly GrainReferences<IQosSessionGrain, IRemindable> grains;
    private readonly SessionShares shares;
    private readonly TimeProvider time;
    private readonly TimeSpan period;
    private readonly ITimer looks;

    public DueSessionPoller(
        ISessionStore store, IGrainFactory grains, SessionShares shares, TimeProvider time,
        [FromKeyedServices(QodTimeProviderNames.Background)] TimeProvider backgroundTime,
        EngineMetrics metrics, IOptions<EngineOptions> options, IOptions<PollingOptions> settings, ILogger<DueSessionScheduler> log)
    {
        (this.grains, this.shares, this.time, period) = (new(grains), shares, time, settings.Value.DuePeriod);
        Scheduler = new DueSessionScheduler(this, store, time, backgroundTime, metrics, options.Value, log);
        looks = backgroundTime.CreateTimer(static self => ((DueSessionPoller)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public DueSessionScheduler Scheduler { get; }

    public void Start()
    {
        shares.Changed += Scheduler.OwnersChanged;
        Scheduler.Start();
        looks.Change(period, period);
    }

    /// <summary>Stops looking, and waits for the calls under way.</summary>
    public Task StopAsync(CancellationToken cancellation)
    {
        shares.Changed -= Scheduler.OwnersChanged;
        looks.Dispose();
        return Scheduler.StopAsync(cancellation);
    }

    public void Dispose()
    {
        looks.Dispose();
        Scheduler.Dispose();
    }

    public bool IsOurs(SessionId id) => shares.IsMine(id);

    public Task CallAsync(DueSession due) => RemindAsync(due.Id, Due, due.DueAt);

    public Task ReleaseAsync(SessionId id) => RemindAsync(id, Release, time.GetUtcNow());

    private Task RemindAsync(SessionId id, string reminder, DateTimeOffset due) =>
        grains.Of(id.Value).ReceiveReminder(reminder, new TickStatus(due.UtcDateTime, period, time.GetUtcNow().UtcDateTime));

    private void Look()
    {
        shares.Refresh();
        Scheduler.Look();
    }
}

using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>Carries the sessions that a process owns, for <see cref="DueSessionScheduler"/>.</summary>
public interface IDueSessionHost
{
    /// <summary>Whether this process owns the session now. Called for every row that is read and for every commit.</summary>
    bool IsOurs(SessionId id);

    /// <summary>Calls the session, which checks whether it is due. If this throws, the session is called again after a pause.</summary>
    Task CallAsync(DueSession due);

    /// <summary>Has the session send a release that was put off. If this throws, the release is sent when the session is due.</summary>
    Task ReleaseAsync(SessionId id);
}

/// <summary>Calls each session of a process when it is due. It holds in memory the sessions that are due within the window, and reads the next ones from the
/// store as time goes by. So a million sessions that end tomorrow cost nothing today. If more sessions are due than can be called at once, ending sessions
/// comes before releasing them at operators.</summary>
/// <remarks>A session can be missing in memory: another process has changed it, or memory was full. The next <see cref="Look"/> after its due time finds it in
/// the store. A call that was not needed does no harm. See docs/decisions/due-sessions.md.</remarks>
public sealed class DueSessionScheduler : IDisposable
{
    private const int PageSize = 5_000;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly IDueSessionHost host;
    private readonly ISessionStore store;
    private readonly TimeProvider time;
    private readonly TimeProvider backgroundTime;
    private readonly EngineOptions options;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer timer;

    /// <summary>Guards all below. Nothing is awaited, and nothing is called but <see cref="IDueSessionHost.IsOurs"/>, while it is held.</summary>
    private readonly Lock gate = new();
    private readonly PriorityQueue<SessionId, DateTimeOffset> queue = new();

    /// <summary>The due time of each queued session. An entry of the queue with another time is outdated.</summary>
    private readonly Dictionary<SessionId, DateTimeOffset> dueAt = [];

    /// <summary>Releases that wait until nothing is overdue.</summary>
    private readonly Queue<SessionId> releases = new();

    /// <summary>Sessions that are being called, and those that wait for another call after one that failed.</summary>
    private readonly HashSet<SessionId> called = [];

    /// <summary>Sessions whose call ended while a look was under way: the rows that it has read of them may be old.</summary>
    private readonly HashSet<SessionId> endedInLook = [];

    /// <summary>All sessions of this process that are due up to here are in memory, except those that <see cref="Look"/> has to find.</summary>
    private DateTimeOffset loadedUntil = DateTimeOffset.UnixEpoch;
    private DueSession? lastRead;

    /// <summary>Raised when the window must be read from its start again. A page that was requested before that must not set where to read on.</summary>
    private int reading;
    private bool isReading;
    private bool isLooking;
    private bool isStarting;
    private bool stopped = true;
    private int inFlight;

    /// <summary>When the timer fires. <see cref="Schedule"/> may only move it to an earlier time.</summary>
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    /// <summary>Timestamps of <see cref="backgroundTime"/>; null for never.</summary>
    private long? lastLook;
    private long? lastFailure;

    /// <param name="time">The clock that sessions live by.</param>
    /// <param name="backgroundTime">The clock for pauses. It goes on in tests that stop the other clock.</param>
    public DueSessionScheduler(
        IDueSessionHost host, ISessionStore store, TimeProvider time, TimeProvider backgroundTime, EngineMetrics metrics, EngineOptions options,
        ILogger<DueSessionScheduler> log)
    {
        (this.host, this.store, this.time, this.backgroundTime, this.options, this.log) = (host, store, time, backgroundTime, options, log);
        timer = time.CreateTimer(static self => ((DueSessionScheduler)self!).Strike(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics.ObserveDue(() => Waiting, () => InFlight);
    }

    /// <summary>Sessions in memory that wait for their time.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return dueAt.Count;
        }
    }

    /// <summary>Calls under way.</summary>
    public int InFlight
    {
        get
        {
            lock (gate) return inFlight;
        }
    }

    /// <summary>Starts the calls, with overdue sessions first, in order of their due time. Returns at once.</summary>
    public void Start()
    {
        lock (gate)
        {
            stopped = false;
            Arm();
        }
    }

    /// <summary>Starts no more calls, and waits for those under way.</summary>
    public Task StopAsync(CancellationToken cancellation)
    {
        Task none;
        lock (gate)
        {
            stopped = true;
            none = inFlight == 0 ? Task.CompletedTask : idle.Task;
        }
        stopping.Cancel();
        return none.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        timer.Dispose();
        stopping.Dispose();
    }

    /// <summary>Records a committed due time.</summary>
    public void Schedule(SessionId id, DateTimeOffset due)
    {
        var isOurs = host.IsOurs(id);
        lock (gate)
        {
            if (!isOurs || due > loadedUntil)
            {
                dueAt.Remove(id);
                return;
            }
            if (dueAt.TryGetValue(id, out var known) ? known == due : dueAt.Count >= options.DueQueueLimit) return;
            Enqueue(id, due);
            if (due < armedFor && inFlight < options.DueInFlight) Set(due);
        }
    }

    /// <summary>Forgets a session that is gone.</summary>
    public void Forget(SessionId id)
    {
        lock (gate) dueAt.Remove(id);
    }

    /// <summary>Puts a release off if sessions are overdue, so that these are ended first.</summary>
    /// <returns>False: it is not put off, and the caller must release now.</returns>
    public bool TryPutOffRelease(SessionId id)
    {
        lock (gate)
        {
            if (stopped || releases.Count >= options.DueQueueLimit || !queue.TryPeek(out _, out var first) || first > time.GetUtcNow()) return false;
            releases.Enqueue(id);
            return true;
        }
    }

    /// <summary>The process now owns other sessions than before, so the window is read again. Returns at once.</summary>
    public void OwnersChanged()
    {
        lock (gate)
        {
            reading++;
            (loadedUntil, lastRead) = (DateTimeOffset.UnixEpoch, null);
            Arm();
        }
    }

    /// <summary>Looks in the store for sessions that are due and not in memory. To be called periodically, by the background clock.</summary>
    public void Look()
    {
        var isWanted = false;
        lock (gate)
        {
            // Overdue sessions are called in order of their due time, so a session that is only in the store has to wait too: looking less often is enough.
            var isBehind = queue.TryPeek(out _, out var first) && first <= time.GetUtcNow();
            if (!stopped && !isLooking && HasRested(lastFailure) && (!isBehind || HasRested(lastLook)))
            {
                (isWanted, isLooking, lastLook) = (true, true, backgroundTime.GetTimestamp());
                endedInLook.Clear();
            }
        }
        if (isWanted) _ = LookAsync();
        // After a failed read, CallDue also reads the window again once its pause is over.
        CallDue();
    }

    // -- Calls ------------------------------------------------------------------------------------------------------------------------

    private void Strike()
    {
        lock (gate) armedFor = DateTimeOffset.MaxValue;
        CallDue();
    }

    /// <summary>Calls due sessions, as many as may be in flight. The timer, or the end of a call, then causes the next run.</summary>
    private void CallDue()
    {
        lock (gate)
        {
            // The loop that is running checks once more before it stops.
            if (isStarting) return;
            isStarting = true;
        }
        while (true)
        {
            (SessionId Id, DateTimeOffset? Due)? next;
            var readsOn = false;
            lock (gate)
            {
                next = TakeNext();
                if (next is null)
                {
                    isStarting = false;
                    readsOn = !isReading && MustReadOn();
                    isReading |= readsOn;
                    Arm();
                }
            }
            if (next is var (id, due))
            {
                _ = CallAsync(id, due);
                continue;
            }
            if (readsOn) _ = ReadOnAsync();
            return;
        }
    }

    /// <returns>A session to call; if Due is null, a session to release. Null if there is none now.</returns>
    private (SessionId Id, DateTimeOffset? Due)? TakeNext()
    {
        if (stopped || inFlight >= options.DueInFlight) return null;
        var now = time.GetUtcNow();
        while (queue.TryPeek(out var id, out var due) && due <= now)
        {
            queue.Dequeue();
            if (!dueAt.TryGetValue(id, out var counts) || counts != due) continue;
            dueAt.Remove(id);
            // Another process may own it now.
            if (!host.IsOurs(id)) continue;
            called.Add(id);
            inFlight++;
            return (id, due);
        }
        if (!releases.TryDequeue(out var released)) return null;
        inFlight++;
        return (released, null);
    }

    private async Task CallAsync(SessionId id, DateTimeOffset? due)
    {
        var isToBeRepeated = false;
        try
        {
            await (due is { } at ? host.CallAsync(new DueSession(id, at)) : host.ReleaseAsync(id));
        }
        catch (Exception exception)
        {
            isToBeRepeated = due is not null;
            Log.DueCallFailed(log, id, exception);
        }
        lock (gate)
        {
            inFlight--;
            if (due is not null && !isToBeRepeated) Ended(id);
            if (stopped && inFlight == 0) idle.TrySetResult();
        }
        CallDue();
        if (!isToBeRepeated) return;

        // After the pause the next look finds it.
        await Task.Delay(RetryPause, backgroundTime);
        lock (gate) called.Remove(id);
    }

    private void Ended(SessionId id)
    {
        called.Remove(id);
        if (isLooking) endedInLook.Add(id);
    }

    // -- Reading ----------------------------------------------------------------------------------------------------------------------

    /// <summary>The window is read on when half of it is over: this leaves enough time.</summary>
    private bool MustReadOn() =>
        !stopped && loadedUntil - time.GetUtcNow() <= options.DueWindow / 2 && dueAt.Count < options.DueQueueLimit && HasRested(lastFailure);

    /// <summary>Reads the window, page by page.</summary>
    private async Task ReadOnAsync()
    {
        while (true)
        {
            DueSession? after;
            DateTimeOffset before, until;
            int round;
            lock (gate)
            {
                if (!MustReadOn())
                {
                    isReading = false;
                    Arm();
                    return;
                }
                (after, before, round) = (lastRead, loadedUntil, reading);
                // From now on, commits within the new window are queued at once. If such a session is read too, its entry is in the queue twice, without harm.
                loadedUntil = until = time.GetUtcNow() + options.DueWindow;
            }
            try
            {
                var page = await store.ReadDueAsync(after, until, PageSize, stopping.Token);
                lock (gate)
                {
                    foreach (var due in page)
                        if (host.IsOurs(due.Id) && !called.Contains(due.Id) && !dueAt.ContainsKey(due.Id)) Enqueue(due.Id, due.DueAt);
                    if (round == reading && page.Count > 0) lastRead = page[^1];
                    if (round == reading && page.Count == PageSize) loadedUntil = page[^1].DueAt;
                }
            }
            catch (Exception broken)
            {
                lock (gate)
                {
                    if (round == reading) loadedUntil = before;
                    isReading = false;
                    Rest(broken);
                }
                return;
            }
            CallDue();
        }
    }

    private async Task LookAsync()
    {
        try
        {
            DueSession? after = null;
            IReadOnlyList<DueSession> page;
            do
            {
                page = await store.ReadDueAsync(after, OverlookedUntil(), PageSize, stopping.Token);
                if (page.Count == 0) break;
                after = page[^1];
                lock (gate)
                    foreach (var due in page)
                        if (IsOverlooked(due)) Enqueue(due.Id, due.DueAt);
                CallDue();
            }
            while (page.Count == PageSize);
            lock (gate) isLooking = false;
        }
        catch (Exception broken)
        {
            lock (gate)
            {
                isLooking = false;
                Rest(broken);
            }
        }
    }

    /// <summary>A session that is due before the first one in the queue is either being called or missing in memory.</summary>
    private DateTimeOffset OverlookedUntil()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return queue.TryPeek(out _, out var first) && first < now ? first : now;
        }
    }

    /// <summary>True also if it is in memory with a later time: then another process has set an earlier one.</summary>
    private bool IsOverlooked(DueSession due) =>
        !called.Contains(due.Id) && !endedInLook.Contains(due.Id) && host.IsOurs(due.Id)
        && (dueAt.TryGetValue(due.Id, out var known) ? known > due.DueAt : dueAt.Count < options.DueQueueLimit);

    private bool HasRested(long? since) => since is not { } timestamp || backgroundTime.GetElapsedTime(timestamp) >= RetryPause;

    private void Rest(Exception broken)
    {
        if (stopped) return;
        lastFailure = backgroundTime.GetTimestamp();
        Log.DueReadFailed(log, broken);
        Arm();
    }

    // -- Memory -----------------------------------------------------------------------------------------------------------------------

    private void Enqueue(SessionId id, DateTimeOffset due)
    {
        dueAt[id] = due;
        queue.Enqueue(id, due);
    }

    /// <summary>Sets the timer for the next call or read. It is not set for a call if no more may be in flight: the end of a call then starts the next one. It
    /// is not set for a read if memory is full, or after a failed read: then the next calls or the next look cause it.</summary>
    private void Arm()
    {
        var next = DateTimeOffset.MaxValue;
        if (inFlight < options.DueInFlight && queue.TryPeek(out _, out var first)) next = first;
        if (!isReading && dueAt.Count < options.DueQueueLimit && HasRested(lastFailure))
        {
            var readsOn = loadedUntil - options.DueWindow / 2;
            if (readsOn < next) next = readsOn;
        }
        Set(next);
    }

    private void Set(DateTimeOffset next)
    {
        if (stopped) return;
        armedFor = next;
        var wait = next - time.GetUtcNow();
        // Timers count whole milliseconds. Rounded up, because no session may end early.
        var wholeMilliseconds = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        timer.Change(next == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : wholeMilliseconds, Timeout.InfiniteTimeSpan);
    }
}

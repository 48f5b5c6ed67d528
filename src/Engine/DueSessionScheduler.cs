using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>The sessions that a process looks after, as <see cref="DueSessionScheduler"/> reaches them.</summary>
public interface IDueSessions
{
    /// <summary>Whether this process looks after the session now. Asked for every row that is read and for every commit.</summary>
    bool IsOurs(SessionId id);

    /// <summary>Has the session look whether it is due. If it throws, the session is called again after a pause.</summary>
    Task CallAsync(DueSession due);

    /// <summary>Has the session make up for a release that was put off. If it throws, the session's own due time sends the release.</summary>
    Task ReleaseAsync(SessionId id);
}

/// <summary>Calls each session of a process when it is due. Holds in memory what is due within the window, and reads on from the store as time goes by:
/// a million sessions that end tomorrow cost nothing today. Where more is due than can be called at once, ending on time goes before releasing.</summary>
/// <remarks>The store is the truth, memory makes it punctual: a session that is missing here, because another process or hand moved it, or because
/// memory was full, is found by the next <see cref="Look"/> once it is due. A call too many does no harm. See docs/decisions/due-sessions.md.</remarks>
public sealed class DueSessionScheduler : IDisposable
{
    private const int PageSize = 5_000;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly IDueSessions sessions;
    private readonly ISessionStore store;
    private readonly TimeProvider time;
    private readonly TimeProvider backgroundTime;
    private readonly EngineOptions options;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer timer;

    /// <summary>Guards all below. Nothing is awaited, and nothing is called but <see cref="IDueSessions.IsOurs"/>, while it is held.</summary>
    private readonly Lock gate = new();
    private readonly PriorityQueue<SessionId, DateTimeOffset> queue = new();

    /// <summary>The due time that counts for a queued session; entries of the queue that say otherwise are outdated.</summary>
    private readonly Dictionary<SessionId, DateTimeOffset> dueAt = [];

    /// <summary>Releases that wait until nothing is overdue.</summary>
    private readonly Queue<SessionId> releases = new();

    /// <summary>Sessions that are being called, and those that rest after a call that failed.</summary>
    private readonly HashSet<SessionId> called = [];

    /// <summary>Sessions whose call ended while a look was under way: what it has read of them is old.</summary>
    private readonly HashSet<SessionId> endedInLook = [];

    /// <summary>Everything of ours that is due up to here is in memory, but for what <see cref="Look"/> is for.</summary>
    private DateTimeOffset loadedUntil = DateTimeOffset.UnixEpoch;
    private DueSession? lastRead;

    /// <summary>Changes when the window must be read anew: a page that was asked for before then says nothing of where to go on.</summary>
    private int reading;
    private bool isReading;
    private bool isLooking;
    private bool isStarting;
    private bool stopped = true;
    private int inFlight;

    /// <summary>When the timer strikes: between two settings it is only ever moved nearer.</summary>
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    /// <summary>By the monotonic clock of pauses; null for never.</summary>
    private long? lastLook;
    private long? lastFailure;

    /// <param name="time">The clock that sessions live by.</param>
    /// <param name="backgroundTime">The clock of pauses: a test may hold the other one still.</param>
    public DueSessionScheduler(
        IDueSessions sessions, ISessionStore store, TimeProvider time, TimeProvider backgroundTime, EngineMetrics metrics, EngineOptions options,
        ILogger<DueSessionScheduler> log)
    {
        (this.sessions, this.store, this.time, this.backgroundTime, this.options, this.log) = (sessions, store, time, backgroundTime, options, log);
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

    /// <summary>Begins with what is overdue, in order. Returns at once.</summary>
    public void Start()
    {
        lock (gate)
        {
            stopped = false;
            Arm();
        }
    }

    /// <summary>Takes no more up, and waits for the calls under way.</summary>
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

    /// <summary>Takes note of a committed due time.</summary>
    public void Schedule(SessionId id, DateTimeOffset due)
    {
        var isOurs = sessions.IsOurs(id);
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

    /// <summary>Puts a release off if sessions wait that should have ended already.</summary>
    /// <returns>False: nothing is overdue; release now.</returns>
    public bool TryPutOffRelease(SessionId id)
    {
        lock (gate)
        {
            if (stopped || releases.Count >= options.DueQueueLimit || !queue.TryPeek(out _, out var first) || first > time.GetUtcNow()) return false;
            releases.Enqueue(id);
            return true;
        }
    }

    /// <summary>The process looks after other sessions than before: the window is read again. Returns at once.</summary>
    public void OwnersChanged()
    {
        lock (gate)
        {
            reading++;
            (loadedUntil, lastRead) = (DateTimeOffset.UnixEpoch, null);
            Arm();
        }
    }

    /// <summary>Looks in the store for sessions that are due and not in memory. To be called now and then, by a clock that does not stand still.</summary>
    public void Look()
    {
        var isWanted = false;
        lock (gate)
        {
            // What is overdue here is worked off in order of its time, so what was overlooked waits its turn too.
            var isBehind = queue.TryPeek(out _, out var first) && first <= time.GetUtcNow();
            if (!stopped && !isLooking && HasRested(lastFailure) && (!isBehind || HasRested(lastLook)))
            {
                (isWanted, isLooking, lastLook) = (true, true, backgroundTime.GetTimestamp());
                endedInLook.Clear();
            }
        }
        if (isWanted) _ = LookAsync();
        // The window's reading rests too after a failure.
        CallDue();
    }

    // -- Calls ------------------------------------------------------------------------------------------------------------------------

    private void Strike()
    {
        lock (gate) armedFor = DateTimeOffset.MaxValue;
        CallDue();
    }

    /// <summary>Calls what is due as far as there is room, then sees to it that it is called again: by the timer, or by the end of a call.</summary>
    private void CallDue()
    {
        lock (gate)
        {
            // The loop that runs looks once more before it stops.
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

    /// <returns>Without a due time: a release.</returns>
    private (SessionId Id, DateTimeOffset? Due)? TakeNext()
    {
        if (stopped || inFlight >= options.DueInFlight) return null;
        var now = time.GetUtcNow();
        while (queue.TryPeek(out var id, out var due) && due <= now)
        {
            queue.Dequeue();
            if (!dueAt.TryGetValue(id, out var counts) || counts != due) continue;
            dueAt.Remove(id);
            // Another process may look after it by now.
            if (!sessions.IsOurs(id)) continue;
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
            await (due is { } at ? sessions.CallAsync(new DueSession(id, at)) : sessions.ReleaseAsync(id));
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

        // The next look after the pause finds it.
        await Task.Delay(RetryPause, backgroundTime);
        lock (gate) called.Remove(id);
    }

    private void Ended(SessionId id)
    {
        called.Remove(id);
        if (isLooking) endedInLook.Add(id);
    }

    // -- Reading ----------------------------------------------------------------------------------------------------------------------

    /// <summary>Half a window is time enough to come back.</summary>
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
                // From now on commits within the new window queue themselves; what is read as well is the same entry twice, which does no harm.
                loadedUntil = until = time.GetUtcNow() + options.DueWindow;
            }
            try
            {
                var page = await store.ReadDueAsync(after, until, PageSize, stopping.Token);
                lock (gate)
                {
                    foreach (var due in page)
                        if (sessions.IsOurs(due.Id) && !called.Contains(due.Id) && !dueAt.ContainsKey(due.Id)) Enqueue(due.Id, due.DueAt);
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

    /// <summary>What is due before the first that waits in memory is being called, or was overlooked.</summary>
    private DateTimeOffset OverlookedUntil()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return queue.TryPeek(out _, out var first) && first < now ? first : now;
        }
    }

    /// <summary>A session that waits for a later time was brought forward by another hand.</summary>
    private bool IsOverlooked(DueSession due) =>
        !called.Contains(due.Id) && !endedInLook.Contains(due.Id) && sessions.IsOurs(due.Id)
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

    /// <summary>Sets the timer for whatever comes next. Where no call can be made, the end of one calls the next; where memory is full, it is read on
    /// when that has been worked off; and where the store did not answer, with a look.</summary>
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
        // Timers count whole milliseconds: round up, for never early is the promise.
        var wholeMilliseconds = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        timer.Change(next == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : wholeMilliseconds, Timeout.InfiniteTimeSpan);
    }
}

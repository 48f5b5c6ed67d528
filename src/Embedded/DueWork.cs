using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Embedded;

/// <summary>Calls each session when it is due. Holds in memory what is due within the window, and reads on from the store as time goes by:
/// a million sessions that end tomorrow cost nothing today. Where more is due than can be done at once, ending on time goes before releasing.</summary>
internal sealed class DueWork : IAsyncDisposable
{
    private const int PageSize = 5_000;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>A session overdue by more than this has perhaps been moved, by another hand, to where had been read already: a commit that
    /// a dead process left behind in the store, or a repair. It is looked for with each window.</summary>
    private static readonly TimeSpan OverlookedAfter = TimeSpan.FromSeconds(5);

    private readonly ISessionStore store;
    private readonly TimeProvider time;
    private readonly EmbeddedOptions options;
    private readonly Func<SessionId, Task> handleDue;
    private readonly Func<SessionId, Task> release;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly ITimer timer;
    private readonly SemaphoreSlim slots;

    private readonly Lock gate = new();
    private readonly PriorityQueue<SessionId, DateTimeOffset> queue = new();

    /// <summary>The due time that counts for a queued session; entries of the queue that say otherwise are outdated.</summary>
    private readonly Dictionary<SessionId, DateTimeOffset> dueAt = [];

    /// <summary>Releases that wait until nothing is overdue.</summary>
    private readonly Queue<SessionId> releases = new();

    /// <summary>Everything due up to here is in memory.</summary>
    private DateTimeOffset loadedUntil = DateTimeOffset.MinValue;
    private DueSession? lastRead;

    /// <summary>When the timer strikes: it is only ever moved nearer, or set anew.</summary>
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;
    private Task pump = Task.CompletedTask;

    /// <summary>Set and cleared under the gate: whether the task has completed is known a moment too late, and a wake-up in that moment would be lost.</summary>
    private bool isPumping;
    private bool wanted;
    private bool stopped;

    /// <param name="handleDue">Handles one due session. Must not throw.</param>
    /// <param name="release">Makes up for a release that was put off. Must not throw.</param>
    public DueWork(
        ISessionStore store, TimeProvider time, EmbeddedOptions options, Func<SessionId, Task> handleDue, Func<SessionId, Task> release, ILogger log)
    {
        (this.store, this.time, this.options, this.handleDue, this.release, this.log) = (store, time, options, handleDue, release, log);
        slots = new SemaphoreSlim(options.DueInFlight);
        timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sessions in memory that wait for their time.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return dueAt.Count;
        }
    }

    /// <summary>Begins with what is overdue, in order.</summary>
    public void Start() => Wake();

    /// <summary>Takes note of a session's committed due time.</summary>
    public void Schedule(SessionId id, DateTimeOffset due)
    {
        lock (gate)
        {
            if (due > loadedUntil)
            {
                dueAt.Remove(id);
                return;
            }
            if (dueAt.TryGetValue(id, out var known) && known == due) return;
            dueAt[id] = due;
            queue.Enqueue(id, due);
            if (due < armedFor) Arm(due);
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
            if (!queue.TryPeek(out _, out var first) || first > time.GetUtcNow()) return false;
            releases.Enqueue(id);
            return true;
        }
    }

    /// <summary>Takes no more up, and waits for what is at work.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await stopping.CancelAsync();
        Task last;
        lock (gate)
        {
            stopped = true;
            last = pump;
        }
        await last.WaitAsync(cancellation);
        for (var slot = 0; slot < options.DueInFlight; slot++) await slots.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        stopping.Dispose();
    }

    private void Arm(DateTimeOffset due)
    {
        armedFor = due;
        var wait = due - time.GetUtcNow();
        // Timers count whole milliseconds: round up, for never early is the promise.
        timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (gate)
        {
            if (stopped) return;
            armedFor = DateTimeOffset.MaxValue;
            wanted = true;
            if (isPumping) return;
            isPumping = true;
            pump = Task.Run(PumpAsync);
        }
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (!wanted || stopped)
                {
                    isPumping = false;
                    return;
                }
                wanted = false;
            }
            try
            {
                await HandleDueAsync();
                while (await ReadOnAsync()) await HandleDueAsync();
                ArmForNext();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception broken)
            {
                Log.DueReadFailed(log, broken);
                lock (gate) Arm(time.GetUtcNow() + RetryAfterFailure);
            }
        }
    }

    private async Task HandleDueAsync()
    {
        while (true)
        {
            await slots.WaitAsync(stopping.Token);
            if (TakeNext() is not { } work)
            {
                slots.Release();
                return;
            }
            _ = HandleAsync(work);
        }
    }

    private async Task HandleAsync((Func<SessionId, Task> Handle, SessionId Id) work)
    {
        try
        {
            await work.Handle(work.Id);
        }
        finally
        {
            slots.Release();
        }
    }

    private (Func<SessionId, Task> Handle, SessionId Id)? TakeNext()
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            while (queue.TryPeek(out var id, out var due) && due <= now)
            {
                queue.Dequeue();
                if (dueAt.TryGetValue(id, out var counts) && counts == due)
                {
                    dueAt.Remove(id);
                    return (handleDue, id);
                }
            }
            return releases.TryDequeue(out var released) ? (release, released) : null;
        }
    }

    /// <summary>Reads the next page of the window. True while there may be more to read now.</summary>
    private async Task<bool> ReadOnAsync()
    {
        var until = time.GetUtcNow() + options.DueWindow;
        DateTimeOffset before;
        lock (gate)
        {
            // Half a window is left: time enough to come back.
            if (loadedUntil - time.GetUtcNow() > options.DueWindow / 2 || dueAt.Count >= options.DueQueueLimit) return false;

            // From now on commits within the new window queue themselves; what is read as well is the same entry twice, which does no harm.
            before = loadedUntil;
            loadedUntil = until;
        }
        try
        {
            if (lastRead is not null) Add(await store.ReadDueAsync(null, time.GetUtcNow() - OverlookedAfter, PageSize, stopping.Token));
            var page = await store.ReadDueAsync(lastRead, until, PageSize, stopping.Token);
            lock (gate)
            {
                Add(page);
                if (page.Count > 0) lastRead = page[^1];
                if (page.Count < PageSize) return false;
                loadedUntil = page[^1].DueAt;
                return true;
            }
        }
        catch
        {
            lock (gate) loadedUntil = before;
            throw;
        }
    }

    private void Add(IReadOnlyList<DueSession> page)
    {
        lock (gate)
            foreach (var session in page)
                if (dueAt.TryAdd(session.Id, session.DueAt)) queue.Enqueue(session.Id, session.DueAt);
    }

    private void ArmForNext()
    {
        lock (gate)
        {
            var readOn = loadedUntil - options.DueWindow / 2;
            // A full queue is read on when it has been worked off, not by the clock.
            var isFull = dueAt.Count >= options.DueQueueLimit;
            Arm(queue.TryPeek(out _, out var next) && (isFull || next < readOn) ? next : readOn);
        }
    }
}

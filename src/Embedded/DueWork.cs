using Microsoft.Extensions.Logging;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Embedded;

/// <summary>Calls each session when it is due. Holds in memory what is due within the window, and reads on from the store as time goes by:
/// a million sessions that end tomorrow cost nothing today.</summary>
internal sealed class DueWork : IAsyncDisposable
{
    private const int PageSize = 5_000;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly ISessionStore store;
    private readonly TimeProvider time;
    private readonly EmbeddedOptions options;
    private readonly Func<SessionId, Task> handle;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly ITimer timer;
    private readonly SemaphoreSlim slots;

    private readonly Lock gate = new();
    private readonly PriorityQueue<SessionId, DateTimeOffset> queue = new();

    /// <summary>The due time that counts for a queued session; entries of the queue that say otherwise are outdated.</summary>
    private readonly Dictionary<SessionId, DateTimeOffset> dueAt = [];

    /// <summary>Everything due up to here is in memory.</summary>
    private DateTimeOffset loadedUntil = DateTimeOffset.MinValue;
    private DueSession? lastRead;
    private Task pumping = Task.CompletedTask;
    private bool wanted;
    private bool stopped;

    /// <param name="handle">Handles one due session. Must not throw.</param>
    public DueWork(ISessionStore store, TimeProvider time, EmbeddedOptions options, Func<SessionId, Task> handle, ILogger log)
    {
        (this.store, this.time, this.options, this.handle, this.log) = (store, time, options, handle, log);
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
            var isNext = !queue.TryPeek(out _, out var first) || due < first;
            dueAt[id] = due;
            queue.Enqueue(id, due);
            if (isNext) Arm(due);
        }
    }

    /// <summary>Forgets a session that is gone.</summary>
    public void Forget(SessionId id)
    {
        lock (gate) dueAt.Remove(id);
    }

    /// <summary>Takes no more up, and waits for what is at work.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await stopping.CancelAsync();
        Task pump;
        lock (gate)
        {
            stopped = true;
            pump = pumping;
        }
        await pump.WaitAsync(cancellation);
        for (var slot = 0; slot < options.DueInFlight; slot++) await slots.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        stopping.Dispose();
    }

    private void Arm(DateTimeOffset due)
    {
        var wait = due - time.GetUtcNow();
        // Timers count whole milliseconds: round up, for never early is the promise.
        timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (gate)
        {
            if (stopped) return;
            wanted = true;
            if (pumping.IsCompleted) pumping = Task.Run(PumpAsync);
        }
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (!wanted || stopped) return;
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
            catch (StoreUnavailableException unavailable)
            {
                Log.DueReadFailed(log, unavailable);
                lock (gate) Arm(time.GetUtcNow() + RetryAfterFailure);
            }
        }
    }

    private async Task HandleDueAsync()
    {
        while (TakeDue() is { } id)
        {
            await slots.WaitAsync(stopping.Token);
            _ = HandleAsync(id);
        }
    }

    private async Task HandleAsync(SessionId id)
    {
        try
        {
            await handle(id);
        }
        finally
        {
            slots.Release();
        }
    }

    private SessionId? TakeDue()
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
                    return id;
                }
            }
            return null;
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
            var page = await store.ReadDueAsync(lastRead, until, PageSize, stopping.Token);
            lock (gate)
            {
                foreach (var session in page)
                {
                    if (dueAt.TryAdd(session.Id, session.DueAt)) queue.Enqueue(session.Id, session.DueAt);
                }
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

using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Webhooks.Tests.Support;

/// <summary>The outbox's contract, in memory. It outlives the dispatcher, as a database does.</summary>
internal sealed class FakeOutbox : IEventOutbox
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<(Guid Session, int Sequence), QosStatusChanged> pending = [];
    private readonly Dictionary<Guid, (Guid Session, int Sequence)> places = [];
    private readonly Dictionary<Guid, QosStatusChanged> delivered = [];
    private readonly Dictionary<Guid, string> dead = [];
    private TaskCompletionSource? changed;

    /// <summary>Every call fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>Awaited before a call takes effect; a test holds or fails calls here.</summary>
    public Func<string, Task>? Before { get; set; }

    /// <summary>Awaited after a page has been taken and before it is handed out: what happens meanwhile is not in it.</summary>
    public Func<Task>? AfterRead { get; set; }

    public int Reads { get; private set; }

    public int LargestPage { get; private set; }

    public void Commit(QosStatusChanged change)
    {
        lock (gate)
        {
            var place = (change.SessionId.Value, change.Sequence);
            pending.Add(place, change);
            places.Add(change.EventId, place);
        }
    }

    public QosStatusChanged[] Pending
    {
        get { lock (gate) return [.. pending.Values]; }
    }

    public Guid[] Delivered
    {
        get { lock (gate) return [.. delivered.Keys]; }
    }

    public IReadOnlyDictionary<Guid, string> Dead
    {
        get { lock (gate) return new Dictionary<Guid, string>(dead); }
    }

    /// <summary>Completes when the outbox is as asked.</summary>
    public async Task WhenAsync(Func<FakeOutbox, bool> reached)
    {
        while (true)
        {
            Task change;
            lock (gate) change = (changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (reached(this)) return;
            await change.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    public async Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation)
    {
        await EnterAsync("read");
        QosStatusChanged[] page;
        lock (gate)
        {
            page = [.. pending.Where(row => after is not { } place || row.Key.CompareTo((place.SessionId.Value, place.Sequence)) > 0)
                .Take(limit).Select(row => row.Value)];
            Reads++;
            LargestPage = Math.Max(LargestPage, page.Length);
        }
        if (AfterRead is { } afterRead) await afterRead();
        cancellation.ThrowIfCancellationRequested();
        Tell();
        return page;
    }

    public async ValueTask CompleteAsync(Guid eventId)
    {
        await EnterAsync("complete");
        lock (gate)
        {
            if (Take(eventId) is { } change) delivered[eventId] = change;
        }
        Tell();
    }

    public async ValueTask DeadLetterAsync(Guid eventId, string reason)
    {
        await EnterAsync("dead-letter");
        lock (gate)
        {
            if (Take(eventId) is not null) dead[eventId] = reason;
        }
        Tell();
    }

    /// <summary>What sinks have asked for, the last word for each.</summary>
    public Dictionary<(string ClientId, string Server), SinkThrottle> Throttles { get; } = [];

    public async ValueTask ThrottleAsync(SinkThrottle throttle)
    {
        await EnterAsync("rest");
        lock (gate) Throttles[(throttle.ClientId, throttle.Server)] = throttle;
    }

    public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (IsDown) throw new StoreUnavailableException("The fake outbox is down.");
        lock (gate) return Task.FromResult<IReadOnlyList<SinkThrottle>>([.. Throttles.Values.Where(throttle => throttle.Until > now)]);
    }

    /// <summary>The outbox as one process sees it, until that process dies.</summary>
    public Connection Connect() => new(this);

    private async Task EnterAsync(string call)
    {
        await Task.Yield();
        if (Before is { } before) await before(call);
        if (IsDown) throw new StoreUnavailableException("The fake outbox is down.");
    }

    private QosStatusChanged? Take(Guid eventId) =>
        places.Remove(eventId, out var place) && pending.Remove(place, out var change) ? change : null;

    private void Tell()
    {
        lock (gate)
        {
            changed?.TrySetResult();
            changed = null;
        }
    }

    internal sealed class Connection(FakeOutbox outbox) : IEventOutbox
    {
        /// <summary>Nothing that is asked from now on takes effect.</summary>
        public bool IsCut { get; set; }

        private FakeOutbox Outbox => IsCut ? throw new StoreUnavailableException("The process is dead.") : outbox;

        public Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation) =>
            Outbox.ReadPendingAsync(after, limit, cancellation);

        public ValueTask CompleteAsync(Guid eventId) => Outbox.CompleteAsync(eventId);

        public ValueTask ThrottleAsync(SinkThrottle throttle) => Outbox.ThrottleAsync(throttle);

        public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation) => Outbox.ReadThrottlesAsync(now, cancellation);

        public ValueTask DeadLetterAsync(Guid eventId, string reason) => Outbox.DeadLetterAsync(eventId, reason);
    }
}

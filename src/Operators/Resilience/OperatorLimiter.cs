using System.Threading.RateLimiting;

namespace QodOrleans.Operators.Resilience;

/// <summary>How many calls one operator may have at a time and how many a second, first come first served. The limits may change while calls are under
/// way.</summary>
/// <remarks>A call waits for a place while too many are under way. For the rate none waits: the wait could be longer than its deadline. It is refused at
/// once, and told how long that would have been.</remarks>
public sealed class OperatorLimiter : RateLimiter
{
    /// <summary>An operator that asks for a longer time is called again after this one: until then none of its sessions is released.</summary>
    public static readonly TimeSpan LongestHoldOff = TimeSpan.FromMinutes(1);

    private static readonly RateLimitLease Busy = new Refusal(retryAfter: null);

    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> queue = new();
    private int queueLimit;
    private int concurrentCalls;
    private double? callsPerSecond;
    private double tokens;
    private long refilledAt;
    private long heldOffUntil;
    private int inUse;
    private int peak;

    /// <param name="concurrentCalls">Calls under way at a time, at least 0, until <see cref="SetLimits"/> says otherwise. No limit per second.</param>
    /// <param name="queueLimit">Calls that may wait for one of those to end, at least 0; one more is refused at once.</param>
    public OperatorLimiter(int concurrentCalls, int queueLimit, TimeProvider time)
    {
        (this.queueLimit, this.time) = (queueLimit, time);
        refilledAt = heldOffUntil = time.GetTimestamp();
        SetLimits(concurrentCalls, callsPerSecond: null);
    }

    /// <summary>Never idle: it lives as long as its operator.</summary>
    public override TimeSpan? IdleDuration => null;

    /// <summary>From now on. Calls that are under way beyond a lowered limit end in their own time; none begins before.</summary>
    /// <param name="concurrentCalls">At least 0; with 0 every call waits.</param>
    /// <param name="callsPerSecond">Above 0; at least one call may always begin when none has for long. Null: no limit.</param>
    public void SetLimits(int concurrentCalls, double? callsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(concurrentCalls);
        if (callsPerSecond is { } rate) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(callsPerSecond));

        lock (gate)
        {
            (this.concurrentCalls, this.callsPerSecond) = (concurrentCalls, callsPerSecond);
            AdmitWaiting();
        }
    }

    /// <summary>The operator has asked to be left alone: refuses every call meanwhile.</summary>
    /// <param name="wait">Above 0; no more than <see cref="LongestHoldOff"/> of it counts.</param>
    public void HoldOff(TimeSpan wait)
    {
        var until = time.GetTimestamp() + (long)((wait < LongestHoldOff ? wait : LongestHoldOff).TotalSeconds * time.TimestampFrequency);
        lock (gate) heldOffUntil = Math.Max(heldOffUntil, until);
    }

    /// <summary>The most calls that were under way or waiting at one time since this was last asked.</summary>
    public int TakePeak()
    {
        lock (gate)
        {
            var taken = peak;
            peak = inUse + queue.Count;
            return taken;
        }
    }

    /// <summary>None are kept.</summary>
    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        RequireOne(permitCount);
        lock (gate) return inUse < concurrentCalls ? TakePlace() : Busy;
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        RequireOne(permitCount);
        lock (gate)
        {
            peak = Math.Max(peak, inUse + queue.Count + 1);
            if (inUse < concurrentCalls) return new(TakePlace());
            if (queue.Count >= queueLimit) return new(Busy);
            var place = queue.AddLast(new Waiter());
            place.Value.Cancellation = cancellationToken.UnsafeRegister((state, cancelled) => GiveUp((LinkedListNode<Waiter>)state!, cancelled), place);
            return new(place.Value.Task);
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            (concurrentCalls, queueLimit) = (0, 0);
            while (queue.First is not null) AnswerFirst(Busy);
        }
        base.Dispose(disposing);
    }

    private void GiveUp(LinkedListNode<Waiter> place, CancellationToken cancelled)
    {
        lock (gate)
        {
            // Its turn came first.
            if (place.List is null) return;
            queue.Remove(place);
            place.Value.SetCanceled(cancelled);
        }
    }

    private void Release()
    {
        lock (gate)
        {
            inUse--;
            AdmitWaiting();
        }
    }

    private void AdmitWaiting()
    {
        while (inUse < concurrentCalls && queue.First is not null) AnswerFirst(TakePlace());
    }

    private void AnswerFirst(RateLimitLease lease)
    {
        var waiter = queue.First!.Value;
        queue.RemoveFirst();
        // Not disposed: that would wait for a cancellation that is waiting for the lock.
        waiter.Cancellation.Unregister();
        waiter.SetResult(lease);
    }

    private RateLimitLease TakePlace()
    {
        if (TimeToNext() is { } retryAfter) return new Refusal(retryAfter);
        inUse++;
        return new Lease(this);
    }

    /// <summary>Takes a call from the rate; or else says how long until there is one.</summary>
    private TimeSpan? TimeToNext()
    {
        var now = time.GetTimestamp();
        if (now < heldOffUntil) return time.GetElapsedTime(now, heldOffUntil);
        if (callsPerSecond is not { } rate) return null;

        tokens = Math.Min(Math.Max(1, rate), tokens + time.GetElapsedTime(refilledAt, now).TotalSeconds * rate);
        refilledAt = now;
        if (tokens < 1) return TimeSpan.FromSeconds((1 - tokens) / rate);
        tokens--;
        return null;
    }

    private static void RequireOne(int permitCount)
    {
        if (permitCount != 1) throw new ArgumentOutOfRangeException(nameof(permitCount), permitCount, "A call takes one permit.");
    }

    private sealed class Waiter() : TaskCompletionSource<RateLimitLease>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public CancellationTokenRegistration Cancellation { get; set; }
    }

    private sealed class Lease(OperatorLimiter limiter) : RateLimitLease
    {
        private bool isReturned;

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (!Interlocked.Exchange(ref isReturned, true)) limiter.Release();
            base.Dispose(disposing);
        }
    }

    /// <param name="retryAfter">When the rate would let a call through; null where the queue is full.</param>
    private sealed class Refusal(TimeSpan? retryAfter) : RateLimitLease
    {
        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
            return metadata is not null;
        }
    }
}

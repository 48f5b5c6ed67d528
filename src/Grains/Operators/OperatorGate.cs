using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Operators;

/// <summary>What this silo may do at one operator: its share of the cluster's limits, kept here so that a call asks nobody.</summary>
/// <param name="mostWaiting">Calls that may wait for one of the share to end; one more is refused at once.</param>
internal sealed class OperatorGate(OperatorId id, int mostWaiting, TimeProvider pace)
{
    /// <summary>A silo that has lost touch with the operator's grain goes on with this: others may have been given its share.</summary>
    private static readonly OperatorShare Least = new(OperatorMode.Enabled, ConcurrentCalls: 1, CallsPerSecond: null, TimeSpan.Zero, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource<bool>> waiting = new();
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OperatorShare share = Least;
    private DateTimeOffset leaseEnds = DateTimeOffset.MaxValue;
    private DateTimeOffset pausedUntil;
    private double tokens;
    private long refilledAt = pace.GetTimestamp();
    private int inUse;
    private int mostWanted;
    private int calls;
    private int unanswered;

    public OperatorId Id => id;

    /// <summary>Waits for a place.</summary>
    /// <param name="isNew">Whether the call is to make a session.</param>
    /// <returns>Null: call, and <see cref="Leave"/>. Else why not.</returns>
    public async ValueTask<string?> EnterAsync(bool isNew)
    {
        if (!first.Task.IsCompleted) await first.Task.WaitAsync(Patience, pace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task<bool> turn;
        lock (gate)
        {
            if (Refusal(isNew) is { } why) return why;
            mostWanted = Math.Max(mostWanted, inUse + waiting.Count + 1);
            if (inUse < Limit && TakeToken())
            {
                inUse++;
                return null;
            }
            if (inUse < Limit) return "rate limit";
            if (waiting.Count >= mostWaiting) return "busy";
            var place = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(place);
            turn = place.Task;
        }
        return await turn ? null : "rate limit";
    }

    public void Leave(OperatorOutcomeKind outcome)
    {
        lock (gate)
        {
            inUse--;
            calls++;
            if (outcome is OperatorOutcomeKind.Unreachable or OperatorOutcomeKind.Unknown) unanswered++;
            LetIn();
        }
    }

    /// <summary>What the operator's grain is to know, since it was last told.</summary>
    public ShareRequest Ask(SiloAddress silo)
    {
        lock (gate)
        {
            var request = new ShareRequest(silo, first.Task.IsCompleted ? Limit : 0, mostWanted, calls, unanswered);
            (mostWanted, calls, unanswered) = (inUse + waiting.Count, 0, 0);
            return request;
        }
    }

    public void Renewed(OperatorShare granted)
    {
        lock (gate)
        {
            share = granted;
            var now = pace.GetUtcNow();
            (leaseEnds, pausedUntil) = (now + granted.Lease, now + granted.PausedFor);
            LetIn();
        }
        first.TrySetResult();
    }

    private int Limit => pace.GetUtcNow() < leaseEnds ? share.ConcurrentCalls : Least.ConcurrentCalls;

    // The last known mode holds even when the lease has ended: a switch that was turned off stays off.
    private string? Refusal(bool isNew) => share.Mode switch
    {
        OperatorMode.Killed => "switched off",
        OperatorMode.Draining when isNew => "draining",
        _ => pace.GetUtcNow() < pausedUntil ? "breaker open" : null,
    };

    private void LetIn()
    {
        while (inUse < Limit && waiting.TryDequeue(out var next))
        {
            var hasToken = TakeToken();
            if (hasToken) inUse++;
            next.SetResult(hasToken);
        }
    }

    private bool TakeToken()
    {
        if (share.CallsPerSecond is not { } rate) return true;
        var now = pace.GetTimestamp();
        tokens = Math.Min(Math.Max(1, rate), tokens + pace.GetElapsedTime(refilledAt, now).TotalSeconds * rate);
        refilledAt = now;
        if (tokens < 1) return false;
        tokens--;
        return true;
    }
}

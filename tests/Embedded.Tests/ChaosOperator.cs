using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Embedded.Tests;

/// <summary>An operator that answers late, wrongly or not at all, as a seed has it; and that remembers what it holds.</summary>
internal sealed class ChaosOperator(int seed, TimeProvider time, IOperatorReports reports) : IOperatorAdapter
{
    private readonly Random chance = new(seed);
    private readonly Lock gate = new();
    private readonly HashSet<SessionId> held = [];
    private readonly HashSet<SessionId> pending = [];
    private readonly List<DateTimeOffset> awaited = [];

    public OperatorId Id { get; } = new("chaos");

    public OperatorCapabilities Capabilities { get; } = new();

    /// <summary>From now on it does what it is asked.</summary>
    public bool IsReliable { get; set; }

    public int Held
    {
        get
        {
            lock (gate) return held.Count + pending.Count;
        }
    }

    /// <summary>Whether something should have happened here by now that has not: the clock has outrun the threads.</summary>
    public bool IsBehind
    {
        get
        {
            lock (gate) return awaited.Any(due => due <= time.GetUtcNow());
        }
    }

    public async ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation)
    {
        switch (Roll(10))
        {
            case 0:
                return OperatorOutcome.Refused();
            case 1:
                return OperatorOutcome.Unreachable();
            case 2:
                return OperatorOutcome.Unknown();
            case 3:
                Hold(session.Id);
                return OperatorOutcome.Unknown();
            case 4:
                // Late, perhaps after the client has given the session up.
                await LaterAsync(Roll(8_000), () => held.Add(session.Id));
                return OperatorOutcome.Accepted();
            case 5:
                lock (gate) pending.Add(session.Id);
                _ = DecideLaterAsync(session.Id);
                return OperatorOutcome.Pending();
            default:
                Hold(session.Id);
                if (Roll(4) == 0) _ = TerminateLaterAsync(session.Id);
                return OperatorOutcome.Accepted();
        }
    }

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => new(Roll(3) switch
    {
        0 when !IsReliable => OperatorOutcome.Refused(),
        1 when !IsReliable => OperatorOutcome.Unknown(),
        _ => OperatorOutcome.Accepted(),
    });

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation)
    {
        var roll = Roll(5);
        if (!IsReliable && roll == 0) return new(OperatorOutcome.Unreachable());
        bool was;
        lock (gate) was = held.Remove(session.Id) | pending.Remove(session.Id);
        return new(!IsReliable && roll == 1 ? OperatorOutcome.Unknown() : was ? OperatorOutcome.Accepted() : OperatorOutcome.Absent());
    }

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation)
    {
        if (!IsReliable && Roll(5) == 0) return new(OperatorOutcome.Unknown());
        lock (gate)
        {
            return new(held.Contains(session.Id) ? OperatorOutcome.Accepted()
                : pending.Contains(session.Id) ? OperatorOutcome.Pending()
                : OperatorOutcome.Absent());
        }
    }

    private async Task DecideLaterAsync(SessionId id)
    {
        bool? accepts = null;
        await LaterAsync(Roll(5_000), () =>
        {
            if (!pending.Remove(id)) return;
            accepts = chance.Next(2) == 0;
            if (accepts.Value) held.Add(id);
        });
        if (accepts is { } yes) await reports.ReportAsync(id, yes ? OperatorOutcome.Accepted() : OperatorOutcome.Refused());
    }

    private async Task TerminateLaterAsync(SessionId id)
    {
        var ended = false;
        await LaterAsync(Roll(30_000), () => ended = held.Remove(id));
        if (ended) await reports.ReportAsync(id, OperatorOutcome.Terminated());
    }

    private async Task LaterAsync(int milliseconds, Action happens)
    {
        var delay = TimeSpan.FromMilliseconds(milliseconds);
        var due = time.GetUtcNow() + delay;
        lock (gate) awaited.Add(due);
        await Task.Delay(delay, time);
        lock (gate)
        {
            happens();
            awaited.Remove(due);
        }
    }

    private void Hold(SessionId id)
    {
        lock (gate) held.Add(id);
    }

    private int Roll(int sides)
    {
        lock (gate) return IsReliable ? sides - 1 : chance.Next(sides);
    }
}

namespace QodOrleans.Grains.Operators;

/// <summary>Counts calls without an answer over a window, for all silos together.</summary>
internal sealed class BreakerWindow(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, int Calls, int Unanswered)> reports = new();

    public void Add(int calls, int unanswered, DateTimeOffset now)
    {
        while (reports.TryPeek(out var oldest) && oldest.At <= now - window) reports.Dequeue();
        if (calls > 0) reports.Enqueue((now, calls, unanswered));
    }

    public bool IsBroken(int leastCalls, double ratio)
    {
        var calls = reports.Sum(report => report.Calls);
        return calls >= leastCalls && reports.Sum(report => report.Unanswered) >= ratio * calls;
    }

    public void Clear() => reports.Clear();
}

namespace QodOrleans.Webhooks.Sinks;

/// <summary>The time of one attempt after the other, with one timer for all of a worker's where the clock allows it.</summary>
internal sealed class AttemptTimeout(TimeSpan timeout, TimeProvider time, CancellationToken stop) : IDisposable
{
    private CancellationTokenSource? source;
    private CancellationTokenRegistration stopping;

    public CancellationToken Begin()
    {
        if (source is not null && source.TryReset())
        {
            source.CancelAfter(timeout);
            return source.Token;
        }
        Dispose();
        source = new CancellationTokenSource(timeout, time);
        stopping = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        return source.Token;
    }

    public void Dispose()
    {
        stopping.Dispose();
        source?.Dispose();
    }
}

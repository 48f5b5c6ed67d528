namespace QodOrleans.Sdk;

/// <summary>A session to hold on to. It belongs to the aggregator: letting go of this object ends nothing.</summary>
public sealed class QodSession
{
    private readonly QodClient client;

    internal QodSession(QodClient client, SessionInfo info)
    {
        this.client = client;
        Info = info;
    }

    public Guid SessionId => Info.SessionId;

    public QosStatus QosStatus => Info.QosStatus;

    /// <summary>As of the last answer about it.</summary>
    public SessionInfo Info { get; private set; }

    /// <exception cref="QodNotFoundException">It has ended, and its time of grace is over.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default) => Info = await client.ReadAsync(SessionId, cancellation);

    /// <param name="additional">Whole seconds, at least 1; what is left may be limited by the profile. See <see cref="Info"/> for what became of it.</param>
    /// <exception cref="QodException">400: only an available session can be extended.</exception>
    public async Task ExtendAsync(TimeSpan additional, CancellationToken cancellation = default) =>
        Info = await client.LengthenAsync(SessionId, additional, cancellation);

    /// <summary>Ends it. One that is over already counts as deleted.</summary>
    public Task DeleteAsync(CancellationToken cancellation = default) => client.DeleteSessionAsync(SessionId, cancellation);
}

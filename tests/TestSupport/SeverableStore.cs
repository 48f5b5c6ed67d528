using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.TestSupport;

/// <summary>A store that a dead engine reaches no more, and that a test can make fail.</summary>
public sealed class SeverableStore(ISessionStore inner) : ISessionStore
{
    private volatile bool severed;
    private volatile bool losesAnswers;
    private volatile bool broken;

    public void Sever() => severed = true;

    /// <summary>Commits from now on, and says that it has not.</summary>
    public void LoseAnswers() => losesAnswers = true;

    /// <summary>Fails from now on as nothing should: by an exception that nobody expects.</summary>
    public void Break() => broken = true;

    public void Mend() => severed = losesAnswers = broken = false;

    public async ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        if (severed) throw Dead();
        if (broken) throw new InvalidOperationException("A bug.");
        var result = await inner.CommitAsync(commit);
        return losesAnswers ? throw Dead() : result;
    }

    public ValueTask<QosSession?> ReadAsync(SessionId id) => severed ? throw Dead() : inner.ReadAsync(id);

    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => severed ? throw Dead() : inner.ReadDeviceAsync(device);

    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadDueAsync(after, until, limit, cancellation);

    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadByClientAsync(clientId, user, limit, cancellation);

    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(
        DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadByDeviceAsync(device, clientId, user, limit, cancellation);

    private static StoreUnavailableException Dead() => new("The store is out of reach.");
}

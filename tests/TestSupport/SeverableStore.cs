using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.TestSupport;

/// <summary>A store that a dead engine reaches no more, and that a test can make fail.</summary>
public sealed class SeverableStore(ISessionStore inner) : ISessionStore
{
    private volatile bool severed;
    private volatile bool losesAnswers;

    public void Sever() => severed = true;

    /// <summary>Commits from now on, and says that it has not.</summary>
    public void LoseAnswers() => losesAnswers = true;

    public void Mend() => severed = losesAnswers = false;

    public async ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        if (severed) throw Dead();
        var result = await inner.CommitAsync(commit);
        return losesAnswers ? throw Dead() : result;
    }

    public ValueTask<QosSession?> ReadAsync(SessionId id) => severed ? throw Dead() : inner.ReadAsync(id);

    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => severed ? throw Dead() : inner.ReadDeviceAsync(device);

    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadDueAsync(after, until, limit, cancellation);

    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, string? subject, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadByClientAsync(clientId, subject, limit, cancellation);

    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(
        DeviceKey device, string clientId, string? subject, int limit, CancellationToken cancellation) =>
        severed ? throw Dead() : inner.ReadByDeviceAsync(device, clientId, subject, limit, cancellation);

    private static StoreUnavailableException Dead() => new("The store is out of reach.");
}

using QodOrleans.Contracts;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Simulation.Tests;

/// <summary>The simulated store in a world without faults: each call is made, and the world goes on until it is answered.</summary>
public sealed class CalmStore : IStoreFixture, ISessionStore, IEventOutbox
{
    private readonly World world = World.Calm();
    private readonly StoreConnection connection;

    public CalmStore() => connection = new StoreConnection(world, world.Store, new Node(world, "test"));

    public string? WhyNone => null;

    public ISessionStore Store => this;

    public IEventOutbox Outbox => this;

    public IGrantStore Grants => throw new NotSupportedException("No grants are simulated.");

    public ISigningKeyStore SigningKeys => throw new NotSupportedException("No keys are simulated.");

    public ValueTask<CommitResult> CommitAsync(SessionCommit commit) => new(Run(() => connection.CommitAsync(commit).AsTask()));

    public ValueTask<QosSession?> ReadAsync(SessionId id) => new(Run(() => connection.ReadAsync(id).AsTask()));

    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => new(Run(() => connection.ReadDeviceAsync(device).AsTask()));

    public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation) =>
        Run(() => connection.ReadDueAsync(after, until, limit, cancellation));

    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        Run(() => connection.ReadByClientAsync(clientId, user, limit, cancellation));

    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        Run(() => connection.ReadByDeviceAsync(device, clientId, user, limit, cancellation));

    public Task<IReadOnlyList<QosStatusChanged>> ReadPendingAsync(OutboxCursor? after, int limit, CancellationToken cancellation) =>
        Run(() => connection.ReadPendingAsync(after, limit, cancellation));

    public ValueTask CompleteAsync(Guid eventId) => new(Run(() => connection.CompleteAsync(eventId).AsTask()));

    public ValueTask DeadLetterAsync(Guid eventId, string reason) => new(Run(() => connection.DeadLetterAsync(eventId, reason).AsTask()));

    public ValueTask ThrottleAsync(SinkThrottle throttle) => new(Run(() => connection.ThrottleAsync(throttle).AsTask()));

    public Task<IReadOnlyList<SinkThrottle>> ReadThrottlesAsync(DateTimeOffset now, CancellationToken cancellation) =>
        Run(() => connection.ReadThrottlesAsync(now, cancellation));

    private T Run<T>(Func<T> call) where T : Task
    {
        lock (world)
        {
            world.Scheduler.MoveHere();
            var answer = call();
            while (!answer.IsCompleted && world.Scheduler.Run()) { }
            return answer;
        }
    }
}

public sealed class SimulatedSessionStoreContract(CalmStore store) : SessionStoreContract(store), IClassFixture<CalmStore>;

public sealed class SimulatedEventOutboxContract(CalmStore store) : EventOutboxContract(store), IClassFixture<CalmStore>;

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Embedded.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Embedded.Tests;

/// <summary>Random clients, an operator that misbehaves, a store that fails, and crashes: no session is lost, leaked, doubled or told twice.
/// A seed chooses what happens; a failure names it.</summary>
public sealed class Simulation
{
    private static readonly Caller Client = new("client");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Whatever_happens_no_session_is_lost_leaked_doubled_or_told_twice(int seed)
    {
        await using var world = new World(seed);
        await world.RunAsync(steps: 120);
        await world.SettleAsync();
        await world.CheckEventsAsync();
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly Random chance;
        private readonly ManualTimeProvider time = new();
        private readonly MemoryStore memory = new();
        private readonly OperatorReportRelay relay = new();
        private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly ChaosOperator chaos;
        private readonly OperatorDirectory directory;
        private readonly List<QosSession> acknowledged = [];
        private readonly Dictionary<SessionId, DateTimeOffset> earliestEnd = [];
        private readonly string label;
        private UnreliableStore store = null!;
        private EmbeddedSessionEngine engine = null!;

        public World(int seed)
        {
            label = $"seed {seed}";
            chance = new Random(seed);
            chaos = new ChaosOperator(seed, time, relay);
            var route = new OperatorRoute { Id = chaos.Id, DisplayName = "Chaos", NumberPrefixes = ["+34"], Networks = [] };
            directory = new OperatorDirectory([route], [chaos]);
        }

        public async Task RunAsync(int steps)
        {
            await StartAsync();
            for (var step = 0; step < steps; step++)
            {
                switch (chance.Next(10))
                {
                    case < 4:
                        await CreateAsync();
                        break;
                    case 4 when acknowledged.Count > 0:
                        await DriveAsync(engine.DeleteSessionAsync(AnyId(), Client, default));
                        break;
                    case 5 when acknowledged.Count > 0:
                        await ExtendAsync(AnyId());
                        break;
                    case 6 when chance.Next(4) == 0:
                        await CrashAsync();
                        break;
                    default:
                        await AdvanceAsync(TimeSpan.FromMilliseconds(chance.Next(20_000)));
                        break;
                }
                await CheckFlowsAsync();
            }
        }

        /// <summary>With everything working again, every session comes to its end, and the operator holds none.</summary>
        public async Task SettleAsync()
        {
            chaos.IsReliable = true;
            store.IsReliable = true;
            await Eventually.IsTrueAsync(
                async () =>
                {
                    await AdvanceAsync(TimeSpan.FromSeconds(5));
                    return chaos.Held == 0 && (await memory.ReadDueAsync(null, DateTimeOffset.MaxValue, 1, default)).Count == 0;
                },
                $"{label}: all sessions gone, and none left at the operator ({chaos.Held})");
        }

        public async Task CheckEventsAsync()
        {
            var events = await memory.ReadPendingAsync(null, 10_000, default);
            foreach (var session in events.GroupBy(change => change.SessionId))
            {
                var told = session.OrderBy(change => change.Sequence).ToList();
                Assert.Equal(Enumerable.Range(1, told.Count), told.Select(change => change.Sequence));
                Assert.True(told.Count(change => change.Status == QosStatus.Unavailable) <= 1, $"{label}: {session.Key} ended twice");
                Assert.True(told.Count <= 2 && told.Take(told.Count - 1).All(change => change.Status == QosStatus.Available), $"{label}: {session.Key} went backwards");
                if (told[^1].StatusInfo == StatusInfo.DurationExpired && earliestEnd.TryGetValue(session.Key, out var end))
                    Assert.True(told[^1].OccurredAt >= end, $"{label}: {session.Key} expired early");
            }
            Assert.NotEmpty(events);
        }

        public async ValueTask DisposeAsync()
        {
            await engine.DisposeAsync();
            await services.DisposeAsync();
        }

        private async Task CreateAsync()
        {
            var result = await DriveAsync(engine.CreateSessionAsync(
                new CreateSession
                {
                    Caller = Client,
                    Surface = "test",
                    Device = new Device { PhoneNumber = $"+3460000000{chance.Next(3)}" },
                    ApplicationServer = new ApplicationServer(chance.Next(3) switch { 0 => "0.0.0.0/0", 1 => "192.0.2.1", _ => "192.0.2.2" }, null),
                    QosProfile = "QOS_E",
                    Duration = TimeSpan.FromSeconds(1 + chance.Next(90)),
                    Sink = new Sink(new Uri("https://sink.example/"), null),
                },
                default));
            if (result.Session is not { } session) return;
            acknowledged.Add(session);
            Remember(session);
        }

        private async Task ExtendAsync(SessionId id)
        {
            var limit = new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1));
            var result = await DriveAsync(engine.ExtendQosSessionDurationAsync(id, Client, TimeSpan.FromSeconds(chance.Next(1, 60)), limit, default));
            if (result.Session is { } session) Remember(session);
        }

        private void Remember(QosSession session)
        {
            if (session.Status == QosStatus.Available) earliestEnd[session.Id] = session.ExpiresAt;
        }

        private async Task CrashAsync()
        {
            store.Kill();
            await engine.DisposeAsync();
            await StartAsync();
        }

        /// <summary>Of conflicting sessions at most one is alive, and what was acknowledged is readable as long as the store has it.</summary>
        private async Task CheckFlowsAsync()
        {
            var alive = new List<QosSession>();
            foreach (var session in acknowledged)
                if (await memory.ReadAsync(session.Id) is { HoldsFlow: true } held) alive.Add(held);
            foreach (var (one, index) in alive.Select((session, index) => (session, index)))
            {
                var rival = alive.Skip(index + 1).FirstOrDefault(other => other.Terms.DeviceKey == one.Terms.DeviceKey && other.Flow.Overlaps(one.Flow));
                Assert.True(rival is null, $"{label}: {one.Id} and {rival?.Id} hold one flow");
            }
        }

        /// <summary>In small steps, and never past what the operator should have done: a create that takes effect a minute after its time would prove
        /// nothing about the engine.</summary>
        private async Task AdvanceAsync(TimeSpan by)
        {
            for (var step = TimeSpan.FromSeconds(1); by > TimeSpan.Zero; by -= step)
            {
                time.Advance(by < step ? by : step);
                await Eventually.IsTrueAsync(() => !chaos.IsBehind, $"{label}: the operator catches up");
            }
        }

        private SessionId AnyId() => acknowledged[chance.Next(acknowledged.Count)].Id;

        /// <summary>Lets time go by until the call answers.</summary>
        private async Task<SessionResult> DriveAsync(Task<SessionResult> call)
        {
            await Eventually.IsTrueAsync(
                async () =>
                {
                    if (!call.IsCompleted) await AdvanceAsync(TimeSpan.FromMilliseconds(100));
                    return call.IsCompleted;
                },
                $"{label}: an answer");
            return await call;
        }

        private Task StartAsync()
        {
            store = new UnreliableStore(memory, chance.Next());
            engine = new EmbeddedSessionEngine(
                new SessionPolicy(), new QosProfileCatalog([new QosProfile { Name = "QOS_E" }]), directory, relay, new DeviceKeyHasher(new byte[32]),
                store, new NoDelivery(), time, services.GetRequiredService<IMeterFactory>(), Options.Create(new EmbeddedOptions()),
                NullLogger<EmbeddedSessionEngine>.Instance);
            return engine.StartAsync(default);
        }
    }

    private sealed class NoDelivery : IEventDispatcher
    {
        public void Dispatch(QosStatusChanged change)
        {
            // The outbox keeps it: that is what is checked.
        }
    }

    /// <summary>Fails one call in twelve before it does anything, and every call once it is killed.</summary>
    private sealed class UnreliableStore(MemoryStore inner, int seed) : ISessionStore
    {
        private readonly Random chance = new(seed);
        private readonly Lock gate = new();
        private volatile bool killed;

        public bool IsReliable { get; set; }

        public void Kill() => killed = true;

        public ValueTask<CommitResult> CommitAsync(SessionCommit commit) => Fails() ? throw Down() : inner.CommitAsync(commit);

        public ValueTask<QosSession?> ReadAsync(SessionId id) => Fails() ? throw Down() : inner.ReadAsync(id);

        public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => Fails() ? throw Down() : inner.ReadDeviceAsync(device);

        public Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation) =>
            Fails() ? throw Down() : inner.ReadDueAsync(after, until, limit, cancellation);

        public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
            Fails() ? throw Down() : inner.ReadByClientAsync(clientId, user, limit, cancellation);

        public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(
            DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
            Fails() ? throw Down() : inner.ReadByDeviceAsync(device, clientId, user, limit, cancellation);

        private bool Fails()
        {
            if (killed) return true;
            if (IsReliable) return false;
            lock (gate) return chance.Next(12) == 0;
        }

        private static StoreUnavailableException Down() => new("The store is down.");
    }
}

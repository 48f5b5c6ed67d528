using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Core;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Engine;
using QodOrleans.Webhooks;
using QodOrleans.Webhooks.Formats;
using QodOrleans.Webhooks.Outbox;

namespace QodOrleans.Simulation;

/// <summary>One process with the product's classes in it, from its start to its death. What Orleans does around them is done here: sessions and devices are
/// made where they
/// are called, calls interleave, and who looks after what is worked out from the members that this silo knows.</summary>
internal sealed class Silo : Node, IDueSessionHost, IOutboxShare, IThrottleBroadcast
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OutboxPeriod = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(1);

    private readonly Meters meters = new();
    private readonly EngineMetrics metrics;
    private readonly SessionServices services;
    private readonly DueSessionScheduler due;
    private readonly WebhookDispatcher webhooks;
    private readonly Router router;
    private readonly Dictionary<SessionId, Activation<SessionProcess>> sessions = [];
    private readonly Dictionary<DeviceKey, Activation<DeviceAdmission>> devices = [];

    public Silo(World world, int number, string name, Members members)
        : base(world, name)
    {
        (Number, Members) = (number, members);
        var inFlight = new InFlight();
        metrics = new EngineMetrics(meters, inFlight);
        var store = new StoreConnection(world, world.Store, this);
        var log = new EngineLog(world);
        due = new DueSessionScheduler(this, store, Clock, Clock, metrics, world.EngineOptions, log);
        webhooks = new WebhookDispatcher(
            store, EventFormats.All, World.LegacySource, World.NoTokens, new SinkNetwork(world, this), world.WebhookOptions, Clock, meters, NullLogger.Instance,
            new Chance(world.Chance.NextInt64()), this, this, work => world.Scheduler.Soon(this, work));
        router = new Router(world, this, webhooks);
        services = new SessionServices(
            World.Policy, World.Profiles,
            new OperatorDirectory(world.Telcos.Select(telco => telco.Route), world.Telcos.Select(telco => new TelcoLine(world, telco, this))),
            World.DeviceKeys, store, AdmitAsync, router, due, inFlight, metrics, Clock, world.EngineOptions, World.Calls, log);
    }

    /// <summary>What remains of it when it starts again.</summary>
    public int Number { get; }

    /// <summary>The members as it knows them.</summary>
    public Members Members { get; private set; }

    public void Start()
    {
        due.Start();
        _ = webhooks.StartAsync(CancellationToken.None);
        Clock.CreateTimer(_ => due.Look(), null, World.LookPeriod, World.LookPeriod);
        Clock.CreateTimer(_ => webhooks.LookAgain(), null, OutboxPeriod, OutboxPeriod);
    }

    public override void Die()
    {
        if (IsDead) return;
        base.Die();
        metrics.Dispose();
        meters.Dispose();
    }

    public void Learn(Members members)
    {
        if (members == Members) return;
        Members = members;
        router.OwnersChanged();
        due.OwnersChanged();
        webhooks.ShareChanged();
    }

    // -- What Orleans does ------------------------------------------------------------------------------------------------------------

    public Task<T> OnSessionAsync<T>(SessionId id, Func<SessionProcess, Task<T>> call) =>
        OnAsync(sessions, id, Fault.SecondSession, leave => new SessionProcess(id, services, leave), silo => silo.sessions, call);

    public Task<T> OnDeviceAsync<T>(DeviceKey key, Func<DeviceAdmission, Task<T>> call) =>
        OnAsync(devices, key, Fault.SecondDevice, leave => new DeviceAdmission(key, services, leave), silo => silo.devices, call);

    public bool IsOurs(SessionId id) => Members.OwnerOf(id.Value) == Number;

    public Task CallAsync(DueSession due) => CallAsync(due.Id, session => session.DueAsync());

    public Task ReleaseAsync(SessionId id) => CallAsync(id, session => session.ReleaseAsync());

    /// <summary>An operator says something. It is told to the session until it is stored, or this process dies.</summary>
    public void TakeReport(SessionId id, OperatorOutcome outcome) => World.Scheduler.Soon(this, () => _ = ReportAsync(id, outcome));

    public void TakeEvents(QosStatusChanged[] changes, bool catchUp)
    {
        if (catchUp) webhooks.CatchUp();
        foreach (var change in changes) webhooks.Dispatch(change);
    }

    /// <summary>News that may get lost: who does not hear it reads it in the outbox.</summary>
    public void Tell(SinkThrottle throttle)
    {
        foreach (var silo in World.Living)
            if (silo != this && Members.Has(silo.Number)) World.Scheduler.Soon(silo, () => silo.webhooks.Throttle(throttle));
    }

    private Task<AdmissionOutcome> AdmitAsync(QosSession session, DateTimeOffset validUntil) => World.CallAsync(
        this, World.Route(Members, session.Terms.DeviceKey.Value),
        silo => silo.OnDeviceAsync(session.Terms.DeviceKey, device => device.AdmitAsync(session, validUntil)), ResponseTimeout);

    private async Task CallAsync(SessionId id, Func<SessionProcess, Task> call) => await World.CallAsync(
        this, World.Route(Members, id.Value),
        silo => silo.OnSessionAsync(
            id, async session =>
            {
                await call(session);
                return true;
            }),
        ResponseTimeout);

    private async Task ReportAsync(SessionId id, OperatorOutcome outcome)
    {
        var since = World.Scheduler.Steps;
        while (true)
        {
            try
            {
                var result = await World.CallAsync(
                    this, World.Route(Members, id.Value), silo => silo.OnSessionAsync(id, session => session.ReportAsync(outcome)), ResponseTimeout);
                if (result.Error is not { Code: SessionErrorCode.StoreUnavailable or SessionErrorCode.Overloaded })
                {
                    World.CheckReport(id, outcome, since);
                    return;
                }
            }
            catch (Exception lost) when (lost is TimeoutException or UnreachableSiloException)
            {
                // Told again.
            }
            await Task.Delay(ReportPause, Clock);
        }
    }

    /// <summary>Finds or makes the activation, and calls it. One that wants to go takes no new calls, and is gone once those that it has are done.</summary>
    private async Task<T> OnAsync<TKey, TProcess, T>(
        Dictionary<TKey, Activation<TProcess>> here, TKey key, Fault second, Func<Action, TProcess> make,
        Func<Silo, Dictionary<TKey, Activation<TProcess>>> there,
        Func<TProcess, Task<T>> call)
        where TKey : notnull
    {
        Activation<TProcess>? activation;
        while (here.TryGetValue(key, out activation) && activation.IsLeaving) await activation.Gone.Task;
        if (activation is null)
        {
            if (World.HasElsewhere(this, silo => there(silo).ContainsKey(key))) World.Faults.Saw(second);
            activation = here[key] = new Activation<TProcess>();
            var made = activation;
            // As Orleans does, at a turn of its own: until then it takes calls.
            made.Process = make(() => World.Scheduler.Soon(this, () =>
            {
                made.IsLeaving = true;
                LeaveIfIdle(made);
            }));
        }
        activation.Calls++;
        try
        {
            return await call(activation.Process);
        }
        finally
        {
            activation.Calls--;
            LeaveIfIdle(activation);
        }

        void LeaveIfIdle(Activation<TProcess> one)
        {
            if (!one.IsLeaving || one.Calls > 0 || one.Gone.Task.IsCompleted) return;
            here.Remove(key);
            one.Gone.SetResult();
        }
    }

    private sealed class Activation<TProcess>
    {
        public TProcess Process { get; set; } = default!;

        public int Calls { get; set; }

        public bool IsLeaving { get; set; }

        public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> made = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            made.Add(meter);
            return meter;
        }

        public void Dispose() => made.ForEach(meter => meter.Dispose());
    }
}

/// <summary>The silos that somebody knows of: each session and device is looked after by one of them.</summary>
internal readonly record struct Members(uint Bits)
{
    public static Members None => default;

    public bool Has(int number) => (Bits & (1u << number)) != 0;

    public Members With(int number) => new(Bits | (1u << number));

    public Members Without(int number) => new(Bits & ~(1u << number));

    public bool IsEmpty => Bits == 0;

    /// <returns>The number of the silo with the highest rank for this key.</returns>
    public int OwnerOf(Guid key)
    {
        var (owner, highest) = (-1, 0UL);
        for (var rest = Bits; rest != 0; rest &= rest - 1)
        {
            var number = BitOperations.TrailingZeroCount(rest);
            var rank = unchecked((ulong)((long)key.GetHashCode() + 1) * (ulong)(number + 1) * 0x9e3779b97f4a7c15);
            rank = unchecked((rank ^ (rank >> 29)) * 0xbf58476d1ce4e5b9);
            if (owner < 0 || rank > highest) (owner, highest) = (number, rank);
        }
        return owner;
    }
}

/// <summary>The silo that was called is not there.</summary>
internal sealed class UnreachableSiloException() : Exception("The silo is not there.");

using Microsoft.Extensions.Configuration;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;
using QodOrleans.Webhooks;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Simulation;

/// <summary>All that there is for one seed: silos with the product's classes, and around them a store, operators, sinks and clients.</summary>
internal sealed class World
{
    /// <summary>Nothing takes longer than this once everything works: the retention, the longest pause before a release, and what came before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(25);

    /// <summary>Far above what any world needs: whoever runs so long runs in a circle.</summary>
    private const long MostSteps = 2_000_000;

    private readonly List<Silo?> silos = [];
    private readonly List<Silo> all = [];
    private readonly Story story;

    private World(long seed, bool isTraced)
    {
        Seed = seed;
        Trace = new Trace(isTraced);
        Chance = new Chance(seed);
        Scheduler = new Scheduler(Chance, Trace);
        Trace.Attach(Scheduler);
        Faults = new Faults(Chance);
        Ledger = new Ledger(this);
        Store = new SimulatedStore(this);
        Sinks = new Sinks(this);
        Telcos =
        [
            new Telco(this, "north", "+34", new OperatorCapabilities()),
            new Telco(this, "south", "+49", new OperatorCapabilities(CanExtend: false)),
            new Telco(this, "west", "+55", new OperatorCapabilities(CanLookUp: false)),
        ];
        EngineOptions = new EngineOptions
        {
            MailboxCapacity = Chance.OneOf([2, 20, 1_000]),
            DueWindow = Chance.Between(2, 60),
            DueQueueLimit = Chance.OneOf([2, 8, 1_000]),
            DueInFlight = Chance.OneOf([1, 2, 100]),
        };
        WebhookOptions = new WebhookOptions
        {
            MemoryCapacity = Chance.OneOf([4, 16, 1_000]),
            ConcurrencyPerSink = Chance.Next(1, 4),
            SinksInMemory = Chance.Next(1, 4),
            OutboxPageSize = Chance.OneOf([1, 3, 1_000]),
            FailuresBeforeRest = Chance.Next(2, 6),
            LongestRetry = TimeSpan.FromMinutes(1),
        };
        LookPeriod = Chance.Between(2, 20);
        story = new Story(this);
    }

    public static SessionPolicy Policy { get; } = new();

    public static QosProfileCatalog Profiles { get; } = new([new QosProfile { Name = "QOS_E" }]);

    public static DeviceKeyHasher DeviceKeys { get; } = new(new byte[32]);

    public static LegacyEventSource LegacySource { get; } = new(new ConfigurationBuilder().Build());

    public static ISecretProtector NoTokens { get; } = new WithoutTokens();

    public long Seed { get; }

    public Trace Trace { get; }

    public Chance Chance { get; }

    public Scheduler Scheduler { get; }

    public Faults Faults { get; }

    public Ledger Ledger { get; }

    public SimulatedStore Store { get; }

    public Sinks Sinks { get; }

    public IReadOnlyList<Telco> Telcos { get; }

    public EngineOptions EngineOptions { get; }

    public static SessionCallOptions Calls { get; } = new();

    public WebhookOptions WebhookOptions { get; }

    /// <summary>Pause between two looks for due sessions that no silo holds in memory. Longer than in a cluster, which looks every 100 ms: most of the
    /// looks find nothing.</summary>
    public TimeSpan LookPeriod { get; }

    /// <summary>What the machine was asked, in which phase.</summary>
    public HashSet<(SessionPhase Phase, string Command)> Pairs { get; } = [];

    /// <summary>What operators were asked to do.</summary>
    public HashSet<string> Effects { get; } = [];

    /// <summary>The first thing that must not happen; null while all is well.</summary>
    public string? Violation { get; private set; }

    public IEnumerable<Silo> Living => silos.OfType<Silo>();

    /// <summary>Lives through the world of this seed, from its beginning to its end.</summary>
    public static World Run(long seed, bool isTraced = false)
    {
        var before = SynchronizationContext.Current;
        var world = new World(seed, isTraced);
        try
        {
            world.Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
            foreach (var silo in world.all) silo.Die();
        }
        return world;
    }

    /// <summary>One in which nothing goes wrong, and nothing happens by itself.</summary>
    public static World Calm()
    {
        var world = new World(seed: 0, isTraced: false);
        world.Faults.AreOver = true;
        return world;
    }

    public void Violate(string what)
    {
        Violation ??= what;
        if (Trace.IsOn) Trace.Note($"VIOLATION {what}");
    }

    // -- Processes --------------------------------------------------------------------------------------------------------------------

    public void StartSilo(int number, Members members)
    {
        while (silos.Count <= number) silos.Add(null);
        var silo = new Silo(this, number, $"silo {number}.{all.Count}", members);
        silos[number] = silo;
        all.Add(silo);
        Scheduler.Soon(silo, silo.Start);
    }

    public void Kill(Silo silo)
    {
        silos[silo.Number] = null;
        silo.Die();
    }

    /// <returns>Null while all are dead.</returns>
    public Silo? AnySilo()
    {
        Silo[] living = [.. Living];
        return living.Length == 0 ? null : Chance.OneOf(living);
    }

    public bool HasElsewhere(Silo here, Func<Silo, bool> has) => Living.Any(silo => silo != here && has(silo));

    /// <returns>The silo that a call for this key goes to: mostly the one that looks after it, as far as the caller knows.</returns>
    public int Route(Members known, Guid key) =>
        known.IsEmpty || Faults.Happens(Fault.OwnersDiffer, 0.04) ? AnySilo()?.Number ?? 0 : known.OwnerOf(key);

    /// <summary>Calls another process, or this one, as Orleans does: the call or its answer may be lost or late, and then the caller waits no longer than
    /// this.</summary>
    /// <exception cref="TimeoutException">The outcome is unknown.</exception>
    /// <exception cref="UnreachableSiloException">There is nobody at that place now.</exception>
    public Task<T> CallAsync<T>(Node from, int to, Func<Silo, Task<T>> call, TimeSpan timeout)
    {
        var answer = new TaskCompletionSource<T>();
        Scheduler.After(timeout, from, () => answer.TrySetException(new TimeoutException()));
        var isNear = from is Silo near && near.Number == to;
        if (!isNear && Faults.Happens(Fault.RequestLost, 0.02)) return answer.Task;
        Scheduler.After(isNear ? TimeSpan.Zero : Way(Fault.RequestLate), null, () =>
        {
            if (Trace.IsOn) Trace.Note($"{from} calls {silos[to]?.Name ?? "nobody"} {typeof(T).Name}");
            if (silos[to] is { } silo) Scheduler.Soon(silo, () => _ = ServeAsync(silo));
            else if (Chance.Happens(0.5)) Scheduler.Soon(from, () => answer.TrySetException(new UnreachableSiloException()));
        });
        return answer.Task;

        async Task ServeAsync(Silo silo)
        {
            T result = default!;
            Exception? broken = null;
            try
            {
                result = await call(silo);
            }
            catch (Exception exception)
            {
                broken = exception;
                if (exception is not (TimeoutException or UnreachableSiloException or Core.Storage.StoreUnavailableException))
                    Violate($"a call ended with {exception}");
            }
            if (!isNear && Faults.Happens(Fault.AnswerLost, 0.02)) return;
            Scheduler.After(isNear ? TimeSpan.Zero : Way(Fault.AnswerLate), from, () =>
            {
                if (broken is null) answer.TrySetResult(result);
                else answer.TrySetException(broken);
            });
        }
    }

    public void CheckReport(SessionId id, OperatorOutcome report, long since)
    {
        var isStored = report.Kind switch
        {
            OperatorOutcomeKind.Terminated => Ledger.WasSince(since, id, row => row is null || row.Status == QosStatus.Unavailable),
            OperatorOutcomeKind.Accepted => Ledger.WasSince(since, id, row => row is null || row.Status != QosStatus.Requested),
            _ => true,
        };
        if (!isStored) Violate($"an operator was thanked for {report.Kind} of {Trace.Name(id)}, which is not stored");
    }

    private TimeSpan Way(Fault late) =>
        Faults.Happens(late, 0.03) ? Chance.Between(0, 3) : Chance.Next(4) == 0 ? Chance.UpTo(TimeSpan.FromMilliseconds(20)) : TimeSpan.Zero;

    // -- From beginning to end --------------------------------------------------------------------------------------------------------

    private void Run()
    {
        story.Begin();
        var end = TimeSpan.MaxValue;
        while (Violation is null && Scheduler.Run())
        {
            if (Scheduler.Steps > MostSteps) Violate("it runs in a circle");
            if (!Faults.AreOver)
            {
                if (story.IsTold) story.MakePeace();
                continue;
            }
            if (end == TimeSpan.MaxValue) end = Scheduler.Now + Patience;
            if (!Scheduler.IsQuiet) continue;
            if (Scheduler.Now > end) Violate($"2: it does not end; {Remains()}");
            else if (story.IsOver && Store.Sessions == 0 && !Store.HasPendingEvents) break;
        }
        if (Violation is null) CheckEnd();
    }

    private string Remains() =>
        $"the store has {Store.Sessions} sessions and {(Store.HasPendingEvents ? "events" : "no events")}, clients wait for {story.Waiting} answers, "
        + $"operators hold {string.Join(", ", Telcos.SelectMany(telco => telco.Held).Select(Trace.Name))}";

    private void CheckEnd()
    {
        foreach (var telco in Telcos)
            foreach (var id in telco.Leaked) Violate($"3: {telco.Id} still holds {Trace.Name(id)} ({id}), of which nobody knows");
        Books.Check(this);
    }

    private sealed class WithoutTokens : ISecretProtector
    {
        public byte[] Protect(string token) => throw new NotSupportedException("No session of the simulation has a token.");

        public string Unprotect(byte[] sealedToken) => throw new NotSupportedException("No session of the simulation has a token.");
    }
}

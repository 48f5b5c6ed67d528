using System.Globalization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>An operator, and its own books. It keeps what the port asks of it, and nothing more: a create is idempotent by id and takes effect soon or
/// never; a create that
/// was not answered may take effect after a release; what it says unasked comes late, twice, out of order or not at all.</summary>
internal sealed class Telco(World world, string id, string prefix, OperatorCapabilities capabilities)
{
    private readonly Dictionary<SessionId, Holding> held = [];
    private readonly Dictionary<SessionId, OperatorOutcome> over = [];
    private readonly HashSet<SessionId> asked = [];
    private readonly Dictionary<SessionId, TimeSpan> tooLate = [];
    private int references;

    public OperatorId Id { get; } = new(id);

    public OperatorCapabilities Capabilities { get; } = capabilities;

    public OperatorRoute Route { get; } = new() { Id = new OperatorId(id), DisplayName = id, NumberPrefixes = [prefix], Networks = [] };

    public IEnumerable<SessionId> Held => held.Keys;

    /// <summary>Until then nothing gets in: who calls hears nothing.</summary>
    public TimeSpan DownUntil { get; set; }

    public OperatorOutcome Create(OperatorSession session)
    {
        if (!asked.Add(session.Id)) world.Effects.Add(nameof(SessionEffect.CreateAtOperator));
        if (held.TryGetValue(session.Id, out var known)) return known.Answer;
        if (world.Faults.Happens(Fault.OperatorRefuses, 0.04)) return End(session.Id, OperatorOutcome.Refused());
        if (world.Faults.Happens(Fault.OperatorKnowsNobody, 0.03)) return End(session.Id, OperatorOutcome.UnknownSubscriber());

        var holding = held[session.Id] = new Holding((++references).ToString(CultureInfo.InvariantCulture), session.Duration);
        if (world.Faults.Happens(Fault.OperatorDecidesLater, 0.15))
        {
            holding.IsPending = true;
            After(world.Chance.Between(0, 20), session.Id, holding, () => DecideOn(session.Id, holding));
        }
        else if (world.Faults.Happens(Fault.ReportRepeated, 0.1))
        {
            // Unasked, and perhaps before the answer.
            Report(session.Id, holding.Answer);
        }
        if (world.Faults.Happens(Fault.OperatorTerminates, 0.1)) After(world.Chance.Between(0, 40), session.Id, holding, () => Terminate(session.Id));
        if (world.Faults.Happens(Fault.OperatorClockRunsOut, 0.15)) WatchClock(session.Id, holding, world.Chance.Between(-1, 10), holding.Duration);
        return holding.Answer;
    }

    /// <summary>It works after the time within which a create settles, and says so. That can be made good only while somebody knows of the session.</summary>
    public void CreateTooLate(OperatorSession session)
    {
        if (world.Ledger.Row(session.Id) is not { AwaitsOperator: true } and not { Phase: SessionPhase.Retained }) return;
        if (held.ContainsKey(session.Id) || over.ContainsKey(session.Id)) return;
        var holding = held[session.Id] = new Holding((++references).ToString(CultureInfo.InvariantCulture), session.Duration);
        tooLate[session.Id] = world.Scheduler.Now;
        if (world.Trace.IsOn) world.Trace.Note($"{Id} creates {world.Trace.Name(session.Id)} too late");
        Tell(session.Id, holding.Answer, TimeSpan.Zero);
    }

    /// <summary>What it holds that should not be there.</summary>
    public IEnumerable<SessionId> Leaked =>
        held.Keys.Where(id => !(tooLate.TryGetValue(id, out var since) && world.Ledger.GoneAt(id) - since < TimeSpan.FromSeconds(30)));

    public OperatorOutcome LookUp(OperatorSession session)
    {
        world.Effects.Add(nameof(SessionEffect.LookUpAtOperator));
        if (held.TryGetValue(session.Id, out var known)) return known.Answer;
        return over.TryGetValue(session.Id, out var end) && world.Chance.Happens(0.5) ? end : OperatorOutcome.Absent();
    }

    public OperatorOutcome Extend(OperatorSession session)
    {
        world.Effects.Add(nameof(SessionEffect.ExtendAtOperator));
        if (!held.TryGetValue(session.Id, out var known) || world.Faults.Happens(Fault.OperatorDoesNotExtend, 0.15)) return OperatorOutcome.Refused();
        known.Duration = session.Duration;
        return OperatorOutcome.Accepted();
    }

    public OperatorOutcome Delete(OperatorSession session)
    {
        world.Effects.Add(nameof(SessionEffect.ReleaseAtOperator));
        if (world.Ledger.Row(session.Id) is { OwesRelease: false, Phase: not SessionPhase.Retained } row)
            world.Violate($"{world.Trace.Name(session.Id)} is released while it is {row.Phase}");
        if (world.Faults.Happens(Fault.OperatorKeeps, 0.1)) return OperatorOutcome.Refused();
        return held.Remove(session.Id) ? OperatorOutcome.Accepted() : OperatorOutcome.Absent();
    }

    private void DecideOn(SessionId session, Holding holding)
    {
        holding.IsPending = false;
        if (world.Faults.Happens(Fault.OperatorDecidesNo, 0.3))
        {
            held.Remove(session);
            End(session, OperatorOutcome.Refused());
            Report(session, OperatorOutcome.Refused());
        }
        else
        {
            Report(session, holding.Answer);
        }
    }

    private void Terminate(SessionId session)
    {
        held.Remove(session);
        End(session, OperatorOutcome.Terminated());
        Report(session, OperatorOutcome.Terminated());
    }

    /// <summary>It ends the session by a clock of its own, which is not ours.</summary>
    private void WatchClock(SessionId session, Holding holding, TimeSpan wrongBy, TimeSpan left) => After(left + wrongBy, session, holding, () =>
    {
        // Extended meanwhile.
        if (holding.Duration > left) WatchClock(session, holding, TimeSpan.Zero, holding.Duration - left);
        else Terminate(session);
    });

    private void After(TimeSpan delay, SessionId session, Holding holding, Action act) => world.Scheduler.After(delay, null, () =>
    {
        if (held.TryGetValue(session, out var now) && now == holding) act();
    });

    private OperatorOutcome End(SessionId session, OperatorOutcome how) => over[session] = how;

    private void Report(SessionId session, OperatorOutcome outcome)
    {
        if (world.Trace.IsOn) world.Trace.Note($"{Id} reports {world.Trace.Name(session)} {outcome.Kind}");
        if (world.Faults.Happens(Fault.ReportLost, 0.15)) return;
        for (var copies = world.Faults.Happens(Fault.ReportRepeated, 0.2) ? 2 : 1; copies > 0; copies--)
        {
            var delay = world.Faults.Happens(Fault.ReportLate, 0.3) ? world.Chance.Between(0, 15) : world.Chance.Between(0, 0.1);
            Tell(session, outcome, delay);
        }
    }

    /// <summary>It is told again until somebody is there to hear it.</summary>
    private void Tell(SessionId session, OperatorOutcome outcome, TimeSpan delay) => world.Scheduler.After(delay, null, () =>
    {
        if (world.AnySilo() is { } silo) silo.TakeReport(session, outcome);
        else Tell(session, outcome, TimeSpan.FromSeconds(1));
    });

    private sealed class Holding(string reference, TimeSpan duration)
    {
        public bool IsPending { get; set; }

        public TimeSpan Duration { get; set; } = duration;

        public OperatorOutcome Answer => IsPending ? OperatorOutcome.Pending(reference) : OperatorOutcome.Accepted(reference);
    }
}

/// <summary>The way from a process to an operator, with the deadline that a call has there.</summary>
internal sealed class TelcoLine(World world, Telco telco, Silo silo) : IOperatorAdapter
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>From the decision to the call: a commit in doubt, and a process that is frozen.</summary>
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(12);

    private readonly HashSet<SessionId> sent = [];

    public OperatorId Id => telco.Id;

    public OperatorCapabilities Capabilities => telco.Capabilities;

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation)
    {
        if (!sent.Add(session.Id)) CheckSettles(session.Id);
        if (world.Faults.Happens(Fault.OperatorWorksTooLate, 0.02))
            world.Scheduler.After(world.Chance.Between(31, 120), null, () => telco.CreateTooLate(session));
        return CallAsync(session, telco.Create, "create", cancellation);
    }

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(session, telco.Extend, "extend", cancellation);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(session, telco.Delete, "delete", cancellation);

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) =>
        CallAsync(session, telco.LookUp, "look up", cancellation);

    private ValueTask<OperatorOutcome> CallAsync(
        OperatorSession session, Func<OperatorSession, OperatorOutcome> work, string what, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<OperatorOutcome>();
        if (cancellation.CanBeCanceled) cancellation.UnsafeRegister(static answer => ((TaskCompletionSource<OperatorOutcome>)answer!).TrySetCanceled(), answer);
        var faults = world.Faults;
        if (faults.Happens(Fault.OperatorUnreachable, 0.05))
        {
            Give(OperatorOutcome.Unreachable(), world.Chance.Between(0, 0.1));
            return new(answer.Task);
        }
        Give(OperatorOutcome.Unknown("no answer in time"), Deadline);
        var isDown = world.Scheduler.Now < telco.DownUntil;
        if (isDown) faults.Saw(Fault.OperatorDown);
        if (!isDown && !faults.Happens(Fault.OperatorRequestLost, 0.05))
        {
            var way = faults.Happens(Fault.OperatorWorksLate, 0.08) ? world.Chance.Between(0, 12) : Way();
            world.Scheduler.After(way, null, () =>
            {
                var outcome = work(session);
                if (world.Trace.IsOn) world.Trace.Note($"{Id} {what} {world.Trace.Name(session.Id)} for {silo}: {outcome.Kind}");
                if (!faults.Happens(Fault.OperatorAnswerLost, 0.05))
                    Give(outcome, faults.Happens(Fault.OperatorAnswerLate, 0.1) ? world.Chance.Between(0, 4) : Way());
            });
        }
        return new(answer.Task);

        void Give(OperatorOutcome outcome, TimeSpan delay) => world.Scheduler.After(delay, silo, () => answer.TrySetResult(outcome));
    }

    private void CheckSettles(SessionId id)
    {
        if (world.Ledger.Row(id) is not { } row) return;
        var latest = row.Terms.CreatedAt + World.Policy.ProvisioningDeadline - World.Policy.CreateSettlesWithin + MostDelay;
        if (silo.Clock.GetUtcNow() > latest)
            world.Violate($"3: a create of {world.Trace.Name(id)} is sent again at {silo.Clock.GetUtcNow():O}, too late to settle");
    }

    private TimeSpan Way() => world.Chance.Next(3) == 0 ? world.Chance.Between(0, 0.3) : TimeSpan.Zero;
}

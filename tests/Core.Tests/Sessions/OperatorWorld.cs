using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>A session, its client, and an operator that answers late, not at all, twice or out of order, in simulated time.</summary>
/// <remarks>The operator keeps what the port asks of it (a create is idempotent by id, and takes effect within
/// <see cref="SessionPolicy.CreateSettlesWithin"/> or never) and nothing more: a create that was not answered may still take effect after a
/// release, a release may fail before or after it worked, calls of one session overlap. Fates run out; then everybody behaves.</remarks>
internal sealed class OperatorWorld(int durationSeconds, int[] fates)
{
    private static readonly SessionPolicy Policy = Story.Policy;

    private readonly SessionMachine machine = new(Policy);
    private readonly PriorityQueue<(string What, Action Happen), (DateTimeOffset At, int Order)> future = new();
    private DateTimeOffset now = TestSessions.Start;
    private int nextFate, order;

    public QosSession Session { get; private set; } = null!;

    public bool OperatorHolds { get; private set; }

    public List<string> History { get; } = [];

    public void Run()
    {
        Take(machine.Create(TestSessions.Create(TimeSpan.FromSeconds(durationSeconds)), now));
        // The client may give it up, and the operator end it, at any time.
        if (Chance(50)) In(Fate(120_000), "client deletes", () => Decide(new SessionCommand.Delete()));
        if (Chance(20)) In(Fate(120_000), "operator ends it", Terminate);
        while (future.TryDequeue(out var next, out var when))
        {
            now = when.At;
            History.Add($"{(now - TestSessions.Start).TotalSeconds,8:0.000} {next.What}");
            if (History.Count > 2_000) throw new InvalidOperationException("The session never ends.");
            next.Happen();
        }
    }

    private void Terminate()
    {
        if (!OperatorHolds) return;
        OperatorHolds = false;
        Answer(new SessionCommand.OperatorTerminated(), Fate(2_000));
    }

    private void Decide(SessionCommand command) => Take(machine.Decide(Session, command, now));

    private void Take(Decision decision)
    {
        Session = decision.Session;
        History.Add($"         → {Session.Phase}, {(Session.CreateSettled ? "settled" : "unsettled")}, {(OperatorHolds ? "at the operator" : "not at the operator")}");
        if (decision.Changed && Session.Phase != SessionPhase.Gone) Look();
        switch (decision.Effect)
        {
            case SessionEffect.CreateAtOperator: CallCreate(); break;
            case SessionEffect.LookUpAtOperator: CallLookUp(); break;
            case SessionEffect.ReleaseAtOperator: CallRelease(); break;
        }
    }

    private void Look()
    {
        var due = Session.DueAt;
        In((int)Math.Max(0, (due - now).TotalMilliseconds) + Fate(200), "deadline", () =>
        {
            if (Session.DueAt == due && Session.Phase != SessionPhase.Gone) Decide(new SessionCommand.DeadlineReached());
        });
    }

    private void CallCreate()
    {
        History.Add("         create sent");
        var effect = Fate(8_000);
        switch (Fate(8))
        {
            case 0 or 1:
                In(effect, "create works", () =>
                {
                    OperatorHolds = true;
                    Answer(new SessionCommand.OperatorAccepted("op-1"), Fate(1_000));
                });
                break;
            case 2:
                In(effect, "create is taken in", () =>
                {
                    OperatorHolds = true;
                    Answer(new SessionCommand.OperatorPending("op-1"), Fate(1_000));
                    if (Chance(70)) Answer(new SessionCommand.OperatorAccepted(null), Fate(10_000));
                });
                break;
            case 3: Answer(new SessionCommand.OperatorRefused(RefusalCause.Refused, CallerWaiting: effect < 1_000), effect); break;
            case 4: Answer(new SessionCommand.OperatorRefused(RefusalCause.UnknownSubscriber, CallerWaiting: effect < 1_000), effect); break;
            case 5: Answer(new SessionCommand.OperatorRefused(RefusalCause.Unreachable, CallerWaiting: effect < 1_000), effect); break;
            case 6: Answer(new SessionCommand.OperatorOutcomeUnknown(), effect); break;
            default:
                // No answer, but it works in the end; perhaps a callback tells.
                Answer(new SessionCommand.OperatorOutcomeUnknown(), effect);
                In(Fate(25_000), "unanswered create works", () =>
                {
                    OperatorHolds = true;
                    if (Chance(40)) Answer(new SessionCommand.OperatorAccepted(null), Fate(5_000));
                });
                break;
        }
    }

    private void CallLookUp() => In(Fate(2_000), "look-up", () =>
    {
        if (Chance(20)) return;
        Answer(OperatorHolds ? new SessionCommand.OperatorAccepted("op-1") : new SessionCommand.SessionAbsentAtOperator(), Fate(1_000));
    });

    private void CallRelease() => In(Fate(2_000), "release", () =>
    {
        if (Chance(20))
        {
            Answer(new SessionCommand.OperatorReleaseFailed(), Fate(1_000));
            return;
        }
        OperatorHolds = false;
        Answer(Chance(20) ? new SessionCommand.OperatorReleaseFailed() : new SessionCommand.OperatorReleased(), Fate(1_000));
    });

    private void Answer(SessionCommand command, int afterMilliseconds)
    {
        In(afterMilliseconds, command.ToString(), () => Decide(command));
        if (Chance(10)) In(afterMilliseconds + Fate(3_000), "again " + command, () => Decide(command));
    }

    private void In(int milliseconds, string what, Action happen) => future.Enqueue((what, happen), (now + TimeSpan.FromMilliseconds(milliseconds), order++));

    /// <summary>0 up to <paramref name="choices"/>, and 0 once fate has run out.</summary>
    private int Fate(int choices) => nextFate < fates.Length ? (int)((long)fates[nextFate++] * choices / 1_000) : 0;

    private bool Chance(int percent) => Fate(100) >= 100 - percent;
}

using FsCheck;
using FsCheck.Fluent;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>What holds for every session, whatever happens to it and when.</summary>
public sealed class SessionMachineProperties
{
    private static readonly SessionPolicy Policy = Story.Policy;
    private static readonly SessionMachine Machine = new(Policy);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>One step of an arbitrary life: so many milliseconds later, this comes.</summary>
    private sealed record Step(long AfterMilliseconds, SessionCommand Command)
    {
        public override string ToString() => $"+{AfterMilliseconds}ms {Command}";
    }

    private static readonly Gen<SessionCommand> AnyCommand = Gen.Frequency(
        (4, Gen.Elements<SessionCommand>(new SessionCommand.OperatorAccepted(null), new SessionCommand.OperatorAccepted("op-1"), new SessionCommand.OperatorPending("op-2"))),
        (2, from cause in Gen.Elements(Enum.GetValues<RefusalCause>()) from waiting in Gen.Elements(true, false) select (SessionCommand)new SessionCommand.OperatorRefused(cause, waiting)),
        (4, Gen.Elements<SessionCommand>(new SessionCommand.OperatorOutcomeUnknown(), new SessionCommand.SessionAbsentAtOperator(), new SessionCommand.OperatorTerminated())),
        (3, Gen.Elements<SessionCommand>(new SessionCommand.OperatorReleased(), new SessionCommand.OperatorReleaseFailed())),
        (2, Extension().Select(extend => (SessionCommand)extend)),
        (2, Gen.Choose(1, 200_000).Select(seconds => (SessionCommand)new SessionCommand.OperatorExtended(TimeSpan.FromSeconds(seconds)))),
        (1, Gen.Elements(true, false).Select(refused => (SessionCommand)new SessionCommand.OperatorExtensionFailed(refused))),
        (2, Gen.Constant<SessionCommand>(new SessionCommand.Delete())),
        (8, Gen.Constant<SessionCommand>(new SessionCommand.DeadlineReached())));

    private static readonly Gen<Step> AnyStep =
        from after in Gen.Frequency((3, Gen.Choose(0, 50)), (5, Gen.Choose(0, 10_000)), (3, Gen.Choose(0, 400_000)))
        from command in AnyCommand
        select new Step(after, command);

    private static readonly Arbitrary<(int Seconds, Step[] Steps)> Lives =
        Gen.Frequency((3, Gen.Choose(1, 120)), (1, Gen.Choose(1, 86_400))).Zip(AnyStep.ListOf().Select(steps => steps.ToArray())).ToArbitrary();

    private static Gen<SessionCommand.Extend> Extension() =>
        from seconds in Gen.Choose(1, 86_399)
        from limit in Gen.Choose(1, 100_000)
        from remaining in Gen.Elements(true, false)
        select new SessionCommand.Extend(
            TimeSpan.FromSeconds(seconds),
            remaining ? new ExtensionLimit.RemainingAtMost(TimeSpan.FromSeconds(limit)) : new ExtensionLimit.OverallAtMost(TimeSpan.FromSeconds(limit)));

    private static QosSession Create(int seconds) => Machine.Create(TestSessions.Create(TimeSpan.FromSeconds(seconds)), TestSessions.Start).Session;

    // ---- any commands, in any order, at any time ----------------------------------------------------------------------------------------

    [Fact]
    public void Whatever_happens_a_session_keeps_its_promises() => Properties.Hold(Lives, life =>
    {
        var (session, now) = (Create(life.Seconds), TestSessions.Start);
        var events = new List<QosStatusChanged>();
        foreach (var step in life.Steps)
        {
            now += TimeSpan.FromMilliseconds(step.AfterMilliseconds);
            var before = session;
            var decision = Machine.Decide(before, step.Command, now);
            session = decision.Session;
            if (decision.Event is { } change) events.Add(change);

            CheckStep(before, step.Command, decision, now);
            if (session.Phase == SessionPhase.Gone) break;
        }
        CheckEvents(events, session);
    }, runs: 3_000);

    private static void CheckStep(QosSession before, SessionCommand command, Decision decision, DateTimeOffset now)
    {
        var after = decision.Session;

        // The fence: one version per commit, and nothing changes without one.
        Assert.Equal(before.Version + (decision.Changed ? 1 : 0), after.Version);
        if (!decision.Changed) Assert.Same(before, after);
        if (decision.Error is not null) Assert.True(decision is { Event: null, Effect: null } && (!decision.Changed || (before.Phase, after.Phase) == (SessionPhase.Requested, SessionPhase.Retained)));
        Assert.Equal((before.Id, before.Terms), (after.Id, after.Terms));

        // Statuses only move forward, and so do phases, but for a late success that is released once more.
        Assert.True(after.Status >= before.Status, $"{before.Status} → {after.Status}");
        Assert.True(after.Phase >= before.Phase || (before.Phase, after.Phase) == (SessionPhase.Retained, SessionPhase.Releasing), $"{before.Phase} → {after.Phase}");
        Assert.False(after.IsVisible && !before.IsVisible, "seen again");
        Assert.Equal(after.Status == QosStatus.Unavailable, after.StatusInfo is not null && after.EndedAt is not null);

        // Never early; and never forgotten: what is not gone has a time at which it is looked at.
        if (after.StatusInfo == StatusInfo.DurationExpired && before.StatusInfo is null) Assert.True(now >= before.ExpiresAt, "expired early");
        if (after.Phase == SessionPhase.Active) Assert.Equal((after.ExpiresAt, after.StartedAt + after.Duration), (after.DueAt, after.ExpiresAt));
        if (after is { Phase: SessionPhase.Gone, StatusInfo: not StatusInfo.DeleteRequested } && before.Phase is SessionPhase.Releasing or SessionPhase.Retained)
            Assert.True(now >= after.EndedAt + Policy.UnavailableRetention || command is SessionCommand.Delete, "forgotten within the retention");
        Assert.Equal(after.Phase == SessionPhase.Releasing && before.Phase is SessionPhase.Requested or SessionPhase.Active, decision.Effect is SessionEffect.ReleaseAtOperator && before.Status < QosStatus.Unavailable);

        // Durations are whole seconds and never shrink.
        Assert.Equal(0, after.Duration.Ticks % TimeSpan.TicksPerSecond);
        Assert.True(after.Duration >= before.Duration);

        // Who blocks the flow (Q04).
        Assert.Equal(
            after.Phase != SessionPhase.Gone && (after.Status != QosStatus.Unavailable || after.StatusInfo == StatusInfo.NetworkTerminated), after.HoldsFlow);
    }

    private static void CheckEvents(List<QosStatusChanged> events, QosSession session)
    {
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(change => change.Sequence));
        Assert.Equal(events.Count, session.EventSequence);
        Assert.Distinct(events.Select(change => change.EventId));
        Assert.DoesNotContain(events.SkipLast(1), change => change.Status == QosStatus.Unavailable);
        Assert.True(events.Count(change => change.Status == QosStatus.Available) <= 1);
    }

    /// <summary>An arbitrary past, then an operator that answers: the session ends.</summary>
    [Fact]
    public void Every_session_ends_once_the_operator_answers() => Properties.Hold(Lives, life =>
    {
        var (session, now) = (Create(life.Seconds), TestSessions.Start);
        foreach (var step in life.Steps) session = Machine.Decide(session, step.Command, now += TimeSpan.FromMilliseconds(step.AfterMilliseconds)).Session;

        var looks = 0;
        while (session.Phase != SessionPhase.Gone)
        {
            Assert.True(++looks < 20, $"{session.Phase}, due {session.DueAt - now}");
            if (session.DueAt > now) now = session.DueAt;
            var decision = Machine.Decide(session, new SessionCommand.DeadlineReached(), now);
            session = decision.Effect is SessionEffect.ReleaseAtOperator ? Machine.Decide(decision.Session, new SessionCommand.OperatorReleased(), now).Session : decision.Session;
        }
    }, runs: 3_000);

    // ---- extensions -------------------------------------------------------------------------------------------------------------------

    [Fact]
    public void An_extension_is_the_exact_sum_up_to_the_limit_and_never_shortens() => Properties.Hold(
        (from seconds in Gen.Choose(1, 100_000)
         from elapsed in Gen.Choose(0, 100_000_000).Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds % (seconds * 1000L)))
         from extend in Extension()
         select (seconds, elapsed, extend)).ToArbitrary(),
        given =>
        {
            var (seconds, elapsed, extend) = given;
            var session = Machine.Decide(Create(seconds), new SessionCommand.OperatorAccepted(null), TestSessions.Start).Session;
            var now = TestSessions.Start + elapsed;
            var decision = Machine.Decide(session, extend, now);

            var wished = session.Duration + extend.Additional;
            if (decision.Effect is SessionEffect.ExtendAtOperator granted)
            {
                Assert.True(granted.Duration > session.Duration && granted.Duration <= wished);
                Assert.Equal(0, granted.Duration.Ticks % TimeSpan.TicksPerSecond);
                Assert.Equal(session.StartedAt + granted.Duration, granted.Until);
                Assert.True(Within(granted.Duration, elapsed, extend.Limit), "above the limit");
                if (granted.Duration < wished) Assert.False(Within(granted.Duration + TimeSpan.FromSeconds(1), elapsed, extend.Limit), "a second more would have fitted");

                var extended = Machine.Decide(session, new SessionCommand.OperatorExtended(granted.Duration), now).Session;
                Assert.Equal((granted.Duration, granted.Until, granted.Until), (extended.Duration, extended.ExpiresAt, extended.DueAt));
            }
            else
            {
                Assert.Null(decision.Error);
                Assert.False(Within(session.Duration + TimeSpan.FromSeconds(1), elapsed, extend.Limit), "a second more would have fitted");
            }
        }, runs: 5_000);

    /// <summary>Q03, by definition: what remains, or the whole, is at most the limit.</summary>
    private static bool Within(TimeSpan duration, TimeSpan elapsed, ExtensionLimit limit) => limit switch
    {
        ExtensionLimit.RemainingAtMost remaining => duration - TimeSpan.FromSeconds(Math.Floor(elapsed.TotalSeconds)) <= remaining.Remaining,
        ExtensionLimit.OverallAtMost overall => duration <= overall.Overall,
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };

    // ---- with an operator behind it: nothing is left there --------------------------------------------------------------------------------

    /// <summary>Fates are consumed one by one by what can go one way or another; when they run out, everything goes well. So they shrink.</summary>
    [Fact]
    public void No_session_that_has_ended_here_lives_on_at_the_operator() => Properties.Hold(
        Gen.Choose(1, 90).Zip(Gen.Choose(0, 999).ArrayOf()).ToArbitrary(), life =>
        {
            var world = new OperatorWorld(life.Item1, life.Item2);
            world.Run();

            Assert.Equal(SessionPhase.Gone, world.Session.Phase);
            Assert.False(world.OperatorHolds, string.Join('\n', world.History));
        }, runs: 5_000);
}

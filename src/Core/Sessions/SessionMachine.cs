using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Core.Sessions;

/// <summary>What a command leads to: the next session, at most one event, at most one effect, or an error for the caller.</summary>
/// <param name="Session">The session to commit when <paramref name="Changed"/>, else the one that was given.</param>
/// <param name="Changed">Whether there is anything to commit.</param>
/// <param name="Event">Goes to the outbox with the commit.</param>
/// <param name="Effect">Runs after the commit. <see cref="SessionEffect.ExtendAtOperator"/> comes without a commit: its outcome is committed.</param>
/// <param name="Error">The client that asked is answered this, and not the session.</param>
public readonly record struct Decision(QosSession Session, bool Changed, QosStatusChanged? Event, SessionEffect? Effect, SessionError? Error);

/// <summary>The rules of a session's life, and nothing else: no I/O, no clock, no random numbers.</summary>
/// <remarks>
/// <code>
/// phase      command                   next         client sees                     event, effect
/// ---------  ------------------------  -----------  ------------------------------  -------------------------------------------
/// (none)     Create                    Requested    REQUESTED                       create at operator
///
/// Requested  OperatorAccepted          Active       AVAILABLE                       event; due at expiry
/// Requested  OperatorPending           Requested    REQUESTED                       – (the operator has it and will confirm)
/// Requested  OperatorRefused           Retained     UNAVAILABLE NETWORK_TERMINATED  event; keep for pollers, flow stays held
///              … caller waiting, and subscriber unknown or operator unreachable: an error, and nothing (404): the create fails as a whole
///                … its row stays for a while, so that a repetition of the create that comes late makes nothing under the same id
///              … while an older create may still take effect: Releasing instead, release
/// Requested  OperatorTerminated        Retained     UNAVAILABLE NETWORK_TERMINATED  event
///              … while an older create may still take effect: Releasing instead, release
/// Requested  OperatorOutcomeUnknown    Requested    REQUESTED                       look up at operator
///              … not the first: looked up when due
/// Requested  SessionAbsentAtOperator   Requested    REQUESTED                       create again (same id)
///              … too late for a create to settle before the provisioning deadline: nothing, looked up when due
/// Requested  DeadlineReached           Requested    REQUESTED                       look up, pause doubles
///              … past the provisioning deadline: Releasing, UNAVAILABLE NETWORK_TERMINATED, event, release
/// Requested  Extend                    –            error SessionInactive
/// Requested  Delete                    Releasing    nothing (404)                   release; no event: it never was AVAILABLE
///
/// Active     OperatorTerminated        Retained     UNAVAILABLE NETWORK_TERMINATED  event; flow stays held
///              … at or after expiresAt: UNAVAILABLE DURATION_EXPIRED, event
///              … while an older create may still take effect: Releasing instead, release
/// Active     DeadlineReached           Releasing    UNAVAILABLE DURATION_EXPIRED    event, release; never before expiresAt
/// Active     Extend                    –            AVAILABLE                       extend at operator, nothing committed yet
///              … at its limit already:  –            AVAILABLE, unchanged            –
/// Active     OperatorExtended          Active       AVAILABLE, longer               due at the new expiry; no event
/// Active     OperatorExtensionFailed   –            error                           the old end stands
/// Active     Delete                    Releasing    nothing (404)                   event DELETE_REQUESTED, release
/// Active     other answers             –            –                               none: too late, or a repetition; the operator's reference is kept
///
/// Releasing  OperatorReleased          Retained     as before                       due at the end of retention
///              … deleted by the client, or retention over: Gone
///              … while the create may still take effect: Releasing, and another release when it can no longer
/// Releasing  OperatorReleaseFailed     Releasing    as before                       due for another release, pause doubles
/// Releasing  DeadlineReached           Releasing    as before                       release again
/// Releasing  OperatorAccepted/Pending  Releasing    as before                       release: a late success is never resurrected
/// Releasing  SessionAbsentAtOperator   Retained     as before                       as OperatorReleased: there is nothing there now
/// Releasing  OperatorTerminated        Retained     as before                       as OperatorReleased: there is nothing there now
/// Releasing  OperatorRefused           –            as before                       – (the release's own answer counts)
/// Releasing  Delete                    Releasing    nothing (404)                   no event: it was UNAVAILABLE already
///
/// Retained   DeadlineReached           Gone         nothing (404)
/// Retained   Delete                    Gone         nothing (404)                   no event
/// Retained   OperatorAccepted/Pending  Releasing    as before                       release
///
/// Gone       OperatorAccepted/Pending  –            nothing (404)                   release
///
/// any other pair: nothing happens, and a client that asked is told NotFound or SessionInactive.
/// </code>
/// </remarks>
public sealed class SessionMachine(SessionPolicy policy)
{
    /// <summary>Makes a session. It must be durable, and its flow reserved, before the operator is called.</summary>
    public Decision Create(SessionCommand.Create create, DateTimeOffset now)
    {
        var session = new QosSession
        {
            Id = create.Id,
            Terms = create.Terms,
            Phase = SessionPhase.Requested,
            Duration = create.Duration,
            DueAt = now + policy.FirstReconciliation,
            Version = 1,
        };
        return new Decision(session, Changed: true, Event: null, SessionEffect.Create, Error: null);
    }

    /// <summary>What <paramref name="command"/> does to <paramref name="session"/>. Every pair has an answer.</summary>
    /// <param name="now">In whole milliseconds, because the store keeps no more: what is read back must equal what was decided.</param>
    public Decision Decide(QosSession session, SessionCommand command, DateTimeOffset now) => command switch
    {
        SessionCommand.Create => Unchanged(session),
        SessionCommand.OperatorAccepted accepted => Accept(session, accepted.Reference, now),
        SessionCommand.OperatorPending pending => Hold(session, pending.Reference, now),
        SessionCommand.OperatorRefused refused => Refuse(session, refused, now),
        // The first time it is looked up at once. Later only when due: else an operator that fails at once would be called again and again.
        SessionCommand.OperatorOutcomeUnknown => Reconcile(session, session.Attempts == 0 ? SessionEffect.LookUp : null, now),
        SessionCommand.SessionAbsentAtOperator => Miss(session, now),
        SessionCommand.OperatorTerminated => Terminate(session, now),
        SessionCommand.OperatorReleased => Release(session, now),
        SessionCommand.OperatorReleaseFailed => RetryRelease(session, now),
        SessionCommand.Extend extend => Extend(session, extend, now),
        SessionCommand.OperatorExtended extended => Extended(session, extended.Duration),
        SessionCommand.OperatorExtensionFailed failed => NotExtended(session, failed.Refused),
        SessionCommand.Delete => Delete(session, now),
        SessionCommand.DeadlineReached => now < session.DueAt ? Unchanged(session) : Deadline(session, now),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "No rule for this command."),
    };

    private Decision Accept(QosSession session, string? reference, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Requested => Told(
            Settled(Named(session, reference)) with { Phase = SessionPhase.Active, StartedAt = now, DueAt = now + session.Duration, Attempts = 0 },
            now, effect: null),
        SessionPhase.Active => Learn(session, Named(session, reference)),
        _ => ReleaseLatecomer(session, reference, now),
    };

    private Decision Hold(QosSession session, string? reference, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Requested => Learn(session, Settled(Named(session, reference))),
        SessionPhase.Active => Learn(session, Named(session, reference)),
        _ => ReleaseLatecomer(session, reference, now),
    };

    // A callback may come before the answer to the create, and bring the operator's reference. Without the reference no release is possible there.
    private static QosSession Named(QosSession session, string? reference) => session with { OperatorReference = reference ?? session.OperatorReference };

    // The answer to the first create settles it. After a lost answer or a look-up, an older create may still be on its way to the operator.
    private static QosSession Settled(QosSession session) => session with { CreateSettled = session.CreateSettled || session.Attempts == 0 };

    private static Decision Learn(QosSession session, QosSession learnt) => learnt == session ? Unchanged(session) : Silent(learnt);

    // The operator accepts a session that is over for the client. It must not keep (and bill) it, so a delete is sent.
    // This does not settle the create: the answer to an earlier delete may still come, and must not count for what was accepted after it.
    private Decision ReleaseLatecomer(QosSession session, string? reference, DateTimeOffset now) => session.Phase == SessionPhase.Gone
        ? new Decision(session, Changed: false, Event: null, SessionEffect.Release, Error: null)
        : Silent(
            Named(session, reference) with { Phase = SessionPhase.Releasing, DueAt = now + policy.ReleaseAnswersWithin },
            SessionEffect.Release);

    // The row of a create that fails as a whole stays for a while, unseen as after a DELETE. If it were deleted at once, a repetition of the create could
    // make a second session under the same id, and what was still to come of the first would change the second.
    private Decision Refuse(QosSession session, SessionCommand.OperatorRefused refused, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Requested when refused is { CallerWaiting: true, Cause: not RefusalCause.Refused } && Settled(session).CreateSettled => Silent(
            Over(session, StatusInfo.DeleteRequested, now, CreatesEndWithin) with { CreateSettled = true }) with
        {
            Error = refused.Cause == RefusalCause.UnknownSubscriber
                ? SessionError.DeviceNotIdentified()
                : SessionError.OperatorUnavailable(session.Terms.Operator),
        },
        SessionPhase.Requested => Fail(Settled(session), StatusInfo.NetworkTerminated, now),
        // This answers the create. It says nothing about the release that is under way.
        _ => Unchanged(session),
    };

    private Decision Terminate(QosSession session, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Requested => Fail(Settled(session), StatusInfo.NetworkTerminated, now),
        // At or after expiresAt the operator has ended it as agreed: it has expired, and must not block its flow.
        SessionPhase.Active => Fail(session, now < session.ExpiresAt ? StatusInfo.NetworkTerminated : StatusInfo.DurationExpired, now),
        SessionPhase.Releasing => Release(session, now),
        _ => Unchanged(session),
    };

    // The operator has no session now. While an unanswered create may still take effect there, a release is needed.
    private Decision Fail(QosSession session, StatusInfo why, DateTimeOffset now) =>
        session.CreateSettled || now >= SettledBy(session) ? Retain(session with { CreateSettled = true }, why, now) : End(session, why, now);

    private Decision Miss(QosSession session, DateTimeOffset now) => session.Phase switch
    {
        // Create it again only while the create is sure to settle before the provisioning deadline.
        SessionPhase.Requested when now + policy.CreateSettlesWithin <= ProvisionedBy(session) =>
            Reconcile(session with { CreateSettled = false }, SessionEffect.Create, now),
        SessionPhase.Requested => Reconcile(session, effect: null, now),
        // A create may still be on its way there, so the session can be absent now and exist later.
        SessionPhase.Releasing => Release(session, now),
        _ => Unchanged(session),
    };

    private Decision Reconcile(QosSession session, SessionEffect? effect, DateTimeOffset now) => session.Phase != SessionPhase.Requested
        ? Unchanged(session)
        : Silent(
            session with
            {
                DueAt = Earlier(now + Pause(policy.FirstReconciliation, policy.LongestReconciliationPause, session.Attempts), ProvisionedBy(session)),
                Attempts = session.Attempts + 1,
            },
            effect);

    private Decision Release(QosSession session, DateTimeOffset now)
    {
        if (session.Phase != SessionPhase.Releasing) return Unchanged(session);

        if (!session.CreateSettled && now < SettledBy(session)) return Silent(session with { DueAt = SettledBy(session) });

        var retainedUntil = session.EndedAt!.Value + policy.UnavailableRetention;
        return session.IsVisible && now < retainedUntil
            ? Silent(session with { Phase = SessionPhase.Retained, DueAt = retainedUntil, CreateSettled = true, Attempts = 0 })
            : Silent(session with { Phase = SessionPhase.Gone });
    }

    private Decision RetryRelease(QosSession session, DateTimeOffset now) => session.Phase != SessionPhase.Releasing
        ? Unchanged(session)
        : Silent(session with
        {
            DueAt = now + Pause(policy.FirstReleaseRetry, policy.LongestReleasePause, session.Attempts),
            Attempts = session.Attempts + 1,
        });

    private static Decision Extend(QosSession session, SessionCommand.Extend extend, DateTimeOffset now)
    {
        if (!session.IsVisible) return Refused(session, SessionError.NotFound());
        if (session.Phase != SessionPhase.Active) return Refused(session, SessionError.SessionInactive(session.Status));
        if (now >= session.ExpiresAt) return Refused(session, SessionError.SessionInactive(QosStatus.Unavailable));

        var duration = Clamp(session, extend, now);
        if (duration == session.Duration) return Unchanged(session);

        return new Decision(
            session, Changed: false, Event: null, new SessionEffect.ExtendAtOperator(duration, session.StartedAt!.Value + duration), Error: null);
    }

    private static TimeSpan Clamp(QosSession session, SessionCommand.Extend extend, DateTimeOffset now)
    {
        // Every surface gives durations in whole seconds, so elapsed time is counted in whole seconds too.
        var elapsed = TimeSpan.FromSeconds(Math.Floor((now - session.StartedAt!.Value).TotalSeconds));
        var most = extend.Limit switch
        {
            ExtensionLimit.RemainingAtMost limit => elapsed + limit.Remaining,
            ExtensionLimit.OverallAtMost limit => limit.Overall,
            _ => throw new ArgumentOutOfRangeException(nameof(extend)),
        };
        var wished = session.Duration + extend.Additional;

        // An extension must never make a session shorter: one that is at its limit stays as it is.
        return TimeSpan.FromTicks(Math.Max(session.Duration.Ticks, Math.Min(wished.Ticks, most.Ticks)));
    }

    private static Decision Extended(QosSession session, TimeSpan duration) => session.Phase switch
    {
        SessionPhase.Active when duration > session.Duration => Silent(session with { Duration = duration, DueAt = session.StartedAt!.Value + duration }),
        SessionPhase.Active => Unchanged(session),
        _ => Refused(session, session.IsVisible ? SessionError.SessionInactive(session.Status) : SessionError.NotFound()),
    };

    private static Decision NotExtended(QosSession session, bool refused) => session.Phase switch
    {
        SessionPhase.Active => Refused(session, refused ? SessionError.ExtensionRefused() : SessionError.OperatorUnavailable(session.Terms.Operator)),
        _ => Refused(session, session.IsVisible ? SessionError.SessionInactive(session.Status) : SessionError.NotFound()),
    };

    private Decision Delete(QosSession session, DateTimeOffset now)
    {
        if (!session.IsVisible) return Refused(session, SessionError.NotFound());

        var released = session with
        {
            Phase = SessionPhase.Releasing,
            StatusInfo = StatusInfo.DeleteRequested,
            EndedAt = session.EndedAt ?? now,
            DueAt = now + policy.ReleaseAnswersWithin,
            Attempts = 0,
        };
        return session.Phase switch
        {
            SessionPhase.Requested => Silent(released, SessionEffect.Release),
            SessionPhase.Active => Told(released, now, SessionEffect.Release),
            // A release is under way already and is retried by itself.
            SessionPhase.Releasing => Silent(session with { StatusInfo = StatusInfo.DeleteRequested }),
            _ => Silent(session with { Phase = SessionPhase.Gone, StatusInfo = StatusInfo.DeleteRequested }),
        };
    }

    private Decision Deadline(QosSession session, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Requested when now >= ProvisionedBy(session) => End(session, StatusInfo.NetworkTerminated, now),
        SessionPhase.Requested => Reconcile(session, SessionEffect.LookUp, now),
        SessionPhase.Active => End(session, StatusInfo.DurationExpired, now),
        SessionPhase.Releasing => Silent(
            session with { DueAt = now + policy.ReleaseAnswersWithin }, SessionEffect.Release),
        SessionPhase.Retained => Silent(session with { Phase = SessionPhase.Gone }),
        _ => Unchanged(session),
    };

    private Decision End(QosSession session, StatusInfo why, DateTimeOffset now) => Told(
        session with { Phase = SessionPhase.Releasing, StatusInfo = why, EndedAt = now, DueAt = now + policy.ReleaseAnswersWithin, Attempts = 0 },
        now, SessionEffect.Release);

    private Decision Retain(QosSession session, StatusInfo why, DateTimeOffset now) =>
        Told(Over(session, why, now, policy.UnavailableRetention), now, effect: null);

    private static QosSession Over(QosSession session, StatusInfo why, DateTimeOffset now, TimeSpan keptFor) =>
        session with { Phase = SessionPhase.Retained, StatusInfo = why, EndedAt = now, DueAt = now + keptFor, Attempts = 0 };

    private DateTimeOffset ProvisionedBy(QosSession session) => session.Terms.CreatedAt + policy.ProvisioningDeadline;

    // A create is repeated only until CreateSettlesWithin before the provisioning deadline. The first create is sent always.
    private DateTimeOffset SettledBy(QosSession session) => session.Terms.CreatedAt + CreatesEndWithin;

    private TimeSpan CreatesEndWithin =>
        policy.ProvisioningDeadline > policy.CreateSettlesWithin ? policy.ProvisioningDeadline : policy.CreateSettlesWithin;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static TimeSpan Pause(TimeSpan first, TimeSpan longest, int attempts) =>
        TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(attempts, 16)));

    private static Decision Told(QosSession session, DateTimeOffset now, SessionEffect? effect)
    {
        var told = session with { Version = session.Version + 1, EventSequence = session.EventSequence + 1 };
        return new Decision(told, Changed: true, told.Terms.ShouldNotify(now) ? QosStatusChanged.Of(told, now) : null, effect, Error: null);
    }

    private static Decision Silent(QosSession session, SessionEffect? effect = null) =>
        new(session with { Version = session.Version + 1 }, Changed: true, Event: null, effect, Error: null);

    private static Decision Unchanged(QosSession session) => new(session, Changed: false, Event: null, Effect: null, Error: null);

    private static Decision Refused(QosSession session, SessionError error) => new(session, Changed: false, Event: null, Effect: null, error);
}

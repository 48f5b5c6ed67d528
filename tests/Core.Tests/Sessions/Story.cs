using System.Globalization;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>A session's life as a script: <c>create 60s | operator accepts | tick 60s | UNAVAILABLE DURATION_EXPIRED</c>.</summary>
/// <remarks>
/// <code>
/// what happens                          what must be true now
/// ------------------------------------  -----------------------------------------------------------------------
/// create 60s                            REQUESTED   AVAILABLE   UNAVAILABLE NETWORK_TERMINATED   …   404
/// create 60s without a sink             told AVAILABLE          exactly these events since the last "told"
/// tick 60s   time passes, deadlines     told nothing
///            come when they are due     asked create            exactly these effects since the last "asked"
/// wait 60s   time passes, nobody looks  asked nothing
/// operator …                            blocks its flow         leaves its flow free
/// extend 60s with at most 86400s left   lasts 120s   ends in 60s   due in 3s   phase Releasing
/// extend 60s to at most 50000s          refused SessionInactive   of the last step
/// delete
/// </code>
/// </remarks>
internal sealed class Story
{
    public static readonly SessionPolicy Policy = new();

    private static readonly Dictionary<string, Func<Story, SessionCommand>> OperatorSays = new()
    {
        ["accepts"] = _ => new SessionCommand.OperatorAccepted(null),
        ["accepts as op-1"] = _ => new SessionCommand.OperatorAccepted("op-1"),
        ["takes it in"] = _ => new SessionCommand.OperatorPending(null),
        ["takes it in as op-1"] = _ => new SessionCommand.OperatorPending("op-1"),
        ["refuses"] = _ => new SessionCommand.OperatorRefused(RefusalCause.Refused, CallerWaiting: false),
        ["refuses while the caller waits"] = _ => new SessionCommand.OperatorRefused(RefusalCause.Refused, CallerWaiting: true),
        ["is unreachable"] = _ => new SessionCommand.OperatorRefused(RefusalCause.Unreachable, CallerWaiting: false),
        ["is unreachable while the caller waits"] = _ => new SessionCommand.OperatorRefused(RefusalCause.Unreachable, CallerWaiting: true),
        ["knows no such subscriber while the caller waits"] = _ => new SessionCommand.OperatorRefused(RefusalCause.UnknownSubscriber, CallerWaiting: true),
        ["does not answer"] = _ => new SessionCommand.OperatorOutcomeUnknown(),
        ["has no such session"] = _ => new SessionCommand.SessionAbsentAtOperator(),
        ["terminates"] = _ => new SessionCommand.OperatorTerminated(),
        ["releases"] = _ => new SessionCommand.OperatorReleased(),
        ["fails to release"] = _ => new SessionCommand.OperatorReleaseFailed(),
        ["extends"] = story => new SessionCommand.OperatorExtended(story.wantedDuration!.Value),
        ["refuses to extend"] = _ => new SessionCommand.OperatorExtensionFailed(Refused: true),
        ["does not answer the extension"] = _ => new SessionCommand.OperatorExtensionFailed(Refused: false),
    };

    private readonly SessionMachine machine = new(Policy);
    private readonly List<QosStatusChanged> events = [];
    private readonly List<SessionEffect> effects = [];
    private QosSession? session;
    private string? lastRefusal;
    private TimeSpan? wantedDuration;

    public DateTimeOffset Now { get; private set; } = TestSessions.Start;

    public QosSession Session => session ?? throw new InvalidOperationException("The story starts with 'create'.");

    /// <summary>Plays the script; the first step that does not hold fails the test, and says where.</summary>
    public static Story Play(string script)
    {
        var story = new Story();
        var steps = script.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < steps.Length; i++)
        {
            var complaint = story.Step(steps[i]);
            if (complaint is not null) Assert.Fail($"{string.Join(" | ", steps.Take(i))} | >>> {steps[i]} <<<   but it is: {complaint}");
        }
        return story;
    }

    /// <returns>What is the case instead; null where the step holds or is something that happens.</returns>
    private string? Step(string step)
    {
        var words = step.Split(' ');
        switch (words)
        {
            case ["create", var duration]: return Create(Seconds(duration), TestSessions.Terms);
            case ["create", var duration, "without", "a", "sink"]: return Create(Seconds(duration), TestSessions.Terms with { Sink = null });
            case ["create", var duration, "with", "a", "token", "for", var life]: return Create(Seconds(duration), WithToken(Now + Seconds(life)));
            case ["create", var duration, "with", "a", "token", "that", "ended", "long", "ago"]: return Create(Seconds(duration), WithToken(Now.AddYears(-3)));
            case ["tick", var by]: return Tick(Seconds(by));
            case ["wait", var by]: return Wait(Seconds(by));
            case ["delete"]: return Do(new SessionCommand.Delete());
            case ["extend", var by, "with", "at", "most", var left, "left"]:
                return Do(new SessionCommand.Extend(Seconds(by), new ExtensionLimit.RemainingAtMost(Seconds(left))));
            case ["extend", var by, "to", "at", "most", var overall]:
                return Do(new SessionCommand.Extend(Seconds(by), new ExtensionLimit.OverallAtMost(Seconds(overall))));
            case ["operator", .. var rest] when OperatorSays.TryGetValue(string.Join(' ', rest), out var says): return Do(says(this));

            case ["told", .. var rest]: return Same(string.Join(' ', rest), Drain(events, change => Words(change.Status, change.StatusInfo)));
            case ["asked", .. var rest]: return Same(string.Join(' ', rest), Drain(effects, Words));
            case ["refused", var code]: return Same(code, lastRefusal ?? "not refused");
            case ["blocks", "its", "flow"]: return Session.HoldsFlow ? null : "free";
            case ["leaves", "its", "flow", "free"]: return Session.HoldsFlow ? "blocked" : null;
            case ["lasts", var duration]: return Same(duration, Words(Session.Duration));
            case ["ends", "in", var duration]: return Same(duration, Words(Session.ExpiresAt - Now));
            case ["due", "in", var duration]: return Same(duration, Words(Session.DueAt - Now));
            case ["phase", var phase]: return Same(phase, Session.Phase.ToString());
            case ["reference", var reference]: return Same(reference, Session.OperatorReference ?? "none");
            case ["404"] or ["REQUESTED"] or ["AVAILABLE"] or ["UNAVAILABLE", _]: return Same(step, Seen(Session));
            default: throw new ArgumentException($"The story has no step '{step}'.");
        }
    }

    private static SessionTerms WithToken(DateTimeOffset end) => TestSessions.Terms with { Sink = TestSessions.Terms.Sink! with { ProtectedToken = [1], TokenExpiresAt = end } };

    private string? Create(TimeSpan duration, SessionTerms terms)
    {
        Take(machine.Create(new SessionCommand.Create(TestSessions.Id, terms, duration), Now));
        return null;
    }

    private string? Do(SessionCommand command)
    {
        Take(machine.Decide(Session, command, Now));
        return null;
    }

    private string? Tick(TimeSpan by)
    {
        var until = Now + by;
        while (Session.Phase != SessionPhase.Gone && Session.DueAt <= until)
        {
            if (Session.DueAt > Now) Now = Session.DueAt;
            var due = Session;
            Do(new SessionCommand.DeadlineReached());
            if (Session == due) return "a session that is due and stays as it is";
        }
        Now = until;
        return null;
    }

    private string? Wait(TimeSpan by)
    {
        Now += by;
        return null;
    }

    private void Take(Decision decision)
    {
        session = decision.Session;
        lastRefusal = decision.Error?.Code.ToString();
        if (decision.Event is { } change) events.Add(change);
        if (decision.Effect is { } effect) effects.Add(effect);
        if (decision.Effect is SessionEffect.ExtendAtOperator extend) wantedDuration = extend.Duration;
    }

    private static string? Same(string expected, string actual) => expected == actual ? null : actual;

    private static string Drain<T>(List<T> seen, Func<T, string> words)
    {
        var text = seen.Count == 0 ? "nothing" : string.Join(", ", seen.Select(words));
        seen.Clear();
        return text;
    }

    /// <summary>What the client would read.</summary>
    public static string Seen(QosSession session) => session.IsVisible ? Words(session.Status, session.StatusInfo) : "404";

    public static string Words(QosStatus status, StatusInfo? why) => status.ToString().ToUpperInvariant() + why switch
    {
        null => "",
        StatusInfo.DurationExpired => " DURATION_EXPIRED",
        StatusInfo.NetworkTerminated => " NETWORK_TERMINATED",
        StatusInfo.DeleteRequested => " DELETE_REQUESTED",
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, null),
    };

    public static string Words(SessionEffect effect) => effect switch
    {
        SessionEffect.CreateAtOperator => "create",
        SessionEffect.LookUpAtOperator => "look up",
        SessionEffect.ReleaseAtOperator => "release",
        SessionEffect.ExtendAtOperator extend => "extend to " + Words(extend.Duration),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, null),
    };

    public static string Words(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s";

    private static TimeSpan Seconds(string text) =>
        TimeSpan.FromSeconds(double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture));
}

using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>The whole (situation × command) product, as text. See <see cref="SessionMachineTable"/> for the rows.</summary>
internal static class TransitionTable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Every command, in each of its variants; the time is when it comes.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Story, (SessionCommand Command, DateTimeOffset At)>> Commands =
        new Dictionary<string, Func<Story, (SessionCommand, DateTimeOffset)>>
        {
            ["Create"] = Now(story => new SessionCommand.Create(story.Session.Id, story.Session.Terms, story.Session.Duration)),
            ["OperatorAccepted"] = Now(_ => new SessionCommand.OperatorAccepted("op-2")),
            ["OperatorPending"] = Now(_ => new SessionCommand.OperatorPending("op-2")),
            ["OperatorRefused"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.Refused, CallerWaiting: false)),
            ["OperatorRefused UnknownSubscriber"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.UnknownSubscriber, CallerWaiting: false)),
            ["OperatorRefused Unreachable"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.Unreachable, CallerWaiting: false)),
            ["OperatorRefused, caller waiting"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.Refused, CallerWaiting: true)),
            ["OperatorRefused UnknownSubscriber, caller waiting"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.UnknownSubscriber, CallerWaiting: true)),
            ["OperatorRefused Unreachable, caller waiting"] = Now(_ => new SessionCommand.OperatorRefused(RefusalCause.Unreachable, CallerWaiting: true)),
            ["OperatorOutcomeUnknown"] = Now(_ => new SessionCommand.OperatorOutcomeUnknown()),
            ["SessionAbsentAtOperator"] = Now(_ => new SessionCommand.SessionAbsentAtOperator()),
            ["OperatorTerminated"] = Now(_ => new SessionCommand.OperatorTerminated()),
            ["OperatorReleased"] = Now(_ => new SessionCommand.OperatorReleased()),
            ["OperatorReleaseFailed"] = Now(_ => new SessionCommand.OperatorReleaseFailed()),
            ["Extend 60s"] = Now(_ => new SessionCommand.Extend(TimeSpan.FromSeconds(60), new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1)))),
            ["Extend at its limit"] = Now(story => new SessionCommand.Extend(TimeSpan.FromSeconds(60), new ExtensionLimit.OverallAtMost(story.Session.Duration))),
            ["OperatorExtended longer"] = Now(story => new SessionCommand.OperatorExtended(story.Session.Duration + TimeSpan.FromSeconds(60))),
            ["OperatorExtended not longer"] = Now(story => new SessionCommand.OperatorExtended(story.Session.Duration)),
            ["OperatorExtensionFailed refused"] = Now(_ => new SessionCommand.OperatorExtensionFailed(Refused: true)),
            ["OperatorExtensionFailed unanswered"] = Now(_ => new SessionCommand.OperatorExtensionFailed(Refused: false)),
            ["Delete"] = Now(_ => new SessionCommand.Delete()),
            ["DeadlineReached early"] = story => (new SessionCommand.DeadlineReached(), story.Session.DueAt - TimeSpan.FromMilliseconds(1)),
            ["DeadlineReached on time"] = story => (new SessionCommand.DeadlineReached(), story.Session.DueAt),
            ["DeadlineReached an hour late"] = story => (new SessionCommand.DeadlineReached(), story.Session.DueAt + Hour),
        };

    private static Func<Story, (SessionCommand, DateTimeOffset)> Now(Func<Story, SessionCommand> command) => story => (command(story), story.Now);

    /// <summary>What the machine really does in one cell, in the columns of the table.</summary>
    public static string Cell(Story given, string command)
    {
        var session = given.Session;
        var (what, at) = Commands[command](given);
        var decision = new SessionMachine(Story.Policy).Decide(session, what, at);
        var next = decision.Session;

        // What holds in every cell.
        if (decision.Changed) Assert.Equal(session.Version + 1, next.Version);
        else Assert.Same(session, next);
        if (decision.Event is { } change) Assert.Equal((next.Status, next.StatusInfo, next.EventSequence, at), (change.Status, change.StatusInfo, change.Sequence, change.OccurredAt));
        Assert.Equal(session.EventSequence + (decision.Event is null ? 0 : 1), next.EventSequence);
        // Who is told an error finds nothing changed, but for the create that fails as a whole.
        if (decision.Error is not null) Assert.True(decision is { Event: null, Effect: null } && (!decision.Changed || (session.Phase, next.Phase) == (SessionPhase.Requested, SessionPhase.Retained)));

        return string.Join(" | ",
            decision.Changed ? $"{next.Phase} {Story.Seen(next)}" : "–",
            decision.Event is null ? "–" : "event " + Story.Words(decision.Event.Status, decision.Event.StatusInfo).Replace("UNAVAILABLE ", "", StringComparison.Ordinal),
            decision.Error is { } error ? "error " + error.Code : decision.Effect is null ? "–" : Story.Words(decision.Effect),
            decision.Changed && next.Phase != SessionPhase.Gone ? "due in " + Story.Words(next.DueAt - at) : "–");
    }

    /// <summary>Rows of "command / command* | after | event | effect or error | due" into one answer per command.</summary>
    public static Dictionary<string, string> Parse(string rows)
    {
        var cells = new Dictionary<string, string>();
        foreach (var line in rows.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var columns = line.Split('|', StringSplitOptions.TrimEntries);
            if (columns.Length != 5) throw new FormatException($"A row has five columns: {line}");
            foreach (var command in columns[0].Split(" / ").SelectMany(Matching))
                if (!cells.TryAdd(command, string.Join(" | ", columns[1..]))) throw new FormatException($"Two rows answer '{command}', one of them: {line}");
        }
        return cells;
    }

    private static IReadOnlyList<string> Matching(string name)
    {
        string[] found = [.. Commands.Keys.Where(command => name.EndsWith('*') ? command.StartsWith(name[..^1], StringComparison.Ordinal) : command == name)];
        return found.Length > 0 ? found : throw new FormatException($"There is no command '{name}'.");
    }
}

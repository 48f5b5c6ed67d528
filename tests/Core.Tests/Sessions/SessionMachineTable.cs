using System.Reflection;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>What every command does in every situation. Change a rule, and the rows that it changes are printed.</summary>
/// <remarks>A situation is a name and the story that leads to it (see <see cref="Story"/>). Its rows answer every command of
/// <see cref="TransitionTable.Commands"/>: command(s) | phase and what the client sees, – for no change | event | effect, or the error that
/// the client is told | when the machine looks again. <c>OperatorRefused*</c> stands for all its variants.</remarks>
public sealed class SessionMachineTable
{
    private const string Table = """
        # Requested: create 600s | wait 1s
        OperatorAccepted                                     | Active AVAILABLE                         | event AVAILABLE          | –                         | due in 600s
        OperatorPending                                      | Requested REQUESTED                      | –                        | –                         | due in 2s
        OperatorRefused / OperatorRefused UnknownSubscriber  | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused Unreachable                          | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused, caller waiting / OperatorTerminated | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused UnknownSubscriber, caller waiting    | Retained 404                             | –                        | error DeviceNotIdentified | due in 60s
        OperatorRefused Unreachable, caller waiting          | Retained 404                             | –                        | error OperatorUnavailable | due in 60s
        OperatorOutcomeUnknown / DeadlineReached on time     | Requested REQUESTED                      | –                        | look up                   | due in 3s
        SessionAbsentAtOperator                              | Requested REQUESTED                      | –                        | create                    | due in 3s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        Create / OperatorReleased / OperatorReleaseFailed    | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Requested, taken in: create 600s | operator takes it in as op-1 | wait 1s
        OperatorAccepted                                     | Active AVAILABLE                         | event AVAILABLE          | –                         | due in 600s
        OperatorPending                                      | Requested REQUESTED                      | –                        | –                         | due in 2s
        OperatorRefused / OperatorRefused UnknownSubscriber  | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused Unreachable                          | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused, caller waiting / OperatorTerminated | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        OperatorRefused UnknownSubscriber, caller waiting    | Retained 404                             | –                        | error DeviceNotIdentified | due in 60s
        OperatorRefused Unreachable, caller waiting          | Retained 404                             | –                        | error OperatorUnavailable | due in 60s
        OperatorOutcomeUnknown / DeadlineReached on time     | Requested REQUESTED                      | –                        | look up                   | due in 3s
        SessionAbsentAtOperator                              | Requested REQUESTED                      | –                        | create                    | due in 3s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        Create / OperatorReleased / OperatorReleaseFailed    | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Requested, a create unanswered: create 600s | operator does not answer | wait 1s
        OperatorAccepted                                     | Active AVAILABLE                         | event AVAILABLE          | –                         | due in 600s
        OperatorPending                                      | Requested REQUESTED                      | –                        | –                         | due in 2s
        OperatorRefused* / OperatorTerminated                | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        OperatorOutcomeUnknown                               | Requested REQUESTED                      | –                        | –                         | due in 6s
        SessionAbsentAtOperator                              | Requested REQUESTED                      | –                        | create                    | due in 6s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached on time                              | Requested REQUESTED                      | –                        | look up                   | due in 6s
        Create / OperatorReleased / OperatorReleaseFailed    | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Requested, a create unanswered, too late for another: create 600s | operator does not answer | wait 31s
        OperatorAccepted                                     | Active AVAILABLE                         | event AVAILABLE          | –                         | due in 600s
        OperatorPending                                      | Requested REQUESTED                      | –                        | –                         | due in -28s
        OperatorRefused* / OperatorTerminated                | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        OperatorOutcomeUnknown / SessionAbsentAtOperator     | Requested REQUESTED                      | –                        | –                         | due in 6s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached on time                              | Requested REQUESTED                      | –                        | look up                   | due in 6s
        Create / OperatorReleased / OperatorReleaseFailed    | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Active: create 600s | operator accepts as op-1 | wait 100s
        OperatorAccepted / OperatorPending                   | Active AVAILABLE                         | –                        | –                         | due in 500s
        OperatorTerminated                                   | Retained UNAVAILABLE NETWORK_TERMINATED  | event NETWORK_TERMINATED | –                         | due in 360s
        Extend 60s                                           | –                                        | –                        | extend to 660s            | –
        OperatorExtended longer                              | Active AVAILABLE                         | –                        | –                         | due in 560s
        OperatorExtensionFailed refused                      | –                                        | –                        | error ExtensionRefused    | –
        OperatorExtensionFailed unanswered                   | –                                        | –                        | error OperatorUnavailable | –
        Delete                                               | Releasing 404                            | event DELETE_REQUESTED   | release                   | due in 15s
        DeadlineReached on time                              | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorReleased           | –                                        | –                        | –                         | –
        OperatorReleaseFailed / Extend at its limit          | –                                        | –                        | –                         | –
        OperatorExtended not longer / DeadlineReached early  | –                                        | –                        | –                         | –

        # Active, its time is up: create 600s | operator accepts as op-1 | wait 600s
        OperatorAccepted / OperatorPending                   | Active AVAILABLE                         | –                        | –                         | due in 0s
        OperatorTerminated                                   | Retained UNAVAILABLE DURATION_EXPIRED    | event DURATION_EXPIRED   | –                         | due in 360s
        Extend *                                             | –                                        | –                        | error SessionInactive     | –
        OperatorExtended longer                              | Active AVAILABLE                         | –                        | –                         | due in 60s
        OperatorExtensionFailed refused                      | –                                        | –                        | error ExtensionRefused    | –
        OperatorExtensionFailed unanswered                   | –                                        | –                        | error OperatorUnavailable | –
        Delete                                               | Releasing 404                            | event DELETE_REQUESTED   | release                   | due in 15s
        DeadlineReached on time                              | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorReleased           | –                                        | –                        | –                         | –
        OperatorReleaseFailed / OperatorExtended not longer  | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Active, an older create unanswered: create 600s | operator does not answer | operator accepts as op-1 | wait 10s
        OperatorAccepted / OperatorPending                   | Active AVAILABLE                         | –                        | –                         | due in 590s
        OperatorTerminated                                   | Releasing UNAVAILABLE NETWORK_TERMINATED | event NETWORK_TERMINATED | release                   | due in 15s
        Extend 60s                                           | –                                        | –                        | extend to 660s            | –
        OperatorExtended longer                              | Active AVAILABLE                         | –                        | –                         | due in 650s
        OperatorExtensionFailed refused                      | –                                        | –                        | error ExtensionRefused    | –
        OperatorExtensionFailed unanswered                   | –                                        | –                        | error OperatorUnavailable | –
        Delete                                               | Releasing 404                            | event DELETE_REQUESTED   | release                   | due in 15s
        DeadlineReached on time                              | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE DURATION_EXPIRED   | event DURATION_EXPIRED   | release                   | due in 15s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorReleased           | –                                        | –                        | –                         | –
        OperatorReleaseFailed / Extend at its limit          | –                                        | –                        | –                         | –
        OperatorExtended not longer / DeadlineReached early  | –                                        | –                        | –                         | –

        # Releasing, expired: create 600s | operator accepts as op-1 | tick 600s | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        DeadlineReached on time                              | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        SessionAbsentAtOperator / OperatorTerminated         | Retained UNAVAILABLE DURATION_EXPIRED    | –                        | –                         | due in 359s
        OperatorReleased                                     | Retained UNAVAILABLE DURATION_EXPIRED    | –                        | –                         | due in 359s
        OperatorReleaseFailed                                | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | –                         | due in 2s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | –                         | due in 14s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Releasing, expired, retention over: create 600s | operator accepts as op-1 | tick 600s | operator fails to release | wait 360s
        OperatorAccepted / OperatorPending                   | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        SessionAbsentAtOperator / OperatorTerminated         | Gone 404                                 | –                        | –                         | –
        OperatorReleased                                     | Gone 404                                 | –                        | –                         | –
        OperatorReleaseFailed                                | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | –                         | due in 4s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | –                         | due in -358s
        DeadlineReached on time                              | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Releasing, terminated: create 600s | operator takes it in as op-1 | tick 60s | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing UNAVAILABLE NETWORK_TERMINATED | –                        | release                   | due in 15s
        DeadlineReached on time                              | Releasing UNAVAILABLE NETWORK_TERMINATED | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing UNAVAILABLE NETWORK_TERMINATED | –                        | release                   | due in 15s
        SessionAbsentAtOperator / OperatorTerminated         | Retained UNAVAILABLE NETWORK_TERMINATED  | –                        | –                         | due in 359s
        OperatorReleased                                     | Retained UNAVAILABLE NETWORK_TERMINATED  | –                        | –                         | due in 359s
        OperatorReleaseFailed                                | Releasing UNAVAILABLE NETWORK_TERMINATED | –                        | –                         | due in 2s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete                                               | Releasing 404                            | –                        | –                         | due in 14s
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Releasing, deleted: create 600s | operator accepts as op-1 | delete | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached on time                              | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing 404                            | –                        | release                   | due in 15s
        SessionAbsentAtOperator / OperatorTerminated         | Gone 404                                 | –                        | –                         | –
        OperatorReleased                                     | Gone 404                                 | –                        | –                         | –
        OperatorReleaseFailed                                | Releasing 404                            | –                        | –                         | due in 2s
        Extend * / OperatorExtended*                         | –                                        | –                        | error NotFound            | –
        OperatorExtensionFailed* / Delete                    | –                                        | –                        | error NotFound            | –
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Releasing, deleted, a create unanswered: create 600s | delete | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached on time                              | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached an hour late                         | Releasing 404                            | –                        | release                   | due in 15s
        SessionAbsentAtOperator / OperatorTerminated         | Releasing 404                            | –                        | –                         | due in 59s
        OperatorReleased                                     | Releasing 404                            | –                        | –                         | due in 59s
        OperatorReleaseFailed                                | Releasing 404                            | –                        | –                         | due in 2s
        Extend * / OperatorExtended*                         | –                                        | –                        | error NotFound            | –
        OperatorExtensionFailed* / Delete                    | –                                        | –                        | error NotFound            | –
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Retained, expired: create 600s | operator accepts as op-1 | tick 600s | operator releases | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing UNAVAILABLE DURATION_EXPIRED   | –                        | release                   | due in 15s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete / DeadlineReached on time                     | Gone 404                                 | –                        | –                         | –
        DeadlineReached an hour late                         | Gone 404                                 | –                        | –                         | –
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorTerminated         | –                                        | –                        | –                         | –
        OperatorReleased / OperatorReleaseFailed             | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Retained, terminated: create 600s | operator accepts as op-1 | operator terminates | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing UNAVAILABLE NETWORK_TERMINATED | –                        | release                   | due in 15s
        Extend * / OperatorExtended*                         | –                                        | –                        | error SessionInactive     | –
        OperatorExtensionFailed*                             | –                                        | –                        | error SessionInactive     | –
        Delete / DeadlineReached on time                     | Gone 404                                 | –                        | –                         | –
        DeadlineReached an hour late                         | Gone 404                                 | –                        | –                         | –
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorTerminated         | –                                        | –                        | –                         | –
        OperatorReleased / OperatorReleaseFailed             | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Retained, deleted: create 600s | operator is unreachable while the caller waits | wait 1s
        OperatorAccepted / OperatorPending                   | Releasing 404                            | –                        | release                   | due in 15s
        DeadlineReached on time                              | Gone 404                                 | –                        | –                         | –
        DeadlineReached an hour late                         | Gone 404                                 | –                        | –                         | –
        Extend * / OperatorExtended* / Delete                | –                                        | –                        | error NotFound            | –
        OperatorExtensionFailed*                             | –                                        | –                        | error NotFound            | –
        Create / OperatorRefused* / OperatorTerminated       | –                                        | –                        | –                         | –
        OperatorOutcomeUnknown / SessionAbsentAtOperator     | –                                        | –                        | –                         | –
        OperatorReleased / OperatorReleaseFailed             | –                                        | –                        | –                         | –
        DeadlineReached early                                | –                                        | –                        | –                         | –

        # Gone: create 600s | operator accepts as op-1 | delete | operator releases | wait 1s
        OperatorAccepted / OperatorPending                   | –                                        | –                        | release                   | –
        Extend * / OperatorExtended*                         | –                                        | –                        | error NotFound            | –
        OperatorExtensionFailed* / Delete                    | –                                        | –                        | error NotFound            | –
        Create / OperatorRefused* / OperatorOutcomeUnknown   | –                                        | –                        | –                         | –
        SessionAbsentAtOperator / OperatorTerminated         | –                                        | –                        | –                         | –
        OperatorReleased / OperatorReleaseFailed             | –                                        | –                        | –                         | –
        DeadlineReached*                                     | –                                        | –                        | –                         | –
        """;

    private static readonly Dictionary<string, (string Story, string Rows)> Situations = Table
        .Split('#', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(block => block.Split('\n', 2))
        .ToDictionary(block => block[0][..block[0].IndexOf(':')], block => (block[0][(block[0].IndexOf(':') + 1)..].Trim(), block[1]));

    public static TheoryData<string> SituationNames => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(SituationNames))]
    public void Every_command_does_what_the_table_says(string situation)
    {
        var (story, rows) = Situations[situation];
        var specified = TransitionTable.Parse(rows);
        var complaints = new List<string>();
        foreach (var command in TransitionTable.Commands.Keys)
        {
            var actual = TransitionTable.Cell(Story.Play(story), command);
            if (!specified.TryGetValue(command, out var wanted)) complaints.Add($"no row for  {command}\n  it does     {actual}");
            else if (wanted != actual) complaints.Add($"{command}\n  specified   {wanted}\n  it does     {actual}");
        }
        Assert.True(complaints.Count == 0, $"{situation}: {story}\n\n{string.Join("\n\n", complaints)}\n");
    }

    /// <summary>A new phase or a new command without rows fails here, by its name.</summary>
    [Fact]
    public void The_table_covers_every_phase_and_every_command()
    {
        var phases = Situations.Values.Select(situation => Story.Play(situation.Story).Session.Phase);
        Assert.Empty(Enum.GetValues<SessionPhase>().Except(phases));

        var commands = typeof(SessionCommand).GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(typeof(SessionCommand)));
        var given = Story.Play("create 600s");
        Assert.Empty(commands.Except(TransitionTable.Commands.Values.Select(command => command(given).Command.GetType())).Select(type => type.Name));
    }

    [Fact]
    public void Every_cause_of_a_refusal_is_in_the_table_for_a_waiting_and_for_an_answered_caller()
    {
        var given = Story.Play("create 600s");
        var refusals = TransitionTable.Commands.Values.Select(command => command(given).Command).OfType<SessionCommand.OperatorRefused>().ToHashSet();
        Assert.All(Enum.GetValues<RefusalCause>(), cause =>
        {
            Assert.Contains(new SessionCommand.OperatorRefused(cause, CallerWaiting: true), refusals);
            Assert.Contains(new SessionCommand.OperatorRefused(cause, CallerWaiting: false), refusals);
        });
    }

    /// <summary>The situations differ in what they are named after, or the table would say one thing and test another.</summary>
    [Theory]
    [MemberData(nameof(SituationNames))]
    public void A_situation_is_what_its_name_says(string situation)
    {
        var story = Story.Play(Situations[situation].Story);
        var session = story.Session;

        Assert.StartsWith(session.Phase.ToString(), situation);
        Assert.Equal(session.StatusInfo, situation switch
        {
            _ when situation.Contains("expired", StringComparison.Ordinal) => StatusInfo.DurationExpired,
            _ when situation.Contains("terminated", StringComparison.Ordinal) => StatusInfo.NetworkTerminated,
            _ when situation.Contains("deleted", StringComparison.Ordinal) || situation == "Gone" => StatusInfo.DeleteRequested,
            _ => null,
        });
        Assert.Equal(situation == "Requested" || situation.Contains("unanswered", StringComparison.Ordinal), !session.CreateSettled);
        Assert.Equal(situation == "Active, its time is up", session.Phase == SessionPhase.Active && session.ExpiresAt <= story.Now);
    }

    [Theory]
    [InlineData("Requested", "REQUESTED", true)]
    [InlineData("Active", "AVAILABLE", true)]
    [InlineData("Releasing, expired", "UNAVAILABLE DURATION_EXPIRED", false)]
    [InlineData("Releasing, terminated", "UNAVAILABLE NETWORK_TERMINATED", true)]
    [InlineData("Releasing, deleted", "404", false)]
    [InlineData("Retained, expired", "UNAVAILABLE DURATION_EXPIRED", false)]
    [InlineData("Retained, terminated", "UNAVAILABLE NETWORK_TERMINATED", true)]
    [InlineData("Retained, deleted", "404", false)]
    [InlineData("Gone", "404", false)]
    public void A_situation_is_seen_by_the_client_and_blocks_its_flow_as_documented(string situation, string seen, bool blocks)
    {
        var session = Story.Play(Situations[situation].Story).Session;

        Assert.Equal((seen, blocks), (Story.Seen(session), session.HoldsFlow));
    }

    /// <summary>The table on top of <c>SessionMachine.cs</c>, which people read, against the one above, which runs.</summary>
    [Fact]
    public void The_machines_own_documentation_agrees()
    {
        var lines = File.ReadLines(Path.Combine(RepositoryRoot(), "src/Core/Sessions/SessionMachine.cs")).SkipWhile(line => !line.Contains("<code>", StringComparison.Ordinal));
        var rows = lines.TakeWhile(line => !line.Contains("</code>", StringComparison.Ordinal))
            .Select(line => line[3..].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(columns => Enum.TryParse<SessionPhase>(columns.FirstOrDefault(), out _))
            .ToArray();

        Assert.True(rows.Length > 25, "The table was not found.");
        Assert.All(rows, columns =>
        {
            var (phase, next, sees) = (columns[0], columns[2], columns[3]);
            var commands = columns[1] == "other answers" ? [] : columns[1].Split('/');
            foreach (var name in commands.Select((command, i) => i == 0 ? command : "Operator" + command))
            {
                var cells = Situations.Keys.Where(situation => situation.StartsWith(phase, StringComparison.Ordinal))
                    .SelectMany(situation => TransitionTable.Commands.Keys
                        .Where(command => command == name || command.StartsWith(name + " ", StringComparison.Ordinal))
                        .Select(command => TransitionTable.Cell(Story.Play(Situations[situation].Story), command)));
                Assert.Contains(cells, cell => cell.StartsWith(next, StringComparison.Ordinal)
                    && (sees is not ['A' or 'R' or 'U', ..] || next == "–" || cell.Contains($" {sees.Split(',')[0]} |", StringComparison.Ordinal))
                    && (columns is not [_, _, _, _, ['e', 'v', 'e', 'n', 't', ..], ..] || cell.Contains("event", StringComparison.Ordinal)));
            }
        });
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QodOrleans.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("Not inside the repository.");
        return folder.FullName;
    }
}

using System.Diagnostics.Metrics;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Engine.Tests;

/// <summary>What the suite of all engines does not see: what is waited for, counted, put off and given up.</summary>
public sealed class SessionProcessTests : IDisposable
{
    private readonly World world = new(new EngineOptions { MailboxCapacity = 1, DueInFlight = 1 });

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_drain_waits_for_a_clients_call_and_for_what_goes_on_behind_its_answer()
    {
        var answer = new TaskCompletionSource<OperatorOutcome>();
        world.WhenCreated = _ => new(answer.Task);
        var create = world.CreateAsync(world.NewId());
        await world.Time.TimerSetAsync(world.Options.CreateWait);
        Assert.Equal(2, world.InFlight.Count);
        world.Time.Advance(world.Options.CreateWait);
        Assert.Equal(QosStatus.Requested, (await create).Session?.Status);

        var drained = world.InFlight.DrainAsync();
        Assert.False(drained.IsCompleted);

        answer.SetResult(OperatorOutcome.Accepted());
        await drained.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal(QosStatus.Available, Assert.Single(world.Events).Status);
    }

    [Fact]
    public async Task Nothing_is_left_while_more_is_to_come_and_nothing_kept_afterwards()
    {
        world.WhenCreated = _ => new(OperatorOutcome.Pending());
        var id = world.NewId();
        Assert.Equal(QosStatus.Requested, (await world.CreateAsync(id)).Session?.Status);
        Assert.DoesNotContain(id, world.Left);

        await world.SessionOf(id).ReportAsync(OperatorOutcome.Accepted());
        Assert.Equal(1, world.Left[id]);
    }

    [Fact]
    public async Task Where_many_end_at_once_all_have_ended_before_the_first_is_released()
    {
        await StartedAsync();
        var endedBefore = new List<int>();
        world.WhenReleased = _ =>
        {
            endedBefore.Add(world.Events.Count(change => change.Status == QosStatus.Unavailable));
            return new(OperatorOutcome.Accepted());
        };
        for (var n = 0; n < 5; n++) await world.CreatedAsync($"+3460000001{n}");

        world.Time.Advance(TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(() => world.Released.Count == 5);

        // The last to end finds nothing overdue, and is released at once.
        Assert.Equal([5, 5, 5, 5, 5], endedBefore);
    }

    /// <summary>There is no row any more whose due time would send it again.</summary>
    [Fact]
    public async Task The_release_of_a_latecomer_is_not_put_off()
    {
        await StartedAsync();
        var answer = new TaskCompletionSource<OperatorOutcome>();
        world.WhenCreated = _ => new(answer.Task);
        var create = world.CreateAsync(world.NewId(), seconds: 600);
        await world.Time.TimerSetAsync(world.Options.CreateWait);
        world.Time.Advance(world.Options.CreateWait);
        var late = (await create).Session!;
        Assert.Equal(CommitStatus.Committed, (await world.Memory.CommitAsync(late.Gone().Silent())).Status);
        world.Due.Forget(late.Id);

        // One call is under way, which is as many as may be, and another session is overdue.
        var call = new TaskCompletionSource();
        world.WhenDue = _ => call.Task;
        world.WhenCreated = _ => new(OperatorOutcome.Accepted());
        await world.CreatedAsync("+34600000011", seconds: 5);
        await world.CreatedAsync("+34600000012", seconds: 5);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, world.Due.InFlight);

        answer.SetResult(OperatorOutcome.Accepted());
        await Eventually.IsTrueAsync(() => world.Released.Contains(late.Id));
        call.SetResult();
    }

    [Fact]
    public async Task A_due_call_that_finds_no_place_is_made_again_by_the_next_look()
    {
        await StartedAsync();
        var session = await world.CreatedAsync();
        var answer = new TaskCompletionSource<OperatorOutcome>();
        world.WhenExtended = _ => new(answer.Task);
        var extension = ExtendAsync(session);
        var waiting = world.SessionOf(session.Id).ReportAsync(OperatorOutcome.Accepted());

        world.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(QosStatus.Available, (await world.Memory.ReadAsync(session.Id))!.Status);
        answer.SetResult(OperatorOutcome.Refused());
        await extension;
        await waiting;

        await Eventually.IsTrueAsync(async () =>
        {
            world.Due.Look();
            return (await world.Memory.ReadAsync(session.Id))!.StatusInfo == StatusInfo.DurationExpired;
        });
    }

    [Fact]
    public async Task A_session_that_is_due_later_than_was_thought_is_called_then()
    {
        await StartedAsync();
        var session = await world.CreatedAsync(seconds: 10);
        var later = session with { Duration = TimeSpan.FromSeconds(20), DueAt = session.DueAt.AddSeconds(10), Version = session.Version + 1 };
        Assert.Equal(CommitStatus.Committed, (await world.Memory.CommitAsync(later.Silent())).Status);

        world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(QosStatus.Available, (await world.Memory.ReadAsync(session.Id))!.Status);
        world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(later.DueAt, Assert.Single(world.Events, change => change.Status == QosStatus.Unavailable).OccurredAt);
    }

    [Fact]
    public async Task An_operator_that_refuses_an_extension_is_asked_once()
    {
        var session = await world.CreatedAsync();
        var asked = 0;
        world.WhenExtended = _ =>
        {
            asked++;
            return new(OperatorOutcome.Refused());
        };

        Assert.Equal(SessionErrorCode.ExtensionRefused, (await ExtendAsync(session)).Result.Error?.Code);
        Assert.Equal(1, asked);
    }

    /// <summary>A write that is refused is decided anew by what the store holds, and not for ever.</summary>
    [Fact]
    public async Task One_whose_every_write_another_forestalls_is_told_to_come_again()
    {
        var session = await world.CreatedAsync();
        var forestalled = 0;
        world.Store.BeforeCommit = async commit =>
        {
            forestalled++;
            var held = (await world.Memory.ReadAsync(commit.Session.Id))!;
            await world.Memory.CommitAsync((held with { Version = held.Version + 1 }).Silent());
        };

        Assert.Equal(SessionErrorCode.Overloaded, (await world.SessionOf(session.Id).DeleteAsync(World.Alice)).Error?.Code);
        Assert.Equal(4, forestalled);

        world.Store.BeforeCommit = _ => Task.CompletedTask;
        Assert.Null((await world.SessionOf(session.Id).DeleteAsync(World.Alice)).Error);
    }

    /// <summary>Its intent is stored, so after an error the client would be left with a session that it knows nothing of.</summary>
    [Fact]
    public async Task A_create_whose_end_cannot_be_stored_is_requested()
    {
        world.WhenCreated = _ =>
        {
            world.Store.Broken = new StoreUnavailableException("Away.");
            return new(OperatorOutcome.Accepted());
        };

        Assert.Equal(QosStatus.Requested, (await world.CreateAsync(world.NewId())).Session?.Status);
    }

    [Fact]
    public async Task Creates_are_counted_by_what_their_clients_were_told()
    {
        var outcomes = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == world.Meters && instrument.Name == "qod.session.creates") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => outcomes.Add((string)tags.ToArray().Single(tag => tag.Key == "qod.outcome").Value!));
        listener.Start();

        await world.CreatedAsync();
        await world.CreateAsync(world.NewId());
        world.Store.Broken = new StoreUnavailableException("Away.");
        await world.CreateAsync(world.NewId(), "+34600000002");
        world.Store.Broken = null;

        // By the time that this one is stored, its client has been answered.
        world.Store.Close();
        var late = world.CreateAsync(world.NewId(), "+34600000003");
        world.Time.Advance(world.Calls.CallDeadline + TimeSpan.FromMilliseconds(1));
        world.Store.Open();
        Assert.NotNull((await late).Session);

        Assert.Equal(["Created", "Conflict", "StoreUnavailable", "StoreUnavailable"], outcomes);
    }

    /// <summary>What the simulation rests on: the engine's own code runs where it was called, and nowhere else.</summary>
    [Fact]
    public void Everything_goes_on_where_it_began() => OneThread.Run(async () =>
    {
        var answer = new TaskCompletionSource<OperatorOutcome>();
        world.WhenCreated = _ => new(answer.Task);
        var (soon, late) = (world.CreateAsync(world.NewId(), "+34600000001"), world.CreateAsync(world.NewId(), "+34600000002"));
        Assert.Equal(4, world.InFlight.Count);
        world.Time.Advance(world.Options.CreateWait / 2);
        var other = world.CreateAsync(world.NewId(), "+34600000003");
        world.Time.Advance(world.Options.CreateWait / 2);
        Assert.Equal(QosStatus.Requested, (await soon).Session?.Status);
        Assert.Equal(QosStatus.Requested, (await late).Session?.Status);
        answer.SetResult(OperatorOutcome.Accepted());
        var session = (await other).Session!;
        Assert.Equal(QosStatus.Available, session.Status);

        var extended = new TaskCompletionSource<OperatorOutcome>();
        world.WhenExtended = _ => new(extended.Task);
        var extension = ExtendAsync(session);
        var deletion = world.SessionOf(session.Id).DeleteAsync(World.Alice);
        Assert.False(extension.IsCompleted || deletion.IsCompleted);
        extended.SetResult(OperatorOutcome.Accepted());
        Assert.Equal(TimeSpan.FromSeconds(120), (await extension).Result.Session?.Duration);
        Assert.Null((await deletion).Error);

        await world.InFlight.DrainAsync();
    });

    private Task<ExtensionOutcome> ExtendAsync(QosSession session) => world.SessionOf(session.Id).ExtendAsync(
        World.Alice, session.Duration, new SessionCommand.Extend(TimeSpan.FromSeconds(60), new ExtensionLimit.OverallAtMost(TimeSpan.FromDays(1))));

    /// <summary>The window is in memory, and empty.</summary>
    private async Task StartedAsync()
    {
        world.Due.Start();
        await world.Time.TimerSetAsync(world.Options.DueWindow / 2);
    }
}

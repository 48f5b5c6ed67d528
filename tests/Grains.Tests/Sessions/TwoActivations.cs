using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Engine;
using QodOrleans.Grains.Abstractions;
using QodOrleans.Grains.Devices;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Sessions;

/// <summary>Where a session's grain is follows from the active members, so while they change two activations of it can live. The store lets one of them
/// write, and the other answers nothing by what it remembers.</summary>
public sealed class TwoActivations : IAsyncLifetime
{
    private static readonly Caller Alice = new("alice");

    private readonly ClusterOverPostgres fixture = new();

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task An_activation_that_another_has_overtaken_goes_and_the_next_call_reads_the_store()
    {
        var session = await CreatedAsync("+34600000001");
        // The other activation, on a silo that has not heard of this one.
        await OverwriteAsync(session with { Duration = session.Duration + TimeSpan.FromSeconds(7), DueAt = session.DueAt.AddSeconds(7) });

        var deleted = await fixture.Engine.DeleteSessionAsync(session.Id, Alice, default);

        Assert.Null(deleted.Error);
        Assert.Equal(session.Duration + TimeSpan.FromSeconds(7), deleted.Session!.Duration);
        Assert.Equal(session.Version + 2, deleted.Session.Version);
    }

    [Fact]
    public async Task A_session_that_was_brought_forward_elsewhere_ends_at_its_new_time()
    {
        var session = await CreatedAsync("+34600000002");
        await OverwriteAsync(session with { Duration = TimeSpan.FromSeconds(10), DueAt = session.StartedAt!.Value.AddSeconds(10) });

        fixture.Time.Advance(TimeSpan.FromSeconds(10));

        await Eventually.IsTrueAsync(() => fixture.Events.Any(change => change.SessionId == session.Id && change.StatusInfo == StatusInfo.DurationExpired));
    }

    [Fact]
    public async Task What_became_available_elsewhere_is_extended_here()
    {
        var session = await CreatedAsync("+34600009001");
        Assert.Equal(QosStatus.Requested, session.Status);
        await DecidedElsewhereAsync(session, new SessionCommand.OperatorAccepted(Reference: null));

        var extended = await fixture.Engine.ExtendQosSessionDurationAsync(
            session.Id, Alice, TimeSpan.FromSeconds(60), new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1)), default);

        Assert.Null(extended.Error);
        Assert.Equal(session.Duration + TimeSpan.FromSeconds(60), extended.Session!.Duration);
    }

    [Fact]
    public async Task What_ended_elsewhere_while_the_operator_was_asked_is_released_when_it_accepts_after_all()
    {
        var session = await RequestedAsync("+34600009007");
        await DecidedElsewhereAsync(await DecidedElsewhereAsync(session, new SessionCommand.Delete()), new SessionCommand.OperatorReleased());

        fixture.Time.Advance(TimeSpan.FromSeconds(4));
        await Eventually.IsTrueAsync(() => !fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task What_an_operator_grants_late_is_told_at_once_though_the_session_was_changed_elsewhere()
    {
        var session = await RequestedAsync("+34600009007");
        await OverwriteAsync(session);

        fixture.Time.Advance(TimeSpan.FromSeconds(4));

        await Eventually.IsTrueAsync(() => fixture.Events.Any(change => change.SessionId == session.Id && change.Status == QosStatus.Available));
        Assert.Equal(QosStatus.Available, (await fixture.Store.ReadAsync(session.Id))!.Status);
    }

    /// <summary>Its own caller was told nothing yet, so a create that the operator refuses would leave nothing behind. But the gateway has asked again, and
    /// another activation has answered.</summary>
    [Fact]
    public async Task A_session_that_a_client_was_told_of_elsewhere_is_not_undone_by_the_operators_refusal()
    {
        var id = new SessionId(Guid.CreateVersion7(fixture.Time.GetUtcNow()));
        var create = Grain(id).CreateAsync(Request("+34600009005"), fixture.Time.GetUtcNow());
        await Eventually.IsTrueAsync(async () => await fixture.Store.ReadAsync(id) is not null);
        await OverwriteAsync((await fixture.Store.ReadAsync(id))!);

        await Eventually.IsTrueAsync(() =>
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(50));
            return create.IsCompleted;
        });
        await Eventually.IsTrueAsync(async () => (await fixture.Store.ReadAsync(id))?.Status != QosStatus.Requested);
        var refused = await fixture.Store.ReadAsync(id);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.NetworkTerminated), (refused!.Status, refused.StatusInfo));
        await Eventually.IsTrueAsync(() => fixture.Events.Any(change => change.SessionId == id && change.StatusInfo == StatusInfo.NetworkTerminated));
    }

    [Fact]
    public async Task Who_answers_for_a_create_that_another_activation_began_says_so_in_the_store()
    {
        var session = await RequestedAsync("+34600009007");
        await fixture.CrashAndRestartAsync();

        var again = await Grain(session.Id).CreateAsync(Request("+34600009007"), fixture.Time.GetUtcNow());

        Assert.Equal((QosStatus.Requested, session.Version + 1), (again.Session?.Status, again.Session?.Version));
        Assert.Equal(again.Session, await fixture.Store.ReadAsync(session.Id));
    }

    [Fact]
    public async Task A_create_that_failed_is_not_joined_by_the_next_attempt()
    {
        var id = new SessionId(Guid.CreateVersion7(fixture.Time.GetUtcNow()));
        fixture.SiloStore.Break();
        await Assert.ThrowsAnyAsync<Exception>(() => Grain(id).CreateAsync(Request("+34600000010"), fixture.Time.GetUtcNow()));

        fixture.SiloStore.Mend();
        Assert.Equal(id, (await Grain(id).CreateAsync(Request("+34600000010"), fixture.Time.GetUtcNow())).Session?.Id);
    }

    [Fact]
    public async Task Where_two_extend_at_once_the_operator_ends_with_what_is_stored()
    {
        var session = await CreatedAsync("+34600000011");
        var asked = new List<TimeSpan>();
        fixture.WhenExtended = async duration =>
        {
            asked.Add(duration);
            // The other one is stored while the operator is asked for ours.
            if (asked.Count == 1) await OverwriteAsync(session with { Duration = TimeSpan.FromSeconds(1200), DueAt = session.StartedAt!.Value.AddSeconds(1200) });
        };

        var extended = await Grain(session.Id).ExtendAsync(
            Alice, Extension.Of(session.Duration, TimeSpan.FromSeconds(60), new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1))));

        Assert.True(extended.Moved);
        Assert.Equal([TimeSpan.FromSeconds(360), TimeSpan.FromSeconds(1200)], asked);
    }

    /// <summary>The store says so by a value, and the session's grain asks it again: what the other activation did stands.</summary>
    [Fact]
    public async Task A_write_behind_the_fence_is_refused_and_writes_nothing()
    {
        var session = await CreatedAsync("+34600009001");
        await OverwriteAsync(session with { OperatorReference = "theirs" });

        var behind = await fixture.Store.CommitAsync(new SessionCommit(session with { Version = session.Version + 1, OperatorReference = "ours" }, Event: null));
        var deleted = await Grain(session.Id).DeleteAsync(Alice);

        Assert.Equal(CommitStatus.StaleSession, behind.Status);
        Assert.Equal((null, session.Version + 2), (deleted.Error, deleted.Session?.Version));
        Assert.Equal("theirs", deleted.Session!.OperatorReference);
    }

    [Fact]
    public async Task A_create_that_is_repeated_is_the_same_create()
    {
        var id = new SessionId(Guid.CreateVersion7(fixture.Time.GetUtcNow()));
        var request = Request("+34600000004");
        var first = await fixture.Cluster.Client.GetGrain<IQosSessionGrain>(id.Value).CreateAsync(request, fixture.Time.GetUtcNow());
        // As if the activation had been lost with its silo: the row alone tells.
        await fixture.CrashAndRestartAsync();
        var again = await fixture.Cluster.Client.GetGrain<IQosSessionGrain>(id.Value).CreateAsync(request, fixture.Time.GetUtcNow());

        Assert.Equal(first.Session, again.Session);
        Assert.Equal(SessionErrorCode.Conflict, (await fixture.Engine.CreateSessionAsync(request, default)).Error?.Code);
        Assert.Single(fixture.Events, change => change.SessionId == id);
    }

    /// <summary>A silo that was frozen finds old calls when it wakes up. Elsewhere their session may have been made, and deleted, meanwhile.</summary>
    [Fact]
    public async Task A_create_that_arrives_when_nobody_waits_any_more_makes_nothing()
    {
        var late = fixture.Cluster.Client.GetGrain<IQosSessionGrain>(Guid.CreateVersion7(fixture.Time.GetUtcNow()));
        var result = await late.CreateAsync(Request("+34600000009"), fixture.Time.GetUtcNow().AddMilliseconds(-1));
        Assert.Equal(SessionErrorCode.StoreUnavailable, result.Error?.Code);

        var session = Sample.Requested();
        var device = fixture.Cluster.Client.GetGrain<IDeviceGrain>(session.Terms.DeviceKey.Value);
        Assert.Equal(AdmissionOutcome.StoreUnavailable, await device.AdmitAsync(session, fixture.Time.GetUtcNow().AddMilliseconds(-1)));
        Assert.Null(await fixture.Store.ReadAsync(session.Id));
        Assert.Equal(AdmissionOutcome.Admitted, await device.AdmitAsync(session, fixture.Time.GetUtcNow()));
    }

    [Fact]
    public async Task What_the_store_did_not_take_is_answered_so_and_works_again_when_it_does()
    {
        var session = await CreatedAsync("+34600000005");
        fixture.SiloStore.Sever();
        Assert.Equal(SessionErrorCode.StoreUnavailable, (await fixture.Engine.DeleteSessionAsync(session.Id, Alice, default)).Error?.Code);
        Assert.Equal(SessionErrorCode.StoreUnavailable, (await fixture.Engine.CreateSessionAsync(Request("+34600000006"), default)).Error?.Code);

        fixture.SiloStore.Mend();
        Assert.Null((await fixture.Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await CreatedAsync("+34600000006");
    }

    [Fact]
    public async Task A_create_that_was_answered_with_a_failure_leaves_no_session_behind()
    {
        // The commit takes effect, but its answer is lost on the way to the grain.
        fixture.SiloStore.LoseAnswers();
        Assert.Equal(SessionErrorCode.StoreUnavailable, (await fixture.Engine.CreateSessionAsync(Request("+34600000008"), default)).Error?.Code);

        fixture.SiloStore.Mend();
        await Eventually.IsTrueAsync(async () => (await fixture.Engine.ListSessionsAsync(Alice, default)).Sessions is []);
        await CreatedAsync("+34600000008");
    }

    [Fact]
    public async Task An_extension_that_is_asked_for_twice_is_granted_once()
    {
        var session = await CreatedAsync("+34600000007");
        var grain = fixture.Cluster.Client.GetGrain<IQosSessionGrain>(session.Id.Value);
        var extension = Extension.Of(session.Duration, TimeSpan.FromSeconds(60), new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1)));

        Assert.False((await grain.ExtendAsync(Alice, extension)).Moved);
        var again = await grain.ExtendAsync(Alice, extension);

        Assert.True(again.Moved);
        Assert.Equal(session.Duration + TimeSpan.FromSeconds(60), again.Result.Session!.Duration);
    }

    private async Task OverwriteAsync(QosSession session) =>
        Assert.Equal(CommitStatus.Committed, (await fixture.Store.CommitAsync(new SessionCommit(session with { Version = session.Version + 1 }, Event: null))).Status);

    private async Task<QosSession> DecidedElsewhereAsync(QosSession session, SessionCommand command)
    {
        var decision = new SessionMachine(new SessionPolicy()).Decide(session, command, fixture.Time.GetUtcNow());
        Assert.Equal(CommitStatus.Committed, (await fixture.Store.CommitAsync(new SessionCommit(decision.Session, decision.Event))).Status);
        return decision.Session;
    }

    private IQosSessionGrain Grain(SessionId id) => fixture.Cluster.Client.GetGrain<IQosSessionGrain>(id.Value);

    /// <summary>Of an operator that takes longer than a create waits.</summary>
    private async Task<QosSession> RequestedAsync(string phone)
    {
        var create = fixture.Engine.CreateSessionAsync(Request(phone), default);
        await fixture.Time.TimerSetAsync(TimeSpan.FromSeconds(1));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        return (await create).Session!;
    }

    private async Task<QosSession> CreatedAsync(string phone)
    {
        var result = await fixture.Engine.CreateSessionAsync(Request(phone), default);
        Assert.Null(result.Error);
        return result.Session!;
    }

    private static CreateSession Request(string phone) => new()
    {
        Caller = Alice,
        Surface = "test",
        Device = new Device { PhoneNumber = phone },
        ApplicationServer = new ApplicationServer("0.0.0.0/0", null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(300),
        Sink = new Sink(new Uri("https://sink.example/events"), null),
    };
}

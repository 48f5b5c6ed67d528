using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>An engine with the simulated operators behind it, a store, and a clock that tests move.</summary>
public interface ISessionEngineFixture : IAsyncLifetime
{
    /// <summary>What the engine must offer.</summary>
    static QosProfileCatalog Profiles { get; } = new([new QosProfile { Name = "QOS_E" }, new QosProfile { Name = "GERMAN", Operators = ["o2-de"] }]);

    ISessionEngine Engine { get; }

    ManualTimeProvider Time { get; }

    /// <summary>In force from the next start.</summary>
    SessionPolicy Policy { get; set; }

    /// <summary>Every event handed to delivery so far, in that order.</summary>
    IReadOnlyList<QosStatusChanged> Events { get; }

    /// <summary>Whether the operator holds the session.</summary>
    bool OperatorHolds(SessionId id);

    /// <summary>Ends the engine without a goodbye and starts another on the same store and operators.</summary>
    Task CrashAndRestartAsync();
}

/// <summary>What every engine does, whatever it is built of.</summary>
public abstract class SessionEngineContract<TFixture> : IAsyncLifetime where TFixture : ISessionEngineFixture, new()
{
    private static readonly Caller Alice = new("alice");
    private static readonly Caller Bob = new("bob");
    private static readonly Caller AliceForZoe = new("alice", "zoe");
    private static readonly OperatorId Movistar = new("movistar-es");

    // In the sandbox, whose operators these are, loopback is the line +34600000000.
    private static readonly Device Loopback = new() { Ipv4Address = new DeviceIpv4Address("127.0.0.1", null, 40_000) };

    private static readonly TimeSpan Retention = TimeSpan.FromSeconds(360);
    private static readonly ExtensionLimit OneDayRemaining = new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1));

    private readonly TFixture fixture = new();

    private ISessionEngine Engine => fixture.Engine;

    private ManualTimeProvider Time => fixture.Time;

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_operator_that_accepts_at_once_makes_the_session_available_and_an_event_says_so()
    {
        var session = await CreatedAsync(Request("+34600000001"));

        Assert.Equal(QosStatus.Available, session.Status);
        Assert.Equal(Time.GetUtcNow(), session.StartedAt);
        Assert.Equal(session.StartedAt + TimeSpan.FromSeconds(300), session.ExpiresAt);
        Assert.True(fixture.OperatorHolds(session.Id));
        var change = await EventAsync(session.Id, 1);
        Assert.Equal((QosStatus.Available, null), (change.Status, change.StatusInfo));
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task An_operator_that_confirms_later_leaves_the_session_requested_until_then()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009001"));

        Time.Advance(TimeSpan.FromSeconds(1));
        var change = await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, change.Status);
        var available = await FoundAsync(session.Id);
        Assert.Equal(session.Terms.CreatedAt + TimeSpan.FromSeconds(2), available.StartedAt);
        Assert.Equal(available.StartedAt + available.Duration, available.ExpiresAt);
    }

    [Fact]
    public async Task A_refusal_is_told_at_once_and_holds_the_flow_until_its_retention_ends()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009002"));
        Time.Advance(TimeSpan.FromSeconds(1));

        var change = await EventAsync(session.Id, 1);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.NetworkTerminated), (change.Status, change.StatusInfo));
        Assert.Equal(session.Terms.CreatedAt + TimeSpan.FromSeconds(2), change.OccurredAt);

        Time.Advance(Retention - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QosStatus.Unavailable, (await FoundAsync(session.Id)).Status);
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600009002"));

        Time.Advance(TimeSpan.FromMilliseconds(1));
        await GoneAsync(session.Id);
        await RequestedAfterWaitAsync(Request("+34600009002"));
        Assert.Single(EventsOf(session.Id));
    }

    [Fact]
    public async Task A_network_termination_is_told_when_it_happens_and_a_delete_frees_the_flow_without_an_event()
    {
        var session = await CreatedAsync(Request("+34600009003"));
        Time.Advance(TimeSpan.FromSeconds(3));

        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.NetworkTerminated), (change.Status, change.StatusInfo));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600009003"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);
        await CreatedAsync(Request("+34600009003"));
        Assert.Equal(2, EventsOf(session.Id).Count);
    }

    [Fact]
    public async Task An_operator_that_never_answers_is_asked_and_the_session_becomes_available()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009004"));

        Time.Advance(TimeSpan.FromSeconds(10));
        await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
        Assert.True(fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task An_unreachable_operator_fails_the_create_and_leaves_nothing_behind()
    {
        var create = Engine.CreateSessionAsync(Request("+34600009005"), default);
        await DriveAsync(create);

        Assert.Equal(SessionErrorCode.OperatorUnavailable, (await create).Error?.Code);
        Assert.NotNull((await create).Error!.RetryAfter);
        var again = Engine.CreateSessionAsync(Request("+34600009005"), default);
        await DriveAsync(again);
        Assert.Equal(SessionErrorCode.OperatorUnavailable, (await again).Error?.Code);
        Assert.Empty(fixture.Events);
    }

    [Fact]
    public async Task An_operator_that_does_not_know_the_subscriber_fails_the_create()
    {
        await RefusedAsync(SessionErrorCode.DeviceNotIdentified, Request("+34600009006"));
        await RefusedAsync(SessionErrorCode.DeviceNotIdentified, Request("+34600009006"));
    }

    [Fact]
    public async Task A_slow_operator_is_answered_for_with_requested()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009007"));

        Time.Advance(TimeSpan.FromSeconds(4));
        await EventAsync(session.Id, 1);

        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
    }

    [Fact]
    public async Task A_late_success_after_a_delete_is_released_and_never_resurrects_the_session()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009007"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);

        Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.IsTrueAsync(() => !fixture.OperatorHolds(session.Id));
        for (var step = 0; step < 60; step++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(SessionErrorCode.NotFound, (await Engine.GetSessionAsync(session.Id, Alice, default)).Error?.Code);
        }
        await Eventually.IsTrueAsync(() => !fixture.OperatorHolds(session.Id));
        Assert.Empty(EventsOf(session.Id));
    }

    [Fact]
    public async Task A_refused_extension_leaves_the_old_end()
    {
        var session = await CreatedAsync(Request("+34600009008"));

        var result = await Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(60), OneDayRemaining, default);

        Assert.Equal(SessionErrorCode.ExtensionRefused, result.Error?.Code);
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task A_delete_that_the_operator_fails_is_repeated_until_it_succeeds()
    {
        var session = await CreatedAsync(Request("+34600009009"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await GoneAsync(session.Id);
        await CreatedAsync(Request("+34600009009", server: "198.18.0.1"));

        await WhileTimeGoesByAsync(() => !fixture.OperatorHolds(session.Id), TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_session_ends_on_its_second_and_not_before()
    {
        var session = await CreatedAsync(Request("+34600000002", seconds: 60));

        Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);

        Time.Advance(TimeSpan.FromMilliseconds(1));
        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.DurationExpired), (change.Status, change.StatusInfo));
        Assert.Equal(session.ExpiresAt, change.OccurredAt);
        await Eventually.IsTrueAsync(() => !fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task An_expired_session_stays_readable_and_blocks_nothing()
    {
        var session = await CreatedAsync(Request("+34600000003", seconds: 60));
        Time.Advance(TimeSpan.FromSeconds(60));
        await EventAsync(session.Id, 2);

        await CreatedAsync(Request("+34600000003"));
        Assert.Equal(StatusInfo.DurationExpired, (await FoundAsync(session.Id)).StatusInfo);

        await Eventually.IsTrueAsync(async () => (await FoundAsync(session.Id)).Phase == SessionPhase.Retained);
        Time.Advance(Retention);
        await GoneAsync(session.Id);
    }

    [Fact]
    public async Task An_extension_moves_the_end()
    {
        var session = await CreatedAsync(Request("+34600000004", seconds: 60));
        Time.Advance(TimeSpan.FromSeconds(30));

        var extended = await Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(100), OneDayRemaining, default);
        Assert.Equal(TimeSpan.FromSeconds(160), extended.Session?.Duration);
        Assert.Equal(session.StartedAt + TimeSpan.FromSeconds(160), extended.Session?.ExpiresAt);

        Time.Advance(TimeSpan.FromSeconds(129));
        Assert.Equal(QosStatus.Available, (await FoundAsync(session.Id)).Status);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StatusInfo.DurationExpired, (await EventAsync(session.Id, 2)).StatusInfo);
    }

    [Fact]
    public async Task Concurrent_extensions_add_up()
    {
        var session = await CreatedAsync(Request("+34600000005", seconds: 60));

        var extended = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            Engine.ExtendQosSessionDurationAsync(session.Id, Alice, TimeSpan.FromSeconds(10), OneDayRemaining, default)));

        Assert.All(extended, result => Assert.Null(result.Error));
        Assert.Equal(TimeSpan.FromSeconds(160), (await FoundAsync(session.Id)).Duration);
    }

    [Fact]
    public async Task Only_an_available_session_can_be_extended()
    {
        var requested = await RequestedAfterWaitAsync(Request("+34600009001"));
        var result = await Engine.ExtendQosSessionDurationAsync(requested.Id, Alice, TimeSpan.FromSeconds(1), OneDayRemaining, default);
        Assert.Equal(SessionErrorCode.SessionInactive, result.Error?.Code);
    }

    [Fact]
    public async Task Of_concurrent_creates_on_one_flow_exactly_one_succeeds()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(n =>
            Task.Run(() => Engine.CreateSessionAsync(Request("+34600000006", caller: n % 2 == 0 ? Alice : Bob), default))));

        Assert.Single(results, result => result.Session is not null);
        Assert.Equal(99, results.Count(result => result.Error?.Code == SessionErrorCode.Conflict));
    }

    [Fact]
    public async Task Flows_that_do_not_overlap_live_side_by_side()
    {
        await CreatedAsync(Request("+34600000007", server: "198.18.0.1"));
        await CreatedAsync(Request("+34600000007", server: "198.18.0.2"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000007", server: "198.18.0.0/24"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("34600000007", server: "198.18.0.1", caller: Bob));
    }

    /// <summary>docs/conformance.md, R38.</summary>
    [Fact]
    public async Task Where_a_device_may_have_one_session_only_its_other_flows_are_refused_until_that_has_ended()
    {
        fixture.Policy = new SessionPolicy { OneSessionPerDevice = true };
        await fixture.CrashAndRestartAsync();

        var session = await CreatedAsync(Request("+34600000031", server: "198.18.0.1"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000031", server: "198.18.0.2"));
        await CreatedAsync(Request("+34600000032", server: "198.18.0.2"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        await CreatedAsync(Request("+34600000031", server: "198.18.0.2"));
    }

    [Fact]
    public async Task A_delete_tells_the_client_and_frees_the_flow_and_the_operator()
    {
        var session = await CreatedAsync(Request("+34600000008"));

        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);

        var change = await EventAsync(session.Id, 2);
        Assert.Equal((QosStatus.Unavailable, StatusInfo.DeleteRequested), (change.Status, change.StatusInfo));
        await GoneAsync(session.Id);
        Assert.Equal(SessionErrorCode.NotFound, (await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error?.Code);
        await CreatedAsync(Request("+34600000008"));
        await Eventually.IsTrueAsync(() => !fixture.OperatorHolds(session.Id));
    }

    [Fact]
    public async Task A_client_sees_no_session_of_another()
    {
        var session = await CreatedAsync(Request("+34600000009"));

        Assert.Equal(SessionErrorCode.NotOwner, (await Engine.GetSessionAsync(session.Id, Bob, default)).Error?.Code);
        Assert.Equal(SessionErrorCode.NotOwner, (await Engine.DeleteSessionAsync(session.Id, Bob, default)).Error?.Code);
        Assert.Equal(SessionErrorCode.NotOwner,
            (await Engine.ExtendQosSessionDurationAsync(session.Id, Bob, TimeSpan.FromSeconds(1), OneDayRemaining, default)).Error?.Code);
        Assert.Equal(session, await FoundAsync(session.Id));
    }

    [Fact]
    public async Task A_session_without_a_sink_has_no_events()
    {
        var session = await CreatedAsync(Request("+34600000010") with { Sink = null });
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);
        Assert.Empty(EventsOf(session.Id));
    }

    [Fact]
    public async Task What_no_profile_or_operator_allows_is_refused()
    {
        await RefusedAsync(SessionErrorCode.ProfileUnknown, Request("+34600000011") with { QosProfile = "QOS_X" });
        await RefusedAsync(SessionErrorCode.DurationOutOfRange, Request("+34600000011", seconds: 86_401));
        await RefusedAsync(SessionErrorCode.DeviceNotIdentified, Request("+1600000011"));
    }

    [Fact]
    public async Task A_profile_for_one_operators_devices_is_refused_to_others()
    {
        await RefusedAsync(SessionErrorCode.ProfileNotApplicable, Request("+34600000011") with { QosProfile = "GERMAN" });
        await CreatedAsync(Request("+491700000011") with { QosProfile = "GERMAN" });
    }

    [Fact]
    public async Task A_client_lists_its_own_live_sessions_newest_first_and_with_a_users_token_that_users()
    {
        var requested = await RequestedAfterWaitAsync(Request("+34600009001"));
        Time.Advance(TimeSpan.FromSeconds(1));
        var available = await CreatedAsync(Request("+34600000014"));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var zoes = await CreatedAsync(Request("+34600000015", caller: AliceForZoe));
        await CreatedAsync(Request("+34600000016", caller: Bob));
        var deleted = await CreatedAsync(Request("+34600000017"));
        Assert.Null((await Engine.DeleteSessionAsync(deleted.Id, Alice, default)).Error);
        var expired = await CreatedAsync(Request("+34600000018", seconds: 1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await EventAsync(expired.Id, 2);

        Assert.Equal([zoes.Id, available.Id, requested.Id], await ListedAsync(Alice));
        Assert.Equal([zoes.Id], await ListedAsync(AliceForZoe));
        Assert.Empty(await ListedAsync(new Caller("carol")));
    }

    [Fact]
    public async Task A_list_is_true_after_a_crash()
    {
        var session = await CreatedAsync(Request("+34600000019"));

        await fixture.CrashAndRestartAsync();

        Assert.Equal(session, Assert.Single((await Engine.ListSessionsAsync(Alice, default)).Sessions!));
    }

    [Fact]
    public async Task The_sessions_of_a_device_are_retrieved_by_any_of_its_identifiers_until_their_retention_ends()
    {
        var expired = await CreatedAsync(Request("+34600000000", seconds: 1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await EventAsync(expired.Id, 2);
        var live = await CreatedAsync(Request("+34600000000"));
        await CreatedAsync(Request("+34600000021"));

        foreach (var device in new[] { Number("+34600000000"), Number("34600000000"), Loopback, new Device { Ipv6Address = "::1" } })
            Assert.Equal([live.Id, expired.Id], await RetrievedAsync(Alice, device));
        Assert.Equal([live.Id, expired.Id], await RetrievedAsync(Alice with { Line = LineOf("+34600000000") }, device: null));
        Assert.Empty(await RetrievedAsync(Bob, Number("+34600000000")));
        Assert.Empty(await RetrievedAsync(AliceForZoe, Number("+34600000000")));

        await Eventually.IsTrueAsync(async () => (await FoundAsync(expired.Id)).Phase == SessionPhase.Retained);
        Time.Advance(Retention);
        await Eventually.IsTrueAsync(async () => !(await RetrievedAsync(Alice, Loopback)).Contains(expired.Id));
    }

    [Theory]
    [InlineData("+1600000011", null, SessionErrorCode.DeviceNotIdentified)]
    [InlineData("+49170000001", "127.0.0.1", SessionErrorCode.DeviceInconsistent)]
    [InlineData("+34600000099", "127.0.0.1", SessionErrorCode.DeviceInconsistent)]
    public async Task What_is_no_device_here_can_neither_be_retrieved_nor_identified_nor_have_a_session(string number, string? address, SessionErrorCode error)
    {
        var device = Number(number) with { Ipv4Address = address is null ? null : new DeviceIpv4Address(address, null, 1) };

        Assert.Equal(error, (await Engine.RetrieveSessionsAsync(Alice, device, default)).Error?.Code);
        Assert.Equal(error, (await Engine.IdentifyLineAsync(device, default)).Error?.Code);
        await RefusedAsync(error, Request(number) with { Device = device });
    }

    [Fact]
    public async Task A_line_is_identified_by_its_number_where_the_operator_tells_it_and_else_by_the_address()
    {
        Assert.Equal(LineOf("+34600000022"), (await Engine.IdentifyLineAsync(Number("34600000022"), default)).Line);
        Assert.Equal(LineOf("+34600000000"), (await Engine.IdentifyLineAsync(Loopback, default)).Line);
        Assert.Equal(LineOf("+34600000000"), (await Engine.IdentifyLineAsync(new Device { Ipv6Address = "::ffff:127.0.0.9" }, default)).Line);

        var behindAddress = new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8080) };
        Assert.Equal(new SubscriberLine(Movistar, behindAddress), (await Engine.IdentifyLineAsync(behindAddress, default)).Line);
        Assert.Equal(SessionErrorCode.DeviceNotIdentified, (await Engine.IdentifyLineAsync(Number("+34600009006"), default)).Error?.Code);
    }

    [Fact]
    public async Task A_device_by_its_number_and_by_its_address_is_one_device()
    {
        var byAddress = await CreatedAsync(Request("+34600000000") with { Device = Loopback });
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000000"));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000000") with { Device = Number("+34600000000") with { Ipv6Address = "::1" } });

        Assert.Equal("tel:+34600000000", byAddress.Terms.Subscriber);
        Assert.Equal(Loopback, byAddress.Terms.Device);
    }

    [Fact]
    public async Task A_token_for_one_line_makes_no_session_for_another_device()
    {
        var zoe = new Caller("alice", "zoe", LineOf("+34600000000"));
        await RefusedAsync(SessionErrorCode.DeviceNotOfToken, Request("+34600000023", caller: zoe));
        await RefusedAsync(SessionErrorCode.DeviceNotOfToken, Request("+49170000001", caller: zoe));
        await RefusedAsync(SessionErrorCode.DeviceNotOfToken, Request("+34600000000", caller: zoe with { Line = LineOf("+34600000000") with { Operator = new("o2-de") } }));
        Assert.Equal(SessionErrorCode.DeviceNotOfToken, (await Engine.RetrieveSessionsAsync(zoe, Number("+34600000023"), default)).Error?.Code);
        Assert.Empty(await ListedAsync(Alice));

        await CreatedAsync(Request("+34600000000", server: "198.18.0.1", caller: zoe));
        await CreatedAsync(Request("", server: "198.18.0.2", caller: zoe) with { Device = Loopback });
        var own = await CreatedAsync(Request("", server: "198.18.0.3", caller: zoe) with { Device = null });
        Assert.Equal(zoe.Line!.Device, own.Terms.Device);
        await fixture.CrashAndRestartAsync();
        var kept = (await Engine.GetSessionAsync(own.Id, zoe, default)).Session!;
        Assert.Equal(new Device { NetworkAccessIdentifier = "zoe@user.invalid" }, kept.Terms.DeviceShown);
        Assert.Equal("tel:+34600000000", own.Terms.Subscriber);
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000000", server: "198.18.0.3"));
    }

    /// <summary>Docs/conformance.md R52.</summary>
    [Fact]
    public async Task A_users_token_reads_lists_extends_and_deletes_what_was_made_on_the_users_line_without_a_user()
    {
        var zoe = new Caller("alice", "zoe", LineOf("+34600000024"));
        var own = await CreatedAsync(Request("+34600000024", server: "198.18.0.1", caller: zoe));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var without = await CreatedAsync(Request("34600000024", server: "198.18.0.2"));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var foreign = await CreatedAsync(Request("+34600000024", server: "198.18.0.3", caller: Bob));
        var elsewhere = await CreatedAsync(Request("+34600000025"));
        var yuris = await CreatedAsync(Request("+34600000024", server: "198.18.0.4", caller: new Caller("alice", "yuri", LineOf("+34600000024"))));

        Assert.Equal([without.Id, own.Id], await ListedAsync(zoe));
        Assert.Equal([without.Id, own.Id], await RetrievedAsync(zoe, null));
        foreach (var session in new[] { foreign, elsewhere, yuris })
        {
            Assert.Equal(SessionErrorCode.NotOwner, (await Engine.GetSessionAsync(session.Id, zoe, default)).Error?.Code);
            Assert.Equal(SessionErrorCode.NotOwner, (await ExtendedAsync(session)).Error?.Code);
            Assert.Equal(SessionErrorCode.NotOwner, (await Engine.DeleteSessionAsync(session.Id, zoe, default)).Error?.Code);
        }
        Assert.Equal(without.Id, (await Engine.GetSessionAsync(without.Id, zoe, default)).Session?.Id);
        Assert.Equal(TimeSpan.FromSeconds(360), (await ExtendedAsync(without)).Session?.Duration);
        Assert.Null((await Engine.DeleteSessionAsync(without.Id, zoe, default)).Error);
        Assert.Equal([own.Id], await ListedAsync(zoe));

        Task<SessionResult> ExtendedAsync(QosSession session) =>
            Engine.ExtendQosSessionDurationAsync(session.Id, zoe, TimeSpan.FromSeconds(60), new ExtensionLimit.OverallAtMost(TimeSpan.FromDays(1)), default);
    }

    [Fact]
    public async Task A_token_for_a_line_without_a_known_number_is_good_for_its_address()
    {
        var behindAddress = new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8080) };
        var zoe = new Caller("alice", "zoe", (await Engine.IdentifyLineAsync(behindAddress, default)).Line);

        await RefusedAsync(SessionErrorCode.DeviceNotOfToken,
            Request("", caller: zoe) with { Device = new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8081) } });
        await CreatedAsync(Request("", caller: zoe) with { Device = behindAddress });
    }

    [Fact]
    public async Task A_crash_loses_no_session_and_delays_no_end()
    {
        var lasting = await CreatedAsync(Request("+34600000012"));
        var ending = await CreatedAsync(Request("+34600000013", seconds: 30));
        await EventAsync(ending.Id, 1);

        await fixture.CrashAndRestartAsync();
        Assert.Equal(lasting, await FoundAsync(lasting.Id));
        await RefusedAsync(SessionErrorCode.Conflict, Request("+34600000012"));

        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(StatusInfo.DurationExpired, (await EventAsync(ending.Id, 2)).StatusInfo);
    }

    [Fact]
    public async Task A_create_that_was_under_way_in_a_crash_is_settled_afterwards()
    {
        var session = await RequestedAfterWaitAsync(Request("+34600009004"));

        await fixture.CrashAndRestartAsync();
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(QosStatus.Available, (await EventAsync(session.Id, 1)).Status);
    }

    [Fact]
    public async Task A_release_that_was_under_way_in_a_crash_is_finished_afterwards()
    {
        var session = await CreatedAsync(Request("+34600009009"));
        Assert.Null((await Engine.DeleteSessionAsync(session.Id, Alice, default)).Error);

        await fixture.CrashAndRestartAsync();
        await WhileTimeGoesByAsync(() => !fixture.OperatorHolds(session.Id), TimeSpan.FromMilliseconds(500));
    }

    // -- Helpers ----------------------------------------------------------------------------------------------------------------------

    private static CreateSession Request(string phone, int seconds = 300, string server = "0.0.0.0/0", Caller? caller = null) => new()
    {
        Caller = caller ?? Alice,
        Surface = "test",
        Device = new Device { PhoneNumber = phone },
        ApplicationServer = new ApplicationServer(server, null),
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(seconds),
        Sink = new Sink(new Uri("https://sink.example/events"), null),
    };

    private async Task<QosSession> CreatedAsync(CreateSession request)
    {
        var result = await Engine.CreateSessionAsync(request, default);
        Assert.Null(result.Error);
        return result.Session!;
    }

    private async Task<List<SessionId>> ListedAsync(Caller caller) => IdsOf(await Engine.ListSessionsAsync(caller, default));

    private async Task<List<SessionId>> RetrievedAsync(Caller caller, Device? device) => IdsOf(await Engine.RetrieveSessionsAsync(caller, device, default));

    private static List<SessionId> IdsOf(SessionListResult result)
    {
        Assert.Null(result.Error);
        return [.. result.Sessions!.Select(session => session.Id)];
    }

    private static Device Number(string phone) => new() { PhoneNumber = phone };

    private static SubscriberLine LineOf(string phone) => new(Movistar, Number(phone));

    private async Task RefusedAsync(SessionErrorCode code, CreateSession request) =>
        Assert.Equal(code, (await Engine.CreateSessionAsync(request, default)).Error?.Code);

    /// <summary>Creates, and lets the create wait run out: one second later the answer is REQUESTED.</summary>
    private async Task<QosSession> RequestedAfterWaitAsync(CreateSession request)
    {
        var create = Engine.CreateSessionAsync(request, default);
        await Task.WhenAny(create, Time.TimerSetAsync(TimeSpan.FromSeconds(1)));
        Time.Advance(TimeSpan.FromSeconds(1));
        var session = (await create).Session;
        Assert.Equal(QosStatus.Requested, session?.Status);
        return session!;
    }

    /// <summary>Lets time go by until the call answers: retries of an operator's call wait for the clock.</summary>
    private Task DriveAsync(Task call) => WhileTimeGoesByAsync(() => call.IsCompleted, TimeSpan.FromMilliseconds(10));

    private Task WhileTimeGoesByAsync(Func<bool> until, TimeSpan step) => Eventually.IsTrueAsync(() =>
    {
        if (until()) return true;
        Time.Advance(step);
        return false;
    });

    private async Task<QosSession> FoundAsync(SessionId id)
    {
        var result = await Engine.GetSessionAsync(id, Alice, default);
        Assert.Null(result.Error);
        return result.Session!;
    }

    private Task GoneAsync(SessionId id) => Eventually.IsTrueAsync(async () =>
        (await Engine.GetSessionAsync(id, Alice, default)).Error?.Code == SessionErrorCode.NotFound);

    private async Task<QosStatusChanged> EventAsync(SessionId id, int sequence)
    {
        await Eventually.IsTrueAsync(() => EventsOf(id).Count >= sequence);
        var change = EventsOf(id)[sequence - 1];
        Assert.Equal(sequence, change.Sequence);
        return change;
    }

    private List<QosStatusChanged> EventsOf(SessionId id) => [.. fixture.Events.Where(change => change.SessionId == id)];
}

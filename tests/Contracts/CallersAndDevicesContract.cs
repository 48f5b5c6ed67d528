using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>Who may have which session, and which device is meant.</summary>
public abstract class CallersAndDevicesContract<TFixture> : SessionEngineContract<TFixture> where TFixture : ISessionEngineFixture, new()
{
    private static readonly Caller AliceForZoe = new("alice", "zoe");
    private static readonly OperatorId Movistar = new("movistar-es");

    // In the sandbox, whose operators these are, loopback is the line +34600000000.
    private static readonly Device Loopback = new() { Ipv4Address = new DeviceIpv4Address("127.0.0.1", null, 40_000) };

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
        await Fixture.CrashAndRestartAsync();
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

    private async Task<List<SessionId>> ListedAsync(Caller caller) => IdsOf(await Engine.ListSessionsAsync(caller, default));

    private async Task<List<SessionId>> RetrievedAsync(Caller caller, Device? device) => IdsOf(await Engine.RetrieveSessionsAsync(caller, device, default));

    private static List<SessionId> IdsOf(SessionListResult result)
    {
        Assert.Null(result.Error);
        return [.. result.Sessions!.Select(session => session.Id)];
    }

    private static Device Number(string phone) => new() { PhoneNumber = phone };

    private static SubscriberLine LineOf(string phone) => new(Movistar, Number(phone));
}

using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>What every session store does, whatever it is built of.</summary>
public abstract class SessionStoreContract
{
    private static int stretches;

    private readonly IStoreFixture fixture;

    // Tests that ask "what is due" look at a day that no other test uses.
    private readonly DateTimeOffset day = Sample.Noon.AddDays(Interlocked.Increment(ref stretches));

    private int made;

    protected SessionStoreContract(IStoreFixture fixture)
    {
        Assert.SkipWhen(fixture.WhyNone is not null, fixture.WhyNone ?? "");
        this.fixture = fixture;
    }

    private ISessionStore Store => fixture.Store;

    [Fact]
    public async Task A_session_reads_back_as_it_was_committed()
    {
        var terms = Sample.Terms(Sample.NewDevice()) with
        {
            Subject = "Zoë 🚀 \"quoted\" \\ back",
            ClientId = "клиент-1",
            Device = new Device
            {
                PhoneNumber = "+34600000001",
                NetworkAccessIdentifier = "1234@例え.jp",
                Ipv4Address = new DeviceIpv4Address("203.0.113.7", "10.0.0.1", null),
                Ipv6Address = "2001:db8:34::1",
            },
            ApplicationServer = new ApplicationServer("198.51.100.0/24", "2001:db8::/64"),
            DevicePorts = new PortsSpec([new PortRange(0, 65535)], null),
            ApplicationServerPorts = new PortsSpec(null, [1, 443, 65535]),
            Sink = Sample.Sink with { TokenExpiresAt = Sample.Noon.AddMilliseconds(312) },
        };
        var requested = Sample.Requested() with { Terms = terms };
        await CommitAsync(requested.Silent());
        AssertSame(requested, await Store.ReadAsync(requested.Id));

        var ended = requested.Activated().Ended(StatusInfo.NetworkTerminated) with { Version = 2, OperatorReference = "реф/🚀", Attempts = 7, Duration = TimeSpan.FromDays(365) };
        await CommitAsync(ended.Silent());
        AssertSame(ended, await Store.ReadAsync(requested.Id));
    }

    [Fact]
    public async Task What_is_missing_in_a_session_is_missing_when_it_is_read()
    {
        var sparse = Sample.Requested();
        sparse = sparse with
        {
            Terms = sparse.Terms with
            {
                Subject = null,
                Sink = null,
                Correlator = null,
                DevicePorts = null,
                ApplicationServerPorts = null,
                Device = new Device { Ipv6Address = "2001:db8::1" },
                ApplicationServer = new ApplicationServer(null, "2001:db8::/64"),
            },
        };
        await CommitAsync(sparse.Silent());
        AssertSame(sparse, await Store.ReadAsync(sparse.Id));

        var tokenless = Sample.Requested();
        tokenless = tokenless with { Terms = tokenless.Terms with { Sink = Sample.Sink with { ProtectedToken = null } } };
        await CommitAsync(tokenless.Silent());
        AssertSame(tokenless, await Store.ReadAsync(tokenless.Id));
    }

    [Fact]
    public async Task A_session_that_was_never_committed_reads_as_null() => Assert.Null(await Store.ReadAsync(Sample.Requested().Id));

    [Fact]
    public async Task Each_version_follows_the_one_before_and_no_other()
    {
        var first = Sample.Requested();
        var second = first.Activated();
        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync(second.Silent())).Status);
        await CommitAsync(first.Silent());
        await CommitAsync(second.Silent());

        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync(second.Silent())).Status);
        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync((second with { Version = 4 }).Silent())).Status);
        AssertSame(second, await Store.ReadAsync(first.Id));
    }

    [Fact]
    public async Task Of_many_first_commits_of_one_session_one_is_committed()
    {
        var session = Sample.Requested();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
            (Status: (await Store.CommitAsync((session with { Attempts = i }).Silent())).Status, Attempts: i)));

        var winner = Assert.Single(results, result => result.Status == CommitStatus.Committed);
        Assert.All(results.Except([winner]), result => Assert.Equal(CommitStatus.StaleSession, result.Status));
        Assert.Equal(winner.Attempts, (await Store.ReadAsync(session.Id))!.Attempts);
    }

    [Fact]
    public async Task Of_many_second_commits_of_one_session_one_is_committed()
    {
        var session = Sample.Requested();
        await CommitAsync(session.Silent());
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await Store.CommitAsync((session.Activated() with { Attempts = i }).Silent())).Status));

        Assert.Single(results, CommitStatus.Committed);
        Assert.Equal(19, results.Count(status => status == CommitStatus.StaleSession));
    }

    [Fact]
    public async Task The_phase_Gone_removes_the_session_if_the_version_follows()
    {
        var session = Sample.Requested();
        await CommitAsync(session.Silent());
        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync((session.Gone() with { Version = 3 }).Silent())).Status);
        Assert.NotNull(await Store.ReadAsync(session.Id));

        await CommitAsync(session.Gone().Silent());
        Assert.Null(await Store.ReadAsync(session.Id));
        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync(session.Gone().Silent())).Status);
        Assert.DoesNotContain(await DueAsync(null, DateTimeOffset.MaxValue, 10_000), entry => entry.Id == session.Id);
    }

    [Fact]
    public async Task Hundreds_of_commits_at_once_are_all_there_afterwards()
    {
        var sessions = Enumerable.Range(0, 1500).Select(_ => Sample.Requested()).ToArray();
        var admitted = await Task.WhenAll(sessions.Select(session => Store.CommitAsync(session.Admitted()).AsTask()));
        Assert.All(admitted, result => Assert.Equal(CommitStatus.Committed, result.Status));
        var updated = await Task.WhenAll(sessions.Select((session, i) =>
            Store.CommitAsync(i % 3 == 0 ? session.Gone().Silent() : session.Activated().Silent()).AsTask()));
        Assert.All(updated, result => Assert.Equal(CommitStatus.Committed, result.Status));

        var read = await Task.WhenAll(sessions.Select(session => Store.ReadAsync(session.Id).AsTask()));
        for (var i = 0; i < sessions.Length; i++) AssertSame(i % 3 == 0 ? null : sessions[i].Activated(), read[i]);
    }

    [Fact]
    public async Task A_device_is_admitted_only_by_who_knows_its_last_admission()
    {
        var device = Sample.NewDevice();
        Assert.Equal(0, (await Store.ReadDeviceAsync(device)).Fence);

        var first = await CommitAsync(Sample.Requested(device).Admitted(expectedFence: 0));
        Assert.NotEqual(0, first.DeviceFence);
        Assert.Equal(first.DeviceFence, (await Store.ReadDeviceAsync(device)).Fence);
        Assert.Equal(CommitStatus.StaleDevice, (await Store.CommitAsync(Sample.Requested(device).Admitted(expectedFence: 0))).Status);

        var second = await CommitAsync(Sample.Requested(device).Admitted(first.DeviceFence));
        Assert.NotEqual(first.DeviceFence, second.DeviceFence);
        var late = Sample.Requested(device);
        Assert.Equal(CommitStatus.StaleDevice, (await Store.CommitAsync(late.Admitted(first.DeviceFence))).Status);
        Assert.Null(await Store.ReadAsync(late.Id));
        Assert.Equal(second.DeviceFence, (await Store.ReadDeviceAsync(device)).Fence);
    }

    [Fact]
    public async Task A_fence_of_a_device_that_the_store_does_not_know_admits_nothing()
    {
        var session = Sample.Requested();
        Assert.Equal(CommitStatus.StaleDevice, (await Store.CommitAsync(session.Admitted(expectedFence: 42))).Status);
        Assert.Equal(0, (await Store.ReadDeviceAsync(session.Terms.DeviceKey)).Fence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_concurrent_admissions_with_one_fence_exactly_one_is_committed(bool known)
    {
        for (var round = 0; round < 20; round++)
        {
            var device = Sample.NewDevice();
            var fence = known ? (await CommitAsync(Sample.Requested(device).Admitted())).DeviceFence : 0;
            var rivals = Enumerable.Range(0, 16).Select(_ => Sample.Requested(device)).ToArray();
            var results = await Task.WhenAll(rivals.Select(rival => Task.Run(() => Store.CommitAsync(rival.Admitted(fence)).AsTask())));

            var winner = Assert.Single(results, result => result.Status == CommitStatus.Committed);
            Assert.Equal(15, results.Count(result => result.Status == CommitStatus.StaleDevice));
            var flows = await Store.ReadDeviceAsync(device);
            Assert.Equal(winner.DeviceFence, flows.Fence);
            Assert.Contains(rivals[Array.IndexOf(results, winner)].Id, flows.Held.Keys);
            Assert.Equal(known ? 2 : 1, flows.Held.Count);
        }
    }

    [Fact]
    public async Task An_admission_whose_session_exists_already_moves_no_fence()
    {
        var session = Sample.Requested();
        var fence = (await CommitAsync(session.Admitted())).DeviceFence;
        Assert.Equal(CommitStatus.StaleSession, (await Store.CommitAsync(session.Admitted(fence))).Status);
        Assert.Equal(fence, (await Store.ReadDeviceAsync(session.Terms.DeviceKey)).Fence);
    }

    [Fact]
    public async Task A_device_shows_the_sessions_that_hold_its_flows_and_no_others()
    {
        var device = Sample.NewDevice();
        QosSession[] holding =
        [
            Sample.Requested(device),
            Sample.Requested(device).Activated(),
            Sample.Requested(device).Ended(StatusInfo.NetworkTerminated),
        ];
        QosSession[] idle =
        [
            Sample.Requested(device).Ended(StatusInfo.DurationExpired),
            Sample.Requested(device).Ended(StatusInfo.DeleteRequested),
            Sample.Requested(device).Gone(),
            Sample.Requested(),
        ];
        foreach (var session in holding.Concat(idle)) await KeepAsync(session);

        var flows = await Store.ReadDeviceAsync(device);
        Assert.Equal(holding.Select(session => session.Id).ToHashSet(), flows.Held.Keys.ToHashSet());
        Assert.True(flows.Conflicts(holding[0].Flow));
        Assert.False(flows.Conflicts(Flow.Of(new ApplicationServer("192.0.2.1", null), null, null)));
    }

    [Fact]
    public async Task Due_sessions_come_by_time_then_id_page_by_page()
    {
        // Many of them due at one moment, so that pages end in the middle of it.
        var sessions = Enumerable.Range(0, 60).Select(i => Sample.Requested(dueAt: day.AddSeconds(i / 20))).ToArray();
        Random.Shared.Shuffle(sessions);
        await Task.WhenAll(sessions.Select(session => CommitAsync(session.Silent())));
        var expected = sessions.Select(session => new DueSession(session.Id, session.DueAt)).OrderBy(entry => entry.DueAt).ThenBy(entry => entry.Id.Value).ToArray();

        var read = new List<DueSession>();
        var after = new DueSession(default, day);
        while (await DueAsync(after, day.AddHours(1), limit: 7) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 7);
            read.AddRange(page);
            Assert.NotEqual(after, page[^1]);
            after = page[^1];
        }
        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task A_session_is_due_until_its_moment_inclusive_and_where_it_was_moved_to()
    {
        var session = Sample.Requested(dueAt: day.AddSeconds(1));
        await CommitAsync(session.Silent());
        var start = new DueSession(default, day);
        Assert.Empty(await DueAsync(start, day.AddSeconds(1).AddMilliseconds(-1)));
        Assert.Equal([new DueSession(session.Id, day.AddSeconds(1))], await DueAsync(start, day.AddSeconds(1)));

        await CommitAsync((session.Activated() with { DueAt = day.AddSeconds(5) }).Silent());
        Assert.Equal([new DueSession(session.Id, day.AddSeconds(5))], await DueAsync(start, day.AddHours(1)));
    }

    [Fact]
    public async Task Without_a_start_what_is_overdue_longest_comes_first()
    {
        var session = Sample.Requested(dueAt: Sample.Noon.AddYears(-20));
        await CommitAsync(session.Silent());
        Assert.Equal(session.Id, Assert.Single(await DueAsync(null, day, limit: 1)).Id);
        await CommitAsync(session.Gone().Silent());
    }

    [Fact]
    public async Task A_client_reads_its_live_sessions_newest_first()
    {
        var client = NewClient();
        QosSession[] live = [Of(client), Of(client).Activated(), Of(client, "zoë"), Of(client, "zoë").Activated(), Of(client, "yuri")];
        QosSession[] others =
        [
            Of(client).Ended(StatusInfo.DurationExpired),
            Of(client).Ended(StatusInfo.NetworkTerminated),
            Of(client).Ended(StatusInfo.DeleteRequested),
            Of(client).Activated().Gone(),
            Of(client) with { Version = 2, Phase = SessionPhase.Releasing, StatusInfo = StatusInfo.DurationExpired },
            Of(NewClient()),
        ];
        foreach (var session in live.Concat(others)) await KeepAsync(session);

        Assert.Equal(live.Select(session => session.Id).Reverse(), Ids(await Store.ReadByClientAsync(client, null, 100, default)));
        Assert.Equal([live[3].Id, live[2].Id], Ids(await Store.ReadByClientAsync(client, new SessionUser("zoë", Line: null), 100, default)));
        Assert.Equal([live[4].Id, live[3].Id], Ids(await Store.ReadByClientAsync(client, null, 2, default)));
        Assert.Empty(await Store.ReadByClientAsync(client, new SessionUser("nobody", Line: null), 100, default));
        AssertSame(live[3], (await Store.ReadByClientAsync(client, new SessionUser("zoë", Line: null), 1, default))[0]);
    }

    [Fact]
    public async Task A_client_reads_its_sessions_of_a_device_until_they_are_gone_or_deleted()
    {
        var (client, device) = (NewClient(), Sample.NewDevice());
        QosSession[] visible =
        [
            Of(client, device: device),
            Of(client, device: device).Activated(),
            Of(client, "zoë", device).Ended(StatusInfo.DurationExpired),
            Of(client, "zoë", device).Ended(StatusInfo.NetworkTerminated),
            Of(client, device: device) with { Version = 2, Phase = SessionPhase.Releasing, StatusInfo = StatusInfo.DurationExpired },
        ];
        QosSession[] others =
        [
            Of(client, device: device).Ended(StatusInfo.DeleteRequested),
            Of(client, device: device).Activated().Gone(),
            Of(NewClient(), device: device),
            Of(client),
        ];
        foreach (var session in visible.Concat(others)) await KeepAsync(session);

        Assert.Equal(visible.Select(session => session.Id).Reverse(), Ids(await Store.ReadByDeviceAsync(device, client, null, 100, default)));
        Assert.Equal([visible[3].Id, visible[2].Id], Ids(await Store.ReadByDeviceAsync(device, client, new SessionUser("zoë", Line: null), 100, default)));
        Assert.Equal([visible[4].Id], Ids(await Store.ReadByDeviceAsync(device, client, null, 1, default)));
        Assert.Empty(await Store.ReadByDeviceAsync(Sample.NewDevice(), client, null, 100, default));
        AssertSame(visible[2] with { Version = 2 }, (await Store.ReadByDeviceAsync(device, client, new SessionUser("zoë", Line: null), 100, default))[1]);
    }

    /// <summary>R52: what a client has made on a user's line without a user is that user's too.</summary>
    [Fact]
    public async Task A_users_lists_hold_what_was_made_on_the_users_line_without_a_user()
    {
        var (client, line, elsewhere) = (NewClient(), Sample.NewDevice(), Sample.NewDevice());
        QosSession[] live = [Of(client, device: line), Of(client, "zoë", elsewhere), Of(client, device: line).Activated(), Of(client, "zoë", line).Activated()];
        QosSession[] over = [Of(client, device: line).Ended(StatusInfo.NetworkTerminated)];
        QosSession[] others = [Of(client, device: elsewhere), Of(client, "yuri", line), Of(NewClient(), device: line), Of(client, device: line).Ended(StatusInfo.DeleteRequested)];
        foreach (var session in live.Concat(over).Concat(others)) await KeepAsync(session);
        var zoe = new SessionUser("zoë", line);

        Assert.Equal(live.Select(session => session.Id).Reverse(), Ids(await Store.ReadByClientAsync(client, zoe, 100, default)));
        Assert.Equal([live[3].Id, live[2].Id], Ids(await Store.ReadByClientAsync(client, zoe, 2, default)));
        Assert.Equal([over[0].Id, live[3].Id, live[2].Id, live[0].Id], Ids(await Store.ReadByDeviceAsync(line, client, zoe, 100, default)));
        // On another device the line's own say nothing.
        Assert.Equal([live[1].Id], Ids(await Store.ReadByDeviceAsync(elsewhere, client, zoe, 100, default)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_list_of_no_or_too_many_entries_is_a_bug_of_the_caller(int limit)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadByClientAsync("client", null, limit, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadByDeviceAsync(Sample.NewDevice(), "client", null, limit, default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_page_of_no_or_too_many_entries_is_a_bug_of_the_caller(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => DueAsync(null, day, limit));

    [Fact]
    public async Task What_cannot_be_stored_fails_alone()
    {
        // A NUL is valid in JSON and in .NET, and no Postgres text can hold it. Operators name sessions, and not all are careful.
        var poisoned = Sample.Requested() with { OperatorReference = "a\0b" };
        var healthy = Enumerable.Range(0, 200).Select(_ => Sample.Requested()).ToArray();
        var commits = healthy.Select(session => Store.CommitAsync(session.Admitted()).AsTask()).ToList();
        var rejected = Store.CommitAsync(poisoned.Admitted()).AsTask();
        commits.AddRange(healthy.Select(_ => Sample.Requested()).Select(session => Store.CommitAsync(session.Admitted()).AsTask()));

        await Assert.ThrowsAsync<CommitRejectedException>(() => rejected);
        Assert.All(await Task.WhenAll(commits), result => Assert.Equal(CommitStatus.Committed, result.Status));
        Assert.Null(await Store.ReadAsync(poisoned.Id));
        Assert.Equal(0, (await Store.ReadDeviceAsync(poisoned.Terms.DeviceKey)).Fence);
    }

    [Fact]
    public async Task A_first_commit_that_deletes_and_a_later_one_with_an_admission_are_bugs_of_the_caller()
    {
        var session = Sample.Requested();
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CommitAsync((session with { Phase = SessionPhase.Gone }).Silent()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CommitAsync(session.Activated().Admitted()));
    }

    private static string NewClient() => $"client-{Guid.NewGuid():N}";

    /// <summary>Each a millisecond younger than the one before: what the same millisecond brings has no order.</summary>
    private QosSession Of(string client, string? subject = null, DeviceKey? device = null)
    {
        var session = Sample.Requested(device);
        return session with { Id = new SessionId(Guid.CreateVersion7(day.AddMilliseconds(++made))), Terms = session.Terms with { ClientId = client, Subject = subject } };
    }

    /// <summary>Commits a session of any version as its first, then as it is.</summary>
    private async Task KeepAsync(QosSession session)
    {
        var first = session with { Version = 1, Phase = SessionPhase.Requested, StatusInfo = null };
        await CommitAsync(first.Silent());
        if (session.Version > 1) await CommitAsync((session with { Version = 2 }).Silent());
    }

    private static IEnumerable<SessionId> Ids(IEnumerable<QosSession> sessions) => sessions.Select(session => session.Id);

    private Task<IReadOnlyList<DueSession>> DueAsync(DueSession? after, DateTimeOffset until, int limit = 100) =>
        Store.ReadDueAsync(after, until, limit, CancellationToken.None);

    private async Task<CommitResult> CommitAsync(SessionCommit commit)
    {
        var result = await Store.CommitAsync(commit);
        Assert.Equal(CommitStatus.Committed, result.Status);
        return result;
    }

    /// <summary>Records with lists in them compare by reference: here, member by member.</summary>
    private static void AssertSame(QosSession? expected, QosSession? actual)
    {
        Assert.Equivalent(expected, actual, strict: true);
        Assert.Equal(expected?.Terms.Sink?.Url.OriginalString, actual?.Terms.Sink?.Url.OriginalString);
    }
}

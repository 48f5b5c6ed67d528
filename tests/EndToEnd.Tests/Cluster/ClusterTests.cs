using System.Net;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>Whatever dies, freezes or is replaced, under load: what was acknowledged stays true, and the service comes back. Members talk to each other
/// encrypted; those of other tests do not, nor do these with QOD_TEST_CLEARTEXT=1.</summary>
[Collection<Alone>]
public sealed class ClusterTests(ClusterTests.TestedCluster cluster) : IClassFixture<ClusterTests.TestedCluster>
{
    /// <summary>A killed silo's connections break: the others declare it dead after about two seconds.</summary>
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    /// <summary>A frozen one's stay open, and it is spared for 4.5 s.</summary>
    private static readonly TimeSpan AfterFreeze = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LatestEnd = AfterFreeze + TimeSpan.FromSeconds(5);

    /// <summary>60 s in full; long enough to be declared dead by default.</summary>
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("QOD_TEST_FREEZE_SECONDS"), out var seconds) ? seconds : 15);

    [Fact]
    public async Task A_session_made_through_one_gateway_is_read_extended_and_deleted_through_another()
    {
        await cluster.HaveSilosAsync(2);
        var (one, other) = (cluster.Clients[0], cluster.Clients[1]);

        var made = await one.CreateAsync("+34600000001", 600);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var id = made["sessionId"]!;
        Assert.Equal("AVAILABLE", (await other.GetAsync(id))["qosStatus"]);
        Assert.Equal(660, (await other.ExtendAsync(id, 60)).Number("duration"));
        Assert.Equal(660, (await one.GetAsync(id)).Number("duration"));
        Assert.Equal(HttpStatusCode.NoContent, (await other.DeleteAsync(id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await one.GetAsync(id)).Status);
        Assert.Equal(HttpStatusCode.Created, (await other.CreateAsync("+34600000001", 600)).Status);
    }

    /// <summary>CloudEvents HTTP webhook 2.2. The silo that is asked tells the others; one that dies leaves what it knew in the outbox.</summary>
    [Fact]
    public async Task A_sink_that_asks_one_silo_for_rest_gets_it_from_all_and_no_other_application_waits()
    {
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(3);
        using var other = await QodClient.AuthorizeAsync(cluster.Gateways[0].Address, "other-app-id", "other-app-secret");
        sink.NeedRest(seconds: 5);
        var first = (await cluster.Clients[0].CreateAsync(PhoneNumber.Next(), 600, sink.Url))["sessionId"]!;
        var asked = (await Poll.UntilAsync(() => Task.FromResult(sink.Of(first)), arrived => arrived.Count > 0, TimeSpan.FromSeconds(10), "the first event"))[0].At;

        // Sessions of every silo. Each has heard of it within a second.
        await Poll.ClockReachesAsync(asked + TimeSpan.FromSeconds(1));
        var made = await Task.WhenAll(Enumerable.Range(0, 24).Select(n => cluster.Clients[n % cluster.Clients.Count].CreateAsync(PhoneNumber.Next(), 600, sink.Url)));
        var free = (await other.CreateAsync(PhoneNumber.Next(), 600, sink.Url))["sessionId"]!;
        foreach (var id in made.Select(answer => answer["sessionId"]!).Append(first).Append(free)) cluster.Known[id] = true;
        await sink.ToldAsync(free, TimeSpan.FromSeconds(10), "AVAILABLE");
        Assert.InRange(sink.Of(free)[0].At - asked, TimeSpan.Zero, TimeSpan.FromSeconds(4.5));

        foreach (var id in made.Select(answer => answer["sessionId"]!))
        {
            await sink.ToldAsync(id, TimeSpan.FromSeconds(20), "AVAILABLE");
            // Clocks are the same here, but a Retry-After counts from when its answer has come.
            Assert.True(sink.Of(id)[0].At - asked >= TimeSpan.FromSeconds(4.9), $"{id} was told after {sink.Of(id)[0].At - asked}");
        }
        Assert.Equal(2, sink.Of(first).Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    public async Task Kill_of_a_silo_loses_nothing_and_its_sessions_answer_again_soon(int silos)
    {
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(silos);
        var held = await HoldAsync(60);
        await using var load = await SteadyLoad.StartAsync(cluster, sink);

        cluster.Silos[^1].Process.Kill();
        var killed = TimeProvider.System.GetTimestamp();
        await ExtendAllAsync(held);
        Assert.InRange(TimeProvider.System.GetElapsedTime(killed), TimeSpan.Zero, AfterKill);

        await load.GoesOnAsync(50, TimeSpan.FromSeconds(20));
        await load.StopAsync();
        await load.VerifyAsync(LatestEnd);
    }

    [Fact]
    public async Task A_silo_that_froze_and_comes_back_changes_nothing_behind_the_others_backs()
    {
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(3);
        var held = await HoldAsync(60);
        // Their operator answers after five seconds, to a silo that sleeps by then: its answer must not undo what happens meanwhile.
        var slow = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => cluster.Clients[0].CreateAsync($"+3462000{n:000}9007")));
        await using var load = await SteadyLoad.StartAsync(cluster, sink, enough: 30);

        var sleeper = cluster.Silos[^1].Process;
        sleeper.Freeze();
        var started = TimeProvider.System.GetTimestamp();
        await ExtendAllAsync(held);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, AfterFreeze);
        var thaw = Frozen - TimeProvider.System.GetElapsedTime(started);
        if (thaw > TimeSpan.Zero) await Task.Delay(thaw, TimeProvider.System);
        foreach (var session in slow) await cluster.Clients[0].StatusAsync(session["sessionId"]!, "AVAILABLE", TimeSpan.FromSeconds(60));
        sleeper.Thaw();

        // It learns that it was declared dead, and goes.
        Assert.NotEqual(0, await sleeper.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("was changed elsewhere", sleeper.Output, StringComparison.Ordinal);
        await load.GoesOnAsync(30, TimeSpan.FromSeconds(20));
        await load.StopAsync();
        await load.VerifyAsync(LatestEnd);
        foreach (var session in slow) Assert.Equal("AVAILABLE", (await cluster.Clients[1].GetAsync(session["sessionId"]!))["qosStatus"]);
    }

    [Fact]
    public async Task A_rolling_restart_of_all_silos_fails_no_request()
    {
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(3);
        await using var load = await SteadyLoad.StartAsync(cluster, sink, applications: 4, enough: 50);

        foreach (var silo in cluster.Silos)
        {
            silo.Process.Terminate();
            Assert.Equal(0, await silo.Process.ExitAsync(TimeSpan.FromSeconds(60)));
            await silo.StartAsync();
            await load.GoesOnAsync(20, TimeSpan.FromSeconds(20));
        }

        await load.StopAsync();
        Assert.Empty(load.Failures);
        await load.VerifyAsync(LatestEnd);
    }

    [Fact]
    public async Task A_restart_of_Postgres_under_load_loses_nothing_and_service_resumes()
    {
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(3);
        await using var load = await SteadyLoad.StartAsync(cluster, sink);

        await cluster.Server.StopImmediateAsync();
        await cluster.Server.RestartAsync();
        await load.GoesOnAsync(1, TimeSpan.FromSeconds(2));
        await load.GoesOnAsync(50, TimeSpan.FromSeconds(20));

        await load.StopAsync();
        Assert.All(cluster.Silos, silo => Assert.True(silo.Process.IsRunning, silo.Process.Output));
        await load.VerifyAsync(LatestEnd);
    }

    /// <summary>The steps of docs/operations.md. The files are the same for all, as from a secret.</summary>
    [Fact]
    public async Task A_new_certificate_of_a_new_authority_takes_over_under_load_and_fails_no_request()
    {
        Assert.SkipWhen(cluster.Authority is null, "the cluster is not encrypted");
        await using var sink = await EventSink.StartAsync();
        await cluster.HaveSilosAsync(3);
        var (former, successor) = (cluster.Authority!, new TestAuthority(TimeProvider.System));
        await using var load = await SteadyLoad.StartAsync(cluster, sink, applications: 4, enough: 50);

        await InUseEverywhereAsync(() => cluster.TlsFiles.Write(former, successor));
        await InUseEverywhereAsync(() => cluster.TlsFiles.Write(successor.Issue()));
        await InUseEverywhereAsync(() => cluster.TlsFiles.Write(successor));

        // Its successor is connected to everybody anew.
        var silo = cluster.Silos[0];
        silo.Process.Terminate();
        Assert.Equal(0, await silo.Process.ExitAsync(TimeSpan.FromSeconds(60)));
        await silo.StartAsync();
        await load.GoesOnAsync(20, TimeSpan.FromSeconds(20));
        foreach (var port in silo.Ports) Assert.Empty(await SiloPort.ReadAsync(port, former.Issue()));

        await load.StopAsync();
        Assert.Empty(load.Failures);
        await load.VerifyAsync(LatestEnd);

        // As it was, for the tests after this one.
        await InUseEverywhereAsync(() => cluster.TlsFiles.Write(former, successor));
        await InUseEverywhereAsync(() => cluster.TlsFiles.Write(former.Issue()));
    }

    [Fact]
    public async Task A_program_that_is_no_member_neither_joins_nor_connects()
    {
        Assert.SkipWhen(cluster.Authority is null, "the cluster is not encrypted");
        await cluster.HaveSilosAsync(2);
        using var folder = new TemporaryFolder();
        var stranger = new TestAuthority(TimeProvider.System);
        var foreign = SettingsOf("foreign", stranger.Issue(), stranger);
        var expired = SettingsOf("expired", cluster.Authority!.Issue(to: TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1)), cluster.Authority);
        var none = foreign.Keys.ToDictionary(key => key, _ => "");

        var silos = new[] { none, foreign }.Select(settings => cluster.StartStranger(isSilo: true, settings)).ToArray();
        var gateways = new[] { none, foreign }.Select(settings => cluster.StartStranger(isSilo: false, settings)).ToArray();
        var late = new[] { true, false }.Select(isSilo => cluster.StartStranger(isSilo, expired)).ToArray();
        try
        {
            // They say themselves what is wrong.
            foreach (var one in late)
            {
                Assert.NotEqual(0, await one.Process.ExitAsync(TimeSpan.FromSeconds(30)));
                Assert.Contains("NotTimeValid", one.Process.Output, StringComparison.Ordinal);
            }
            using var http = new HttpClient();
            foreach (var gateway in gateways)
            {
                await SaysAsync(gateway, "No silo can be reached");
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri(gateway.Address, "health/ready"))).StatusCode);
            }
            foreach (var silo in silos)
            {
                // All active members must answer whoever wants to join.
                await SaysAsync(silo, "Failed to get ping responses");
                Assert.DoesNotContain("ready http", silo.Process.Output, StringComparison.Ordinal);
            }
            Assert.Equal(["silo-1", "silo-2"], await cluster.ListAsync("select name from qod.silos where status = 3 order by name"));
        }
        finally
        {
            await Task.WhenAll(silos.Concat(gateways).Concat(late).Select(one => one.KillAsync()));
        }

        static Task SaysAsync(RealCluster.Member member, string what) => Poll.UntilAsync(
            () => Task.FromResult(member.Process.Output), output => output.Contains(what, StringComparison.Ordinal), TimeSpan.FromSeconds(60), what);

        Dictionary<string, string> SettingsOf(string name, (string Certificate, string Key) pair, TestAuthority authority)
        {
            var files = new ClusterTlsFiles(Path.Combine(folder.Path, name));
            files.Write(pair);
            files.Write(authority);
            return RealCluster.TlsSettings(files);
        }
    }

    [Fact]
    public async Task Who_is_no_member_reads_no_byte_at_a_silos_ports()
    {
        Assert.SkipWhen(cluster.Authority is null, "the cluster is not encrypted");
        await cluster.HaveSilosAsync(2);
        (string, string)? foreign = new TestAuthority(TimeProvider.System).Issue();
        (string, string)? expired = cluster.Authority!.Issue(to: TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1));

        // To another silo, a silo says at once who it is; to a gateway, once that has spoken.
        await using (var stream = await SiloPort.ConnectAsync(cluster.Silos[0].Ports[0], cluster.Authority!.Issue()))
            Assert.Equal(1, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        await Task.WhenAll(cluster.Silos[0].Ports.Select(async port =>
        {
            foreach (var pair in new[] { null, foreign, expired }) Assert.Empty(await SiloPort.ReadAsync(port, pair));
            // Not a byte of Orleans's, but TLS itself says that this is none.
            Assert.Equal(SiloPort.TlsAlert, (await SiloPort.ReadClearAsync(port, "hello, silo"u8.ToArray())).FirstOrDefault(SiloPort.TlsAlert));
            Assert.Empty(await SiloPort.ReadClearAsync(port, []));
        }));
    }

    /// <summary>Waits until every process has said that it uses the changed files.</summary>
    private async Task InUseEverywhereAsync(Action change)
    {
        var members = cluster.Silos.Concat(cluster.Gateways).ToArray();
        var before = members.Select(Uses).ToArray();
        change();
        for (var n = 0; n < members.Length; n++)
            await Poll.UntilAsync(() => Task.FromResult(Uses(members[n])), uses => uses > before[n], TimeSpan.FromSeconds(20), "the changed files are in use");

        static int Uses(RealCluster.Member member) => member.Process.Output.Split("is in use for new connections").Length - 1;
    }

    /// <summary>Sessions that are spread over all silos.</summary>
    private async Task<string[]> HoldAsync(int count)
    {
        var made = await Task.WhenAll(Enumerable.Range(0, count).Select(n => cluster.Clients[n % cluster.Clients.Count].CreateAsync(PhoneNumber.Next())));
        Assert.All(made, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        foreach (var answer in made) cluster.Known[answer["sessionId"]!] = true;
        foreach (var answer in made) await cluster.Clients[0].ExtendAsync(answer["sessionId"]!, 1);
        return [.. made.Select(answer => answer["sessionId"]!)];
    }

    /// <summary>Asks each grain for a change until it grants it, all at once.</summary>
    private async Task ExtendAllAsync(string[] sessions) => await Task.WhenAll(sessions.Select((session, n) => Poll.UntilAsync(
        () => cluster.Clients[n % cluster.Clients.Count].ExtendAsync(session, 1), answer => answer.Status == HttpStatusCode.OK, TimeSpan.FromSeconds(30), session)));

    public sealed class TestedCluster : RealCluster
    {
        public TestedCluster() =>
            Authority = Environment.GetEnvironmentVariable("QOD_TEST_CLEARTEXT") == "1" ? null : new TestAuthority(TimeProvider.System);
    }
}

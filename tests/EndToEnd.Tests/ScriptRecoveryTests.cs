using System.Net;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

/// <summary><c>./qod up</c> after an end of every kind.</summary>
public sealed class ScriptRecoveryTests
{
    [Fact]
    public async Task Up_finds_its_sessions_again()
    {
        using var folder = new TemporaryFolder();
        await using (var up = await UpScript.StartAsync(folder.Path)) await up.CreateAsync(HttpStatusCode.Created);
        await using (var up = await UpScript.StartAsync(folder.Path)) await up.CreateAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Up_ends_badly_and_stops_its_server_when_the_host_is_killed()
    {
        using var folder = new TemporaryFolder();
        await using var up = await UpScript.StartAsync(folder.Path);
        var server = up.ServerId!.Value;

        ChildProcess.Kill(up.HostId);

        Assert.NotEqual(0, await up.ExitAsync());
        Assert.False(UpScript.Runs(server), "the database server still runs");
    }

    [Fact]
    public async Task Up_takes_over_what_a_killed_script_left_running()
    {
        using var folder = new TemporaryFolder();
        await using var killed = await UpScript.StartAsync(folder.Path);
        await killed.CreateAsync(HttpStatusCode.Created);
        var host = killed.HostId;
        killed.Kill();
        await killed.ExitAsync();

        await using var up = await UpScript.StartAsync(folder.Path, killed.Port);

        Assert.False(UpScript.Runs(host), "the first host still runs");
        await up.CreateAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Up_recovers_from_a_kill_of_script_host_and_database_at_once()
    {
        using var folder = new TemporaryFolder();
        await using var killed = await UpScript.StartAsync(folder.Path);
        await killed.CreateAsync(HttpStatusCode.Created);
        var (host, server) = (killed.HostId, killed.ServerId!.Value);
        killed.Kill();
        ChildProcess.Kill(server);
        ChildProcess.Kill(host);
        await killed.ExitAsync();

        await using var up = await UpScript.StartAsync(folder.Path);

        await up.CreateAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Down_stops_a_running_up_and_what_a_killed_one_left()
    {
        using var folder = new TemporaryFolder();
        await using (var up = await UpScript.StartAsync(folder.Path))
        {
            await DownAsync(folder.Path);
            Assert.Equal(0, await up.ExitAsync());
        }

        await using var killed = await UpScript.StartAsync(folder.Path);
        var (host, server) = (killed.HostId, killed.ServerId!.Value);
        killed.Kill();
        await killed.ExitAsync();
        await DownAsync(folder.Path);
        Assert.False(UpScript.Runs(host), "the host still runs");
        Assert.False(UpScript.Runs(server), "the database server still runs");

        Assert.Contains("nothing was running", await DownAsync(folder.Path), StringComparison.Ordinal);
    }

    private static Task<string> DownAsync(string data) => ChildProcess.RunAsync(Repository.Script, ["down", "--data", data]);
}

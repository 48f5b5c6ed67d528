using System.Net;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

/// <summary><c>./qod</c> as users and their supervisors treat it.</summary>
public sealed class ScriptTests
{
    [Fact]
    public async Task Up_says_ready_once_and_SIGTERM_stops_everything_it_started()
    {
        using var folder = new TemporaryFolder();
        await using var up = await UpScript.StartAsync(folder.Path);
        await up.CreateAsync(HttpStatusCode.Created);
        var (host, server) = (up.HostId, up.ServerId!.Value);

        up.Terminate();

        Assert.Equal(0, await up.ExitAsync());
        Assert.Single(up.Output.Split('\n'), line => line.StartsWith("ready ", StringComparison.Ordinal));
        Assert.False(UpScript.Runs(host), "the host still runs");
        Assert.False(UpScript.Runs(server), "the database server still runs");
    }

    [Fact]
    public async Task Two_data_folders_serve_side_by_side_and_one_serves_once()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        await using var one = await UpScript.StartAsync(first.Path);
        await using var two = await UpScript.StartAsync(second.Path);
        await one.CreateAsync(HttpStatusCode.Created);
        await two.CreateAsync(HttpStatusCode.Created);

        await using var again = UpScript.Launch(first.Path, LoopbackPort.Free());

        Assert.Equal(1, await again.ExitAsync());
        Assert.Contains("./qod down stops it", again.Output, StringComparison.Ordinal);
        await one.CreateAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Up_with_the_memory_store_needs_no_database()
    {
        using var folder = new TemporaryFolder();
        await using var up = await UpScript.StartAsync(folder.Path, port: null, "--store", "memory");

        await up.CreateAsync(HttpStatusCode.Created);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "postgres")), "a database was made");
    }

    [Fact]
    public async Task Migrate_applies_the_schema_and_may_be_repeated()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["QOD_POSTGRES"] = "" };
        await ChildProcess.RunAsync(Repository.Script, ["migrate", "--data", folder.Path], environment);
        await ChildProcess.RunAsync(Repository.Script, ["migrate", "--data", folder.Path], environment);
        await using var up = await UpScript.StartAsync(folder.Path);
        await up.CreateAsync(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("cluster", "--silos", "none")]
    [InlineData("cluster", "--gateways", "0")]
    [InlineData("fly")]
    [InlineData("up", "--port", "eighty")]
    [InlineData("up", "--port", "70000")]
    [InlineData("up", "--port")]
    [InlineData("up", "--store", "paper")]
    [InlineData("up", "--mode", "careless")]
    [InlineData("up", "--colour", "red")]
    [InlineData("down", "now")]
    [InlineData("secret", "s3cret")]
    [InlineData("simulate", "--seeds", "many")]
    [InlineData("simulate", "--seeds", "0")]
    public async Task Wrong_usage_ends_with_2_and_says_why(params string[] arguments)
    {
        await using var script = ChildProcess.Start(Repository.Script, arguments);
        Assert.Equal(2, await script.ExitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith("qod: ", script.Output, StringComparison.Ordinal);
    }
}

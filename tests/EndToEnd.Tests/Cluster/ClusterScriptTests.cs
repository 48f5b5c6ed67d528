using System.Globalization;
using System.Net;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary><c>./qod cluster</c>, as a newcomer uses it.</summary>
public sealed class ClusterScriptTests
{
    /// <summary>Includes a first build for release.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Cluster_starts_what_was_asked_for_survives_the_death_of_a_silo_and_stops_all_on_SIGTERM()
    {
        Assert.SkipWhen(PrivatePostgres.WhyNone is not null, PrivatePostgres.WhyNone ?? "");
        using var folder = new TemporaryFolder();
        var port = LoopbackPort.Free();
        await using var script = Start(folder, port, "--silos", "2", "--gateways", "1");
        var first = IdOf(await script.LineAsync("silo 1 pid ", StartsWithin));
        var second = IdOf(await script.LineAsync("silo 2 pid ", StartsWithin));
        var gatewayLine = await script.LineAsync("gateway 1 pid ", StartsWithin);
        Assert.EndsWith($" http://127.0.0.1:{port}", gatewayLine, StringComparison.Ordinal);
        Assert.Equal($"ready http://127.0.0.1:{port}", await script.LineAsync("ready ", StartsWithin));

        using var client = new QodClient(new Uri($"http://127.0.0.1:{port}"), "mock_sandbox_access_token");
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => client.CreateAsync($"+346000001{n:00}")));
        Assert.All(made, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        ChildProcess.Kill(second);
        foreach (var answer in made) Assert.Equal("AVAILABLE", (await client.GetAsync(answer["sessionId"]!))["qosStatus"]);
        await Poll.UntilAsync(() => client.CreateAsync("+34600000201"), answer => answer.Status == HttpStatusCode.Created, TimeSpan.FromSeconds(20), "a create");

        script.Terminate();
        Assert.Equal(0, await script.ExitAsync(TimeSpan.FromMinutes(2)));
        Assert.All([first, IdOf(gatewayLine)], id => Assert.False(Directory.Exists($"/proc/{id}"), script.Output));
    }

    [Fact]
    public async Task Cluster_with_tls_makes_certificates_and_uses_them()
    {
        Assert.SkipWhen(PrivatePostgres.WhyNone is not null, PrivatePostgres.WhyNone ?? "");
        using var folder = new TemporaryFolder();
        var port = LoopbackPort.Free();
        await using var script = Start(folder, port, "--tls", "--silos", "1");
        await script.LineAsync("ready ", StartsWithin);

        using var client = new QodClient(new Uri($"http://127.0.0.1:{port}"), "mock_sandbox_access_token");
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34600000201")).Status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "tls", "tls.key")));
        foreach (var member in new[] { "silo-1", "gateway-1" })
            Assert.Contains("is in use for new connections", await File.ReadAllTextAsync(Path.Combine(folder.Path, "log", $"{member}.log")), StringComparison.Ordinal);
    }

    private static ChildProcess Start(TemporaryFolder folder, int port, params string[] options) => ChildProcess.Start(
        Repository.Script,
        ["cluster", .. options, "--port", port.ToString(CultureInfo.InvariantCulture), "--data", folder.Path],
        new Dictionary<string, string> { ["QOD_POSTGRES"] = "" });

    private static int IdOf(string line) => int.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture);
}

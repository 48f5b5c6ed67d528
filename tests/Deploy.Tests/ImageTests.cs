using System.Text.RegularExpressions;

namespace QodOrleans.Deploy.Tests;

/// <summary>The images against the manifests that run them and the projects that they are made of.</summary>
public sealed partial class ImageTests
{
    private static readonly string Dockerfile = Repository.Read("deploy", "docker", "Dockerfile");

    /// <summary>Stages by their names, with the stage or image that each begins with.</summary>
    private static readonly Dictionary<string, (string From, string Text)> Stages =
        Stage().Matches(Dockerfile).ToDictionary(match => match.Groups[2].Value, match => (match.Groups[1].Value, match.Groups[3].Value));

    [Theory]
    [InlineData("gateway", "Gateway")]
    [InlineData("silo", "Silo")]
    public void A_target_runs_the_program_that_its_stage_has_built(string target, string project)
    {
        Assert.Contains($"dotnet publish src/{project} ", Stages[$"build-{target}"].Text, StringComparison.Ordinal);
        Assert.Contains($"COPY --from=build-{target} /out .", Stages[target].Text, StringComparison.Ordinal);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"QodOrleans.{project}.dll\"]", Stages[target].Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Repository.At("src", project, $"{project}.csproj")));
        Assert.Equal("runtime", Stages[target].From);
        Assert.DoesNotContain("USER", Stages[target].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_run_on_the_runtime_alone_and_not_as_root()
    {
        var version = TargetFramework().Match(Repository.Read("Directory.Build.props")).Groups[1].Value;
        Assert.Equal($"mcr.microsoft.com/dotnet/aspnet:{version}-noble-chiseled", Stages["runtime"].From);
        Assert.Equal($"mcr.microsoft.com/dotnet/sdk:{version}-noble", Stages["source"].From);
        Assert.Contains("USER $APP_UID", Stages["runtime"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_image_of_a_workload_is_a_target_with_its_ports_and_the_version_of_the_programs()
    {
        var version = Version().Match(Repository.Read("Directory.Build.props")).Groups[1].Value;
        var ours = Manifests.Workloads.Where(workload => workload.File.StartsWith("base", StringComparison.Ordinal)).ToArray();
        Assert.All(ours, workload =>
        {
            var image = (string)workload.Container["image"]!;
            Assert.StartsWith("qod-", image, StringComparison.Ordinal);
            var exposed = Exposed().Match(Stages[image["qod-".Length..]].Text).Groups[1].Value.Split(' ').Select(port => int.Parse(port, provider: null));
            if (workload.Container["ports"] is { } ports) Assert.Equal(exposed, ports.AsArray().Select(port => (int)port!["containerPort"]!));

            foreach (var file in Manifests.Kustomizations)
            {
                var tag = (string)Manifests.Parse(File.ReadAllText(file))["images"]!.AsArray().Single(entry => (string)entry!["name"]! == image)!["newTag"]!;
                Assert.Equal(file.StartsWith(Manifests.Base, StringComparison.Ordinal) ? version : "development", tag);
            }
        });
    }

    [Fact]
    public void The_job_migrates()
    {
        var job = Manifests.The("Job", "qod-migrate");
        Assert.Equal("qod-silo", (string)job.Container["image"]!);
        var verb = Assert.Single(job.Container["args"]!.AsArray())!;
        Assert.Contains($"args is [\"{verb}\", ..]", Repository.Read("src", "Silo", "Program.cs"), StringComparison.Ordinal);
        Assert.Contains("/data", job.Container["volumeMounts"]!.AsArray().Select(mount => (string)mount!["mountPath"]!));
        Assert.Contains("Qod__Data=/data", Stages["silo"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_build_is_sent_the_source_and_nothing_else()
    {
        var lines = Repository.Read("deploy", "docker", "Dockerfile.dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).ToArray();
        var sent = lines.Where(line => line.StartsWith('!')).Select(line => line[1..]).ToArray();

        Assert.Equal("*", lines[0]);
        Assert.All(sent, path => Assert.True(Path.Exists(Repository.At(path)), $"{path} is not there"));
        // What decides over a build from the root: left out, an image would be built by other rules than the tests.
        Assert.Equal(
            [".editorconfig", "BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "global.json", "src"], sent.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^FROM (\S+) AS (\S+)\n((?:(?!FROM ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Stage();

    [GeneratedRegex(@"<TargetFramework>net([\d.]+)<")]
    private static partial Regex TargetFramework();

    [GeneratedRegex(@"<Version>([\d.]+)<")]
    private static partial Regex Version();

    [GeneratedRegex(@"EXPOSE ([\d ]+)")]
    private static partial Regex Exposed();
}

using System.Text.RegularExpressions;
using QodOrleans.Deploy.Tests;

namespace QodOrleans.Grains.Tests;

/// <summary>The grains of sessions and devices hold nothing that a test without Orleans would miss: whatever waits is <c>src/Engine</c>'s, where it can
/// be simulated.</summary>
public sealed partial class ShellTests
{
    [Theory]
    [InlineData("Sessions", "QosSessionGrain.cs", "SessionProcess process", 1)]
    [InlineData("Devices", "DeviceGrain.cs", "DeviceAdmission admission", 0)]
    public void Every_await_of_a_grain_is_on_the_engine(string folder, string file, string engine, int awaits)
    {
        var source = Comment().Replace(Repository.Read("src", "Grains", folder, file), "");
        Assert.Contains($"private readonly {engine};", source, StringComparison.Ordinal);

        var name = engine.Split(' ')[1];
        var awaited = Await().Matches(source).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(Enumerable.Repeat(name, awaits), awaited);
        Assert.DoesNotMatch(Elsewhere(), source);
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bawait\s+(?:using\s+|foreach\s*\()?(\w*)")]
    private static partial Regex Await();

    /// <summary>Other ways to go on later.</summary>
    [GeneratedRegex(@"ContinueWith|Task\.Run|Task\.Factory|RegisterTimer|RegisterGrainTimer|ThreadPool|GetAwaiter|OnCompleted")]
    private static partial Regex Elsewhere();
}

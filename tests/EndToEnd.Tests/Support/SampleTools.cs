namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>What the samples of each language need around them.</summary>
public sealed class SampleTools : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, Task<string?>> reasons = [];
    private Task<string?>? javaClasses;

    public static string Samples { get; } = Path.Combine(AppContext.BaseDirectory, "Samples");

    private static string Sdk { get; } = Path.Combine(Repository.Root, "sdk");

    private static string SampleApps { get; } = Path.Combine(
        Repository.Root, "artifacts", "bin", "SampleApps", new DirectoryInfo(AppContext.BaseDirectory).Name, "QodOrleans.SampleApps.dll");

    /// <summary>Java's class path: the SDK with its tests, the samples, and org.json as far as they use it.</summary>
    private string Classes => Path.Combine(folder.Path, "classes");

    public void Dispose() => folder.Dispose();

    /// <summary>Starts a sample, or skips the test where its language is missing.</summary>
    /// <param name="sample">A file of Samples without what says its language.</param>
    internal async Task<ChildProcess> StartAsync(Service service, string sample, Language language, params string[] arguments)
    {
        await RequireAsync(language);
        var environment = new Dictionary<string, string>
        {
            ["OPENGATEWAY_BASE_URL"] = service.Address.GetLeftPart(UriPartial.Authority), ["OPENGATEWAY_REDIRECT_URI"] = service.Callback,
        };
        switch (language)
        {
            case Language.JavaScript:
                return ChildProcess.Start("node", [Install($"{sample}.mjs"), .. arguments], environment);
            case Language.Python:
                environment["PYTHONPATH"] = Path.Combine(Sdk, "python");
                environment["PYTHONUNBUFFERED"] = "1";
                environment["PYTHONDONTWRITEBYTECODE"] = "1";
                if (!await ChildProcess.CanRunAsync("python3", "-c", "import requests, flask")) environment["PYTHONPATH"] += $":{Path.Combine(Samples, "shim")}";
                return ChildProcess.Start("python3", [Path.Combine(Samples, $"{sample}.py"), .. arguments], environment);
            case Language.Java:
                // backend_sdk.java holds the class BackendSdk.
                var program = string.Concat(sample.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
                return ChildProcess.Start("java", ["-cp", Classes, program, .. arguments], environment);
            case Language.CSharp:
                return ChildProcess.Start("dotnet", [SampleApps, sample, .. arguments], environment);
            default:
                throw new ArgumentOutOfRangeException(nameof(language));
        }
    }

    /// <summary>Runs the tests that an SDK has of its own.</summary>
    internal async Task<string> RunOwnTestsAsync(Language language)
    {
        await RequireAsync(language);
        return language switch
        {
            Language.JavaScript => await ChildProcess.RunAsync("node", ["--test", Path.Combine(Sdk, "node", "test")]),
            Language.Python => await ChildProcess.RunAsync("python3", ["-B", "-m", "unittest", "discover", "-s", Path.Combine(Sdk, "python", "tests")]),
            Language.Java => await ChildProcess.RunAsync("java", ["-cp", Classes, "aggregator.opengatewaysdk.SdkTest", Sdk]),
            _ => throw new ArgumentOutOfRangeException(nameof(language)),
        };
    }

    private async Task RequireAsync(Language language)
    {
        var why = language switch
        {
            Language.JavaScript => await WhyNotAsync("node", "--version"),
            Language.Python => await WhyNotAsync("python3", "--version"),
            Language.Java => await (javaClasses ??= CompileJavaAsync()),
            _ => null,
        };
        Assert.SkipWhen(why is not null, why ?? "");
    }

    private Task<string?> WhyNotAsync(string program, params string[] question)
    {
        if (!reasons.TryGetValue(program, out var reason)) reasons[program] = reason = AskAsync();
        return reason;

        async Task<string?> AskAsync() => await ChildProcess.CanRunAsync(program, question) ? null : $"there is no {program} on this machine, or an old one";
    }

    private async Task<string?> CompileJavaAsync()
    {
        if (await WhyNotAsync("javac", "--release", "17", "--version") is { } why) return $"{why}: a JDK of version 17 or later is needed";
        string[] folders = [Path.Combine(Sdk, "java", "src"), Path.Combine(Sdk, "java", "test"), Path.Combine(Samples, "shim", "java")];
        var sources = folders.SelectMany(from => Directory.GetFiles(from, "*.java", SearchOption.AllDirectories)).Concat(Directory.GetFiles(Samples, "*.java"));
        await ChildProcess.RunAsync("javac", ["-Xlint:all,-serial", "-Werror", "--release", "17", "-d", Classes, .. sources]);
        return null;
    }

    /// <summary>A folder with the sample and its packages, as npm would make it: links to the SDK under the two names that the samples import.</summary>
    private string Install(string sample)
    {
        var modules = Path.Combine(folder.Path, "node_modules");
        if (!Directory.Exists(modules))
        {
            Directory.CreateDirectory(Path.Combine(modules, "@telefonica"));
            Directory.CreateSymbolicLink(Path.Combine(modules, "aggregator"), Path.Combine(Sdk, "node"));
            Directory.CreateSymbolicLink(Path.Combine(modules, "@telefonica", "opengateway-sandbox-sdk"), Path.Combine(Sdk, "node"));
            Directory.CreateSymbolicLink(Path.Combine(modules, "express"), Path.Combine(Samples, "shim", "express"));
        }
        var installed = Path.Combine(folder.Path, sample);
        File.Copy(Path.Combine(Samples, sample), installed, overwrite: true);
        return installed;
    }
}

public enum Language
{
    JavaScript,
    Python,
    Java,
    CSharp,
}

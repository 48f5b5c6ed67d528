namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>Where the programs under test are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Script { get; } = Path.Combine(Root, "qod");

    /// <summary>Of the same configuration, debug or release, as these tests.</summary>
    public static string SiloDll { get; } = DllOf("Silo");

    /// <inheritdoc cref="SiloDll" />
    public static string GatewayDll { get; } = DllOf("Gateway");

    private static string DllOf(string project) => Path.Combine(
        Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name, $"QodOrleans.{project}.dll");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "QodOrleans.sln"))) return folder.FullName;
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("qod-e2e-").FullName;

    public TemporaryFolder()
    {
        // The database server's user, another one when the tests run as root, must be able to pass.
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

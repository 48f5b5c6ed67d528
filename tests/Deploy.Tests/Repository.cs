namespace QodOrleans.Deploy.Tests;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    public static string Read(params string[] path) => File.ReadAllText(At(path));

    /// <summary>All of the programs' source as one text.</summary>
    public static string Source { get; } = string.Join('\n', Directory.EnumerateFiles(At("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "QodOrleans.sln"))) return folder.FullName;
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}

using Microsoft.Extensions.Configuration;

namespace QodOrleans.Standalone;

/// <summary>What the command line decides: <c>--port</c>, <c>--store</c>, <c>--data</c> and <c>--mode</c>, or the same keys under <c>Qod:</c>.</summary>
/// <param name="Port">On 127.0.0.1, default 8080; 0 takes a free one. <c>Qod:Listen</c> gives another address.</param>
/// <param name="Store"><c>postgres</c> (default) or <c>memory</c>.</param>
/// <param name="Data">Folder for the key file, default <c>.qod</c>.</param>
/// <param name="Mode"><c>sandbox</c> (default) or <c>production</c>.</param>
internal sealed record StandaloneSettings(string Listen, int Port, string Store, string Data, string Mode)
{
    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--port"] = "Qod:Port",
        ["--store"] = "Qod:Store",
        ["--data"] = "Qod:Data",
        ["--mode"] = "Qod:Mode",
    };

    public bool IsSandbox => Mode == "sandbox";

    public string Url => $"http://{Listen}:{Port}";

    /// <summary>Adds the command line and <c>QOD_POSTGRES</c> to the configuration, and reads what is in it.</summary>
    /// <exception cref="InvalidOperationException">A value is none of those allowed.</exception>
    public static StandaloneSettings Read(ConfigurationManager configuration, string[] args)
    {
        configuration.AddCommandLine([.. args.Where(arg => arg.StartsWith('-') || !IsVerb(arg))], Switches);
        if (configuration["QOD_POSTGRES"] is { Length: > 0 } connection)
            configuration.AddInMemoryCollection([new("Qod:Postgres:ConnectionString", connection)]);

        var settings = new StandaloneSettings(
            configuration["Qod:Listen"] ?? "127.0.0.1",
            configuration.GetValue("Qod:Port", 8080),
            OneOf(configuration, "Qod:Store", "postgres", "memory"),
            Path.GetFullPath(configuration["Qod:Data"] ?? ".qod"),
            OneOf(configuration, "Qod:Mode", "sandbox", "production"));

        // Rooms that read the configuration see what was decided, defaults included.
        configuration.AddInMemoryCollection(
        [
            new("Qod:Mode", settings.Mode),
            new("Qod:PublicUrl", configuration["Qod:PublicUrl"] ?? settings.Url),
        ]);
        return settings;
    }

    private static bool IsVerb(string arg) => arg == "migrate";

    private static string OneOf(ConfigurationManager configuration, string key, params string[] allowed)
    {
        var value = configuration[key] ?? allowed[0];
        return allowed.Contains(value)
            ? value
            : throw new InvalidOperationException($"{key} is '{value}'; it must be one of: {string.Join(", ", allowed)}.");
    }
}

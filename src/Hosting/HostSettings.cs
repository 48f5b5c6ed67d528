using Microsoft.Extensions.Configuration;

namespace QodOrleans.Hosting;

/// <summary>What the command line of a silo or gateway decides: <c>--listen</c>, <c>--port</c>, <c>--data</c> and <c>--mode</c>, or the same keys under
/// <c>Qod:</c>.</summary>
/// <param name="Listen">Address for HTTP, default 127.0.0.1.</param>
/// <param name="Port">For HTTP.</param>
/// <param name="Data">Folder for the key file where <c>Qod:Keys</c> does not hold the keys, and for what a silo remembers of its ports; default <c>.qod</c>.
/// All processes of a cluster need the same keys.</param>
/// <param name="Mode"><c>sandbox</c> (default) or <c>production</c>.</param>
public sealed record HostSettings(string Listen, int Port, string Data, string Mode)
{
    public bool IsSandbox => Mode == "sandbox";

    public string Url => $"http://{Listen}:{Port}";

    /// <summary>Adds the command line and the database's place to the configuration, and reads what is in it.</summary>
    /// <param name="more">Further switches, with their keys.</param>
    /// <exception cref="InvalidOperationException">A value is none of those allowed.</exception>
    public static HostSettings Read(ConfigurationManager configuration, string[] args, int defaultPort, IEnumerable<KeyValuePair<string, string>>? more = null)
    {
        configuration.AddCommandLine(args, new Dictionary<string, string>(more ?? [])
        {
            ["--listen"] = "Qod:Listen",
            ["--port"] = "Qod:Port",
            ["--data"] = "Qod:Data",
            ["--mode"] = "Qod:Mode",
        });
        var data = Path.GetFullPath(configuration["Qod:Data"] ?? ".qod");
        if (ConnectionOf(configuration, data) is { } connection) configuration.AddInMemoryCollection([new("Qod:Postgres:ConnectionString", connection)]);

        RetiredSettings.Refuse(configuration);
        var mode = configuration["Qod:Mode"] ?? "sandbox";
        if (mode is not ("sandbox" or "production"))
            throw new InvalidOperationException($"Qod:Mode is '{mode}'; it must be one of: sandbox, production.");
        var settings = new HostSettings(
            configuration["Qod:Listen"] ?? "127.0.0.1", configuration.GetValue("Qod:Port", defaultPort), data, mode);

        // Other projects that read the configuration then see the values in force, with defaults filled in.
        configuration.AddInMemoryCollection([new("Qod:Mode", settings.Mode), new("Qod:PublicUrl", configuration["Qod:PublicUrl"] ?? settings.Url)]);
        return settings;
    }

    /// <summary><c>QOD_POSTGRES</c>, else what is configured, else the private server of the data folder, which <c>./qod</c> names in a file there.</summary>
    private static string? ConnectionOf(ConfigurationManager configuration, string data)
    {
        if (configuration["QOD_POSTGRES"] is { Length: > 0 } connection) return connection;
        var file = Path.Combine(data, "database");
        return string.IsNullOrEmpty(configuration["Qod:Postgres:ConnectionString"]) && File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}

using System.Text.RegularExpressions;

namespace QodOrleans.Bench.Processes;

/// <summary>The programs of a checkout, built in Release.</summary>
/// <param name="Checkout">Its root.</param>
/// <param name="Up">The one that <c>./qod up</c> runs, with the arguments that make it serve everything.</param>
internal sealed partial record Programs(string Checkout, IReadOnlyList<string> Up, string Silo, string Gateway)
{
    /// <param name="checkout">Its root. What its <c>./qod up</c> runs is read from its own script: another checkout may have another program.</param>
    /// <exception cref="ArgumentException">It is no checkout, or has not been built.</exception>
    public static Programs In(DirectoryInfo checkout)
    {
        var script = Path.Combine(checkout.FullName, "qod");
        var text = File.Exists(script) ? File.ReadAllText(script) : "";
        if (Start().Match(text) is not { Success: true } start || Regex.Match(text, $@"^{start.Groups[1].Value}=\$root/(.+)$", RegexOptions.Multiline) is not { Success: true } up)
            throw new ArgumentException($"{checkout.FullName} is no checkout: its ./qod starts no program.");

        var arguments = start.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var programs = new Programs(checkout.FullName, [Path.Combine(checkout.FullName, up.Groups[1].Value), .. arguments], Dll("Silo"), Dll("Gateway"));
        return ((string[])[programs.Up[0], programs.Silo, programs.Gateway]).FirstOrDefault(dll => !File.Exists(dll)) is { } missing
            ? throw new ArgumentException($"{missing} is missing: build that checkout (dotnet build -c Release there).")
            : programs;

        string Dll(string project) => Path.Combine(checkout.FullName, "artifacts", "bin", project, "release", $"QodOrleans.{project}.dll");
    }

    /// <summary>The variable that names the program, and its arguments before the port.</summary>
    [GeneratedRegex("""start dotnet "\$(\w+)" ((?:--\w+ )*?)--port""")]
    private static partial Regex Start();
}

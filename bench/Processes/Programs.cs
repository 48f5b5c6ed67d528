namespace QodOrleans.Bench.Processes;

/// <summary>The programs of a checkout, built in Release.</summary>
/// <param name="Checkout">Its root.</param>
/// <param name="Up">The one that <c>./qod up</c> runs, with the arguments that make it serve everything.</param>
internal sealed record Programs(string Checkout, IReadOnlyList<string> Up, string Silo, string Gateway)
{
    /// <param name="checkout">Its root.</param>
    /// <exception cref="ArgumentException">It has not been built.</exception>
    public static Programs In(DirectoryInfo checkout)
    {
        var (standalone, silo, gateway) = (Dll("Standalone"), Dll("Silo"), Dll("Gateway"));
        if (!File.Exists(silo) || !File.Exists(gateway))
            throw new ArgumentException($"{checkout.FullName} has no {silo} and {gateway}: it is no checkout, or not built (dotnet build -c Release there).");
        // Until a silo serves the API itself, a program of its own does.
        return new Programs(checkout.FullName, File.Exists(standalone) ? [standalone] : [silo, "--api"], silo, gateway);

        string Dll(string project) => Path.Combine(checkout.FullName, "artifacts", "bin", project, "release", $"QodOrleans.{project}.dll");
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace QodOrleans.Core.Tests;

/// <summary>Runs a property with a fixed seed, so that a build does not fail by chance. A failure prints the shrunk case and its seed.</summary>
/// <remarks><c>QOD_SEED=1234567,3</c> (an odd second number) replays another run; <c>QOD_PROPERTY_RUNS=100000</c> looks longer.</remarks>
internal static class Properties
{
    private const ulong Seed = 20_260_102, Gamma = 30_405;

    public static void Hold<T>(Arbitrary<T> cases, Action<T> property, int runs = 1_000)
    {
        var seed = Environment.GetEnvironmentVariable("QOD_SEED")?.Split(',').Select(ulong.Parse).ToArray() ?? [Seed, Gamma];
        if (Environment.GetEnvironmentVariable("QOD_PROPERTY_RUNS") is { } wanted) runs = int.Parse(wanted, System.Globalization.CultureInfo.InvariantCulture);
        var config = Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(new Replay(new Rnd(seed[0], seed[1]), null)).WithQuietOnSuccess(true);
        Check.One(config, Prop.ForAll(cases, property));
    }
}

namespace QodOrleans.Bench.Report;

/// <summary>A number with its unit, for example 5,000 "creates/s" or 12.5 "ms".</summary>
internal readonly record struct Quantity(double Number, string Unit)
{
    public static Quantity Milliseconds(TimeSpan duration) => new(duration.TotalMilliseconds, "ms");

    public static Quantity Seconds(TimeSpan duration) => new(duration.TotalSeconds, "s");

    public override string ToString() => $"{Text.Of(Number)} {Unit}";
}

/// <summary>What the measured value must reach, or must not exceed.</summary>
internal readonly record struct Goal(bool AtLeast, double Limit, string Unit)
{
    public static Goal RatioAtLeast(double limit) => new(true, limit, "");

    public static Goal RatioAtMost(double limit) => new(false, limit, "");

    public static Goal AtMost(double limit, string unit) => new(false, limit, unit);

    public bool IsMetBy(double value) => AtLeast ? value >= Limit : value <= Limit;

    public override string ToString() => $"{(AtLeast ? "≥" : "≤")} {Text.Of(Limit)} {Unit}".TrimEnd();
}

/// <summary>One line of the result.</summary>
/// <param name="Scenario">As it is named on the command line.</param>
/// <param name="What">What was measured, of what.</param>
/// <param name="Value">The median over the rounds.</param>
/// <param name="Rounds">The value of each round, in the unit of <paramref name="Value"/>.</param>
internal sealed record Measurement(string Scenario, string What, Quantity Value, IReadOnlyList<double> Rounds)
{
    /// <summary>What the value is compared with, measured in turns with it; null where the goal is absolute.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>About <see cref="Ratio"/> where there is a baseline, about <see cref="Value"/> where there is none; null for what is only told.</summary>
    public Goal? Goal { get; init; }

    /// <summary>What a reader must know to judge the number: percentiles, failures, what was counted.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public double? Ratio => Value.Number / Baseline?.Value.Number;

    public bool? Met => Goal?.IsMetBy(Ratio ?? Value.Number);
}

/// <param name="Name">For example <c>pgbench, 16 clients</c>.</param>
internal sealed record Baseline(string Name, Quantity Value, IReadOnlyList<double> Rounds);

namespace QodOrleans.Operators.Resilience;

/// <summary>What one process had of an operator, over some time.</summary>
/// <param name="Peak">The most calls that were under way or waiting at one time.</param>
/// <param name="Calls">Calls that were made; with retries one call.</param>
/// <param name="Unanswered">Those of them without an answer: unreachable or unknown.</param>
public readonly record struct OperatorUsage(int Peak, int Calls, int Unanswered);

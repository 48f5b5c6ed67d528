namespace QodOrleans.Grains.Operators;
internal static class OperatorGrain { public const string Storage = "operators"; }

using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Engine;

/// <summary>The line (subscription) that a 3-legged token stands for, as its operator identified it.</summary>
/// <param name="Device">Exactly one identifier: the phone number where the operator told it, else the address that it was identified by.
/// Personal data.</param>
public sealed record Line(OperatorId Operator, Device Device)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(Line)}({Operator})";
}

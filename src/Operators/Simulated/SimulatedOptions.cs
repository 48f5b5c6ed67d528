using QodOrleans.Core.Flows;

namespace QodOrleans.Operators.Simulated;

/// <summary>The <c>Simulated</c> section of an operator in <c>Qod:Operators</c>.</summary>
public sealed class SimulatedOptions
{
    /// <summary>How long every answer travels, zero to one minute. Default zero: answers are immediate. For load tests that want an operator
    /// as far away as a real one; what is asked takes effect at once, only the answer is late.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Whose line an address is. Default: nobody's in particular; a device is then known by its address. The narrowest match wins.</summary>
    public IReadOnlyList<SimulatedLine> Lines { get; set; } = [];
}

/// <summary>Addresses that all belong to one phone number.</summary>
public sealed class SimulatedLine
{
    /// <summary>IPv4 or IPv6, an address or a range in CIDR form.</summary>
    public string Network { get; set; } = "";

    /// <summary>E.164 with "+".</summary>
    public string PhoneNumber { get; set; } = "";

    internal bool TryRead(out AddressBlock block) =>
        OperatorsExtensions.TryParseNetwork(Network, out block) && PhoneNumber.Length is >= 6 and <= 16 && PhoneNumber[0] == '+'
        && !PhoneNumber.AsSpan(1).ContainsAnyExceptInRange('0', '9');
}

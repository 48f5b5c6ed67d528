namespace QodOrleans.Core.Flows;

/// <summary>An inclusive range of ports, 0 to 65535, <paramref name="From"/> not above <paramref name="To"/>.</summary>
public readonly record struct PortRange(int From, int To)
{
    public static readonly PortRange All = new(0, 65535);

    public bool Overlaps(PortRange other) => From <= other.To && other.From <= To;
}

/// <summary>CAMARA <c>PortsSpec</c>, as a client sent it. A port counts if a range or the list names it.</summary>
/// <param name="Ranges">At least one where present.</param>
/// <param name="Ports">At least one where present.</param>
public sealed record PortsSpec(IReadOnlyList<PortRange>? Ranges, IReadOnlyList<int>? Ports)
{
    /// <summary>Ranges and single ports as one list.</summary>
    public IEnumerable<PortRange> AsRanges() => (Ranges ?? []).Concat((Ports ?? []).Select(port => new PortRange(port, port)));
}

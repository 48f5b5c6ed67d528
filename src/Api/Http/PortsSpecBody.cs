using QodOrleans.Core.Flows;

namespace QodOrleans.Api.Http;

/// <summary><c>PortsSpec</c>, which has had one shape since CAMARA 0.8.</summary>
internal sealed class PortsSpecBody
{
    private const int Most = 1_000;

    public List<PortRangeBody?>? Ranges { get; set; }

    public List<int>? Ports { get; set; }

    /// <summary>Null if the body may hold this, else what it should be.</summary>
    public static Fault? Check(PortsSpecBody? spec, string place)
    {
        if (spec is null) return null;
        if (spec is { Ranges: null, Ports: null }) return Fault.Member(place, "must hold ranges or ports");
        if (spec.Ranges is { Count: 0 }) return Fault.Member($"{place}.ranges", "must not be empty");
        if (spec.Ports is { Count: 0 }) return Fault.Member($"{place}.ports", "must not be empty");
        if ((spec.Ranges?.Count ?? 0) + (spec.Ports?.Count ?? 0) > Most) return Fault.Member(place, $"must hold at most {Most} ranges and ports");

        for (var i = 0; i < (spec.Ranges?.Count ?? 0); i++)
        {
            if (spec.Ranges![i] is not { From: { } from, To: { } to }) return Fault.Member($"{place}.ranges[{i}]", "must hold from and to");
            if (!Validation.IsPort(from) || !Validation.IsPort(to) || from > to) return new Fault(FaultKind.PortRangesInvalid, place);
        }
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
            if (!Validation.IsPort(spec.Ports![i])) return new Fault(FaultKind.PortRangesInvalid, place);
        return null;
    }

    /// <summary>Only for what <see cref="Check"/> has passed.</summary>
    public static PortsSpec? ToDomain(PortsSpecBody? spec)
    {
        if (spec is null) return null;
        PortRange[]? ranges = null;
        if (spec.Ranges is { } given)
        {
            ranges = new PortRange[given.Count];
            for (var i = 0; i < ranges.Length; i++) ranges[i] = new PortRange(given[i]!.From!.Value, given[i]!.To!.Value);
        }
        return new PortsSpec(ranges, spec.Ports);
    }

    public static PortsSpecBody? ToWire(PortsSpec? spec)
    {
        if (spec is null) return null;
        var body = new PortsSpecBody();
        if (spec.Ranges is { } ranges)
        {
            body.Ranges = new List<PortRangeBody?>(ranges.Count);
            foreach (var range in ranges) body.Ranges.Add(new PortRangeBody { From = range.From, To = range.To });
        }
        if (spec.Ports is { } ports) body.Ports = [.. ports];
        return body;
    }
}

internal sealed class PortRangeBody
{
    public int? From { get; set; }

    public int? To { get; set; }
}

namespace QodOrleans.Core.Flows;

/// <summary>The traffic of a device that a session is for: which servers, and which ports on both sides.</summary>
/// <remarks>Two sessions of one device conflict where their flows overlap: an address family in common, and both port sets in common
/// (docs/conformance.md, Q04). The client does not matter: the network can treat a packet in one way only.</remarks>
public sealed class Flow
{
    private static readonly AddressBlock[] AnyServer =
    [
        AddressBlock.TryParseIpv4Block("0.0.0.0/0", out var all4) ? all4 : default,
        AddressBlock.TryParseIpv6Block("::/0", out var all6) ? all6 : default,
    ];

    /// <summary>All traffic of a device.</summary>
    public static readonly Flow Everything = Of(new ApplicationServer(null, null), devicePorts: null, serverPorts: null);

    private readonly AddressBlock[] servers;
    private readonly PortRange[] devicePorts;
    private readonly PortRange[] serverPorts;

    private Flow(AddressBlock[] servers, PortRange[] devicePorts, PortRange[] serverPorts) =>
        (this.servers, this.devicePorts, this.serverPorts) = (servers, devicePorts, serverPorts);

    /// <param name="server">With addresses that parse; others are not part of the flow. Without any address it means any server, as missing
    /// ports mean any port: some surfaces do not ask for one (docs/conformance.md, A06).</param>
    public static Flow Of(ApplicationServer server, PortsSpec? devicePorts, PortsSpec? serverPorts)
    {
        var blocks = new List<AddressBlock>(2);
        if (AddressBlock.TryParseIpv4Block(server.Ipv4Address, out var v4)) blocks.Add(v4);
        if (AddressBlock.TryParseIpv6Block(server.Ipv6Address, out var v6)) blocks.Add(v6);
        if (server is { Ipv4Address: null, Ipv6Address: null }) blocks.AddRange(AnyServer);
        return new Flow([.. blocks], Merge(devicePorts), Merge(serverPorts));
    }

    public bool Overlaps(Flow other) => ServersOverlap(other) && Overlap(devicePorts, other.devicePorts) && Overlap(serverPorts, other.serverPorts);

    private bool ServersOverlap(Flow other)
    {
        foreach (var mine in servers)
            foreach (var its in other.servers)
                if (mine.Overlaps(its)) return true;
        return false;
    }

    /// <summary>Both sorted and disjoint: one pass over the two lists.</summary>
    private static bool Overlap(PortRange[] left, PortRange[] right)
    {
        for (int i = 0, j = 0; i < left.Length && j < right.Length;)
        {
            if (left[i].Overlaps(right[j])) return true;
            if (left[i].To < right[j].To) i++;
            else j++;
        }
        return false;
    }

    private static PortRange[] Merge(PortsSpec? ports)
    {
        if (ports is null) return [PortRange.All];

        var merged = new List<PortRange>();
        foreach (var range in ports.AsRanges().OrderBy(range => range.From))
        {
            if (merged is [.., var last] && range.From <= last.To + 1) merged[^1] = last with { To = Math.Max(last.To, range.To) };
            else merged.Add(range);
        }
        return [.. merged];
    }
}

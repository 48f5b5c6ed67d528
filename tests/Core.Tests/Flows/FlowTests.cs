using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Flows;

/// <summary>Q04: two sessions of one device conflict where their servers and both their port sets have something in common.</summary>
public sealed class FlowTests
{
    [Theory]
    // application servers
    [InlineData("198.51.100.1", "198.51.100.1", true)]
    [InlineData("198.51.100.1", "198.51.100.2", false)]
    [InlineData("198.51.100.0/24", "198.51.100.2", true)]
    [InlineData("0.0.0.0/0", "198.51.100.2", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::1", "::/0", true)]
    [InlineData("198.51.100.1 2001:db8::1", "198.51.100.2 2001:db8::1", true)]
    [InlineData("198.51.100.1 2001:db8::1", "198.51.100.2 2001:db8::2", false)]
    [InlineData("198.51.100.1", "::ffff:198.51.100.1", true)]
    // R64: an IPv6 prefix is IPv4 servers only where it lies within the mapped addresses
    [InlineData("198.51.100.1", "::ffff:0:0/96", true)]
    [InlineData("198.51.100.1", "::ffff:0:0/95", false)]
    [InlineData("198.51.100.1", "::/0", false)]
    [InlineData("0.0.0.0/0", "::/0", false)]
    // no address at all: any server (surfaces where applicationServer is optional, A06)
    [InlineData("any", "198.51.100.1", true)]
    [InlineData("any", "2001:db8::1", true)]
    [InlineData("any", "any", true)]
    // ports of the device, then of the server; none means all
    [InlineData("198.51.100.1 device:80", "198.51.100.1", true)]
    [InlineData("198.51.100.1 device:80", "198.51.100.1 device:80", true)]
    [InlineData("198.51.100.1 device:80", "198.51.100.1 device:81", false)]
    [InlineData("198.51.100.1 device:80-90", "198.51.100.1 device:90-100", true)]
    [InlineData("198.51.100.1 device:80-89", "198.51.100.1 device:90-100", false)]
    [InlineData("198.51.100.1 device:0-65535", "198.51.100.1", true)]
    [InlineData("198.51.100.1 device:80", "198.51.100.1 server:80", true)]
    [InlineData("198.51.100.1 server:443", "198.51.100.1 server:443", true)]
    [InlineData("198.51.100.1 server:443", "198.51.100.1 server:80", false)]
    [InlineData("198.51.100.1 device:80 server:443", "198.51.100.1 device:80 server:444", false)]
    [InlineData("198.51.100.1 device:80 server:443", "198.51.100.1 device:81 server:443", false)]
    [InlineData("198.51.100.1 device:80 server:443", "198.51.100.1 device:80 server:443", true)]
    [InlineData("198.51.100.1 device:1,5,10-20,30", "198.51.100.1 device:2-4,6-9,21-29", false)]
    [InlineData("198.51.100.1 device:1,5,10-20,30", "198.51.100.1 device:2-4,6-9,21-30", true)]
    [InlineData("198.51.100.1 device:65535", "198.51.100.1 device:60000-65535", true)]
    public void Flows_overlap_where_server_and_both_ports_do(string one, string other, bool overlap)
    {
        var (left, right) = (Read(one), Read(other));

        Assert.Equal((overlap, overlap), (left.Overlaps(right), right.Overlaps(left)));
    }

    private static Flow Read(string text)
    {
        string? v4 = null, v6 = null;
        PortsSpec? device = null, server = null;
        foreach (var word in text.Split(' '))
        {
            if (word.StartsWith("device:", StringComparison.Ordinal)) device = Ports(word[7..]);
            else if (word.StartsWith("server:", StringComparison.Ordinal)) server = Ports(word[7..]);
            else if (word.Contains(':', StringComparison.Ordinal)) v6 = word;
            else if (word != "any") v4 = word;
        }
        return Flow.Of(new ApplicationServer(v4, v6), device, server);
    }

    private static PortsSpec Ports(string text)
    {
        var parts = text.Split(',').Select(part => part.Split('-').Select(port => int.Parse(port, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        PortRange[] ranges = [.. parts.Where(part => part.Length == 2).Select(part => new PortRange(part[0], part[1]))];
        int[] ports = [.. parts.Where(part => part.Length == 1).Select(part => part[0])];
        return new PortsSpec(ranges.Length == 0 ? null : ranges, ports.Length == 0 ? null : ports);
    }

    // ---- against an oracle that enumerates every packet of a small universe -----------------------------------------------------------

    /// <summary>Eight servers of each family, and ports 0 to 11: small enough that random flows often meet by a hair.</summary>
    private const int Servers = 8, PortCount = 12;

    private sealed record Spec(string? V4, string? V6, PortsSpec? DevicePorts, PortsSpec? ServerPorts)
    {
        public Flow Flow => Flow.Of(new ApplicationServer(V4, V6), DevicePorts, ServerPorts);

        public override string ToString() => $"{V4} {V6} device:{Text(DevicePorts)} server:{Text(ServerPorts)}";

        private static string Text(PortsSpec? ports) => ports is null ? "all" : string.Join(',', ports.AsRanges());
    }

    private static Gen<PortsSpec?> SomePorts()
    {
        var port = Gen.Choose(0, PortCount - 1);
        var range = port.Two().Select(pair => new PortRange(Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2)));
        var ranges = range.NonEmptyListOf().Select(list => (IReadOnlyList<PortRange>)list.Take(3).ToArray());
        var ports = port.NonEmptyListOf().Select(list => (IReadOnlyList<int>)list.Take(3).ToArray());
        return Gen.OneOf(
            Gen.Constant<PortsSpec?>(null),
            ranges.Select(value => (PortsSpec?)new PortsSpec(value, null)),
            ports.Select(value => (PortsSpec?)new PortsSpec(null, value)),
            ranges.Zip(ports).Select(pair => (PortsSpec?)new PortsSpec(pair.Item1, pair.Item2)));
    }

    private static Gen<string?> SomeServer(string network, int width) =>
        from host in Gen.Choose(0, Servers - 1)
        from hostBits in Gen.Choose(0, 3)
        from form in Gen.Choose(0, 2)
        select form == 0 ? null : $"{network}{host}/{width - hostBits}";

    private static readonly Arbitrary<Spec> Specs = (
        from v4 in SomeServer("198.51.100.", 32)
        from v6 in SomeServer("2001:db8::", 128)
        from device in SomePorts()
        from server in SomePorts()
        select new Spec(v4, v6, device, server)).ToArbitrary();

    /// <summary>Every (server, device port, server port) that the flow covers, one by one.</summary>
    private static HashSet<(string Server, int DevicePort, int ServerPort)> Packets(Spec spec)
    {
        var packets = new HashSet<(string, int, int)>();
        var anywhere = spec.V4 is null && spec.V6 is null;
        foreach (var server in Hosts("v4:", spec.V4, 32, anywhere).Concat(Hosts("v6:", spec.V6, 128, anywhere)))
            for (var device = 0; device < PortCount; device++)
                for (var port = 0; port < PortCount; port++)
                    if (Names(spec.DevicePorts, device) && Names(spec.ServerPorts, port)) packets.Add((server, device, port));
        return packets;
    }

    private static IEnumerable<string> Hosts(string family, string? block, int width, bool anywhere)
    {
        if (block is null) return anywhere ? Enumerable.Range(0, Servers).Select(host => family + host) : [];
        var slash = block.IndexOf('/', StringComparison.Ordinal);
        var size = 1 << (width - int.Parse(block[(slash + 1)..], CultureInfo.InvariantCulture));
        var first = (block[slash - 1] - '0') / size * size;
        return Enumerable.Range(first, size).Select(host => family + host);
    }

    private static bool Names(PortsSpec? ports, int port) =>
        ports is null || (ports.Ports?.Contains(port) ?? false) || (ports.Ranges?.Any(range => range.From <= port && port <= range.To) ?? false);

    [Fact]
    public void Overlap_is_symmetric_and_agrees_with_counting_packets() => Properties.Hold(Specs.Generator.Two().ToArbitrary(), pair =>
    {
        var (one, other) = pair;
        var share = Packets(one).Overlaps(Packets(other));

        Assert.Equal((share, share), (one.Flow.Overlaps(other.Flow), other.Flow.Overlaps(one.Flow)));
    }, runs: 3_000);

    [Fact]
    public void Every_flow_overlaps_itself() => Properties.Hold(Specs, spec => Assert.True(spec.Flow.Overlaps(spec.Flow)));

    // ---- the flows of a device --------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_device_conflicts_with_what_it_holds_and_no_longer_with_what_it_let_go()
    {
        var (first, second) = (new SessionId(new Guid(1, 0, 0, new byte[8])), new SessionId(new Guid(2, 0, 0, new byte[8])));
        var holding = DeviceFlows.Unknown.With(first, Read("198.51.100.1"), 7).With(second, Read("198.51.100.2"), 8);

        Assert.True(holding.Conflicts(Read("198.51.100.2 device:80")));
        Assert.False(holding.Conflicts(Read("198.51.100.3")));
        Assert.False(holding.Without(second).Conflicts(Read("198.51.100.2")));
        Assert.True(holding.Without(second).Conflicts(Read("198.51.100.1")));
        Assert.Equal(8, holding.Without(second).Fence);
        Assert.Same(holding, holding.Without(new SessionId(new Guid(3, 0, 0, new byte[8]))));
        Assert.Empty(DeviceFlows.Unknown.Held);
    }
}

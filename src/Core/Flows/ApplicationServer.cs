namespace QodOrleans.Core.Flows;

/// <summary>CAMARA <c>ApplicationServer</c>, as a client sent it: an IPv4 and/or IPv6 address, each with an optional mask.</summary>
public sealed record ApplicationServer(string? Ipv4Address, string? Ipv6Address)
{
    public override string ToString() => nameof(ApplicationServer);
}

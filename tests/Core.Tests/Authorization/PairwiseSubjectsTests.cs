using QodOrleans.Core.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Tests.Authorization;

public sealed class PairwiseSubjectsTests
{
    private readonly PairwiseSubjects subjects = new(new byte[32]);

    [Fact]
    public void One_person_has_one_name_with_each_client_and_another_with_every_other()
    {
        var line = Line(new Device { PhoneNumber = "+34600000000" });
        var names = new[]
        {
            subjects.Of("app", line),
            subjects.Of("other", line),
            subjects.Of("app", Line(new Device { PhoneNumber = "+34600000001" })),
            subjects.Of("app", line with { Operator = new OperatorId("o2-de") }),
            new PairwiseSubjects([.. Enumerable.Repeat((byte)1, 32)]).Of("app", line),
        };
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[A-Za-z0-9_-]{43}$", name));
        Assert.Equal(names[0], new PairwiseSubjects(new byte[32]).Of("app", Line(new Device { PhoneNumber = "34600000000" })));
    }

    [Fact]
    public void A_line_known_by_its_address_is_told_by_address_and_port_and_in_IPv6_by_its_64()
    {
        Assert.NotEqual(
            subjects.Of("app", Line(new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8080) })),
            subjects.Of("app", Line(new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", null, 8081) })));
        Assert.Equal(
            subjects.Of("app", Line(new Device { Ipv6Address = "2001:db8:34::1" })),
            subjects.Of("app", Line(new Device { Ipv6Address = "2001:0db8:34:0:ffff::2" })));
        Assert.NotEqual(
            subjects.Of("app", Line(new Device { Ipv6Address = "2001:db8:34::1" })),
            subjects.Of("app", Line(new Device { Ipv6Address = "2001:db8:34:1::1" })));
    }

    [Theory]
    [InlineData("::ffff:203.0.113.25")]
    [InlineData("::FFFF:CB00:7119")]
    public void A_mapped_address_makes_no_other_person_than_its_IPv4_address(string mapped) =>
        Assert.Equal(subjects.Of("app", LineAt(port: null, inner: null)), subjects.Of("app", Line(new Device { Ipv6Address = mapped })));

    [Theory]
    // port, private address, port and private address of another way to write the same line
    [InlineData(null, null, null, "203.0.113.25")]
    [InlineData(8080, null, 8080, "203.0.113.25")]
    [InlineData(8080, null, 8080, "10.0.0.7")]
    public void A_private_address_that_tells_nothing_more_makes_no_other_person(int? port, string? inner, int? otherPort, string otherInner) =>
        Assert.Equal(subjects.Of("app", LineAt(port, inner)), subjects.Of("app", LineAt(otherPort, otherInner)));

    [Fact]
    public void Behind_one_address_without_a_port_the_private_address_tells_people_apart()
    {
        string?[] inner = [null, "10.0.0.7", "10.0.0.8"];
        Assert.Distinct(inner.Select(address => subjects.Of("app", LineAt(port: null, address))));
    }

    [Fact]
    public void The_name_does_not_change_with_a_release()
    {
        Assert.Equal("jnReajhyXN-mk11Am9e7xvH1q7wP3JgONtgTurBm3b0", subjects.Of("my-app-id", Line(new Device { PhoneNumber = "+34600000000" })));
        Assert.Equal("PwV3tzW4_lKvmj1NeCRo2ZT6AKbZsBD_m88fUz2Adr8", subjects.Of("my-app-id", LineAt(8080, inner: null)));
        Assert.Equal("4QqqS6x5gfxwSCHhKoug9Dalq0Pl5xx0YFjwdDU3_v0", subjects.Of("my-app-id", LineAt(port: null, inner: null)));
    }

    private static SubscriberLine LineAt(int? port, string? inner) => Line(new Device { Ipv4Address = new DeviceIpv4Address("203.0.113.25", inner, port) });

    private static SubscriberLine Line(Device device) => new(new OperatorId("movistar-es"), device);
}

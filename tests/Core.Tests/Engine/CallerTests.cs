using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Engine;

public sealed class CallerTests
{
    [Theory]
    // client, user | session's client, session's user
    [InlineData("app", null, "app", null, true)]
    [InlineData("app", null, "app", "user", true)]
    [InlineData("app", "user", "app", "user", true)]
    [InlineData("app", "user", "app", "other user", false)]
    [InlineData("app", "user", "app", null, false)]
    [InlineData("other app", null, "app", null, false)]
    [InlineData("other app", "user", "app", "user", false)]
    [InlineData("APP", null, "app", null, false)]
    public void A_client_owns_its_sessions_and_without_knowing_the_line_with_a_users_token_only_that_users(string client, string? user, string owner, string? ownersUser, bool owns)
    {
        var terms = TestSessions.Terms with { ClientId = owner, Subject = ownersUser };
        var session = new SessionMachine(new SessionPolicy()).Create(TestSessions.Create(TimeSpan.FromMinutes(1)) with { Terms = terms }, TestSessions.Start).Session;

        Assert.Equal(owns, new Caller(client, user).Owns(session));
    }

    [Theory]
    // session's client, session's user, operator, subscriber | owned by the user of +34600000001
    [InlineData("app", null, "movistar-es", "tel:+34600000001", true)]
    [InlineData("app", "user", "movistar-es", "tel:+34600000002", true)]
    [InlineData("app", "other user", "movistar-es", "tel:+34600000001", false)]
    [InlineData("app", null, "movistar-es", "tel:+34600000002", false)]
    [InlineData("app", null, "o2-de", "tel:+34600000001", false)]
    [InlineData("other app", null, "movistar-es", "tel:+34600000001", false)]
    public void A_users_token_is_good_for_what_was_made_on_the_users_line_without_a_user(string owner, string? ownersUser, string @operator, string subscriber, bool owns)
    {
        var terms = TestSessions.Terms with { ClientId = owner, Subject = ownersUser, Operator = new OperatorId(@operator), Subscriber = subscriber };
        var session = new SessionMachine(new SessionPolicy()).Create(TestSessions.Create(TimeSpan.FromMinutes(1)) with { Terms = terms }, TestSessions.Start).Session;

        Assert.Equal(owns, new Caller("app", "user", Line(new Device { PhoneNumber = "34600000001" })).Owns(session));
    }

    [Theory]
    [InlineData("203.0.113.9", null, 8080, "ipv4:203.0.113.9:8080")]
    [InlineData("203.0.113.9", "203.0.113.9", null, "ipv4:203.0.113.9")]
    [InlineData("203.0.113.9", "10.0.0.7", null, "ipv4:203.0.113.9/10.0.0.7")]
    public void A_line_is_named_as_the_routing_names_its_device(string address, string? inner, int? port, string subscriber) =>
        Assert.Equal(subscriber, Line(new Device { Ipv4Address = new DeviceIpv4Address(address, inner, port) }).ToSubscriber());

    [Fact]
    public void A_line_of_IPv6_is_its_64_and_a_mapped_one_its_IPv4_address()
    {
        Assert.Equal("ipv6:2001:db8:34:1::/64", Line(new Device { Ipv6Address = "2001:DB8:34:1::7" }).ToSubscriber());
        Assert.Equal("ipv4:203.0.113.9", Line(new Device { Ipv6Address = "::ffff:203.0.113.9" }).ToSubscriber());
    }

    private static SubscriberLine Line(Device device) => new(new OperatorId("movistar-es"), device);
}

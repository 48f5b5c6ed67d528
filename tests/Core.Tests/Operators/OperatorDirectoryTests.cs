using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Tests.Operators;

public sealed class OperatorDirectoryTests
{
    /// <summary>Never called: the directory only finds adapters.</summary>
    private sealed class Silent(string id) : IOperatorAdapter
    {
        public OperatorId Id { get; } = new(id);

        public OperatorCapabilities Capabilities { get; } = new();

        public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();
    }

    private static OperatorRoute Route(string id, string[] prefixes, params string[] networks) => new()
    {
        Id = new OperatorId(id),
        DisplayName = id,
        NumberPrefixes = prefixes,
        Networks = [.. networks.Select(Block)],
    };

    private static AddressBlock Block(string text) =>
        AddressBlock.TryParseIpv4Block(text, out var block) || AddressBlock.TryParseIpv6Block(text, out block) ? block : throw new ArgumentException(text);

    private static readonly OperatorDirectory Directory = new(
        [
            Route("movistar-es", ["+34"], "203.0.113.0/24", "2001:db8:34::/48"),
            Route("virtual-es", ["+34699", "+3469"], "203.0.113.128/25", "2001:db8:34:8000::/52"),
            Route("o2-de", ["+49"], "198.51.100.0/25", "2001:db8:49::/48"),
            Route("no-qod", ["+351"], "192.0.2.0/25") with { OffersQod = false },
        ],
        [new Silent("movistar-es"), new Silent("virtual-es"), new Silent("o2-de"), new Silent("no-qod")]);

    /// <summary>A device as words: number, user@realm, public[:port][/private], or IPv6.</summary>
    private static Device Read(string text)
    {
        var device = new Device();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Contains('@', StringComparison.Ordinal)) device = device with { NetworkAccessIdentifier = word };
            else if (word.Count(c => c == ':') > 1) device = device with { Ipv6Address = word };
            else if (word.Contains('.', StringComparison.Ordinal))
            {
                var inner = word.Split('/');
                var port = inner[0].Split(':');
                device = device with { Ipv4Address = new DeviceIpv4Address(port[0], inner.Length > 1 ? inner[1] : null, port.Length > 1 ? int.Parse(port[1], null) : null) };
            }
            else device = device with { PhoneNumber = word };
        }
        return device;
    }

    [Theory]
    // by number: the longest prefix wins, "+" or not
    [InlineData("+34600000001", "movistar-es", "tel:+34600000001")]
    [InlineData("34600000001", "movistar-es", "tel:+34600000001")]
    [InlineData("+34699000001", "virtual-es", "tel:+34699000001")]
    [InlineData("+34690000001", "virtual-es", "tel:+34690000001")]
    [InlineData("+34689000001", "movistar-es", "tel:+34689000001")]
    [InlineData("+4915112345678", "o2-de", "tel:+4915112345678")]
    // by IPv4: the narrowest network wins; port or private address is part of the subscriber
    [InlineData("203.0.113.25:8080", "movistar-es", "ipv4:203.0.113.25:8080")]
    [InlineData("203.0.113.127:1", "movistar-es", "ipv4:203.0.113.127:1")]
    [InlineData("203.0.113.128:1", "virtual-es", "ipv4:203.0.113.128:1")]
    [InlineData("203.0.113.25/10.0.0.7", "movistar-es", "ipv4:203.0.113.25/10.0.0.7")]
    [InlineData("203.0.113.25:8080/10.0.0.7", "movistar-es", "ipv4:203.0.113.25:8080")]
    [InlineData("198.51.100.127:0", "o2-de", "ipv4:198.51.100.127:0")]
    // without a translator the private address is the public one: no other device than the address alone
    [InlineData("203.0.113.25", "movistar-es", "ipv4:203.0.113.25")]
    [InlineData("203.0.113.25/203.0.113.25", "movistar-es", "ipv4:203.0.113.25")]
    [InlineData("203.0.113.25:8080/203.0.113.25", "movistar-es", "ipv4:203.0.113.25:8080")]
    // by IPv6: any address of the device's /64, however it is written
    [InlineData("2001:db8:34:1::7", "movistar-es", "ipv6:2001:db8:34:1::/64")]
    [InlineData("2001:0DB8:0034:0001:ffff:ffff:ffff:ffff", "movistar-es", "ipv6:2001:db8:34:1::/64")]
    [InlineData("2001:db8:34:2::7", "movistar-es", "ipv6:2001:db8:34:2::/64")]
    [InlineData("2001:db8:34:8fff::1", "virtual-es", "ipv6:2001:db8:34:8fff::/64")]
    // an IPv4 address in IPv6 form is the IPv4 address
    [InlineData("::ffff:203.0.113.25", "movistar-es", "ipv4:203.0.113.25")]
    // several: the most certain one names the subscriber, all that route must agree
    [InlineData("+34600000001 203.0.113.25:8080 2001:db8:34::7", "movistar-es", "tel:+34600000001")]
    [InlineData("203.0.113.25:8080 2001:db8:34::7", "movistar-es", "ipv4:203.0.113.25:8080")]
    [InlineData("+34600000001 198.51.100.200:1", "movistar-es", "tel:+34600000001")]
    [InlineData("+34600000001 user@realm.com", "movistar-es", "tel:+34600000001")]
    [InlineData("user@realm.com 2001:db8:49::7", "o2-de", "ipv6:2001:db8:49::/64")]
    public void A_device_is_routed_to_its_operator_under_one_name(string device, string @operator, string subscriber)
    {
        var resolved = Directory.Resolve(Read(device), out var error);

        Assert.Null(error);
        Assert.Equal((@operator, @operator, subscriber), (resolved?.Route.Id.Value, resolved?.Adapter.Id.Value, resolved?.Subscriber));
    }

    [Theory]
    [InlineData("", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("user@realm.com", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("+15550100", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("+3", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("8.8.8.8:53", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("198.51.100.128:1", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("2001:db8:35::1", SessionErrorCode.DeviceNotIdentified)]
    [InlineData("+34600000001 198.51.100.1:1", SessionErrorCode.DeviceInconsistent)]
    [InlineData("203.0.113.25:1 2001:db8:49::1", SessionErrorCode.DeviceInconsistent)]
    [InlineData("+34600000001 203.0.113.25:1 2001:db8:49::1", SessionErrorCode.DeviceInconsistent)]
    [InlineData("+34600000001 203.0.113.200:1", SessionErrorCode.DeviceInconsistent)]
    [InlineData("+351600000001", SessionErrorCode.ServiceNotApplicable)]
    [InlineData("192.0.2.1:1", SessionErrorCode.ServiceNotApplicable)]
    [InlineData("+351600000001 203.0.113.25:1", SessionErrorCode.DeviceInconsistent)]
    public void A_device_that_cannot_be_routed_is_refused_for_its_reason(string device, SessionErrorCode code)
    {
        Assert.Null(Directory.Resolve(Read(device), out var error));
        Assert.Equal(code, error?.Code);
    }

    [Fact]
    public void A_session_finds_the_operator_it_is_pinned_to()
    {
        Assert.True(Directory.TryGet(new OperatorId("o2-de"), out var route, out var adapter));
        Assert.Equal(("o2-de", "o2-de"), (route.Id.Value, adapter.Id.Value));
        Assert.False(Directory.TryGet(new OperatorId("elsewhere"), out route, out adapter));
        Assert.Null(route);
        Assert.Null(adapter);
        Assert.Equal(["movistar-es", "virtual-es", "o2-de", "no-qod"], Directory.Routes.Select(r => r.Id.Value));
    }

    [Fact]
    public void A_configuration_that_cannot_work_is_refused_at_the_start()
    {
        var route = Route("movistar-es", ["+34"]);

        Assert.Contains("has no adapter", Assert.Throws<ArgumentException>(() => new OperatorDirectory([route], [])).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new OperatorDirectory([route, route], [new Silent("movistar-es")])).Message);
        Assert.Throws<ArgumentException>(() => new OperatorDirectory([route], [new Silent("movistar-es"), new Silent("movistar-es")]));
    }

    /// <summary>The labels mean what operator and application have agreed (A33).</summary>
    [Theory]
    [InlineData("any-app", "QOS_E", "gaming")]
    [InlineData("any-app", "QOS_L", "QOS_L")]
    [InlineData("big-app", "QOS_E", "gaming-gold")]
    [InlineData("big-app", "QOS_S", "video-gold")]
    [InlineData("big-app", "QOS_M", "video")]
    [InlineData("big-app", "QOS_L", "QOS_L")]
    public void A_profile_goes_by_the_clients_agreement_then_the_operators_name_then_its_own(string client, string profile, string expected)
    {
        var route = Route("movistar-es", ["+34"]) with
        {
            Profiles = new Dictionary<string, string> { ["QOS_E"] = "gaming", ["QOS_M"] = "video" },
            ClientProfiles = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["big-app"] = new Dictionary<string, string> { ["QOS_E"] = "gaming-gold", ["QOS_S"] = "video-gold" },
            },
        };

        Assert.Equal(expected, route.ProfileFor(client, profile));
    }
}

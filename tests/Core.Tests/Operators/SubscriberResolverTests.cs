using System.Net;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Tests.Operators;

public sealed class SubscriberResolverTests
{
    private const string Address4 = "203.0.113.1";
    private const string Address6 = "2001:db8:34::1";

    private static readonly OperatorId Spain = new("movistar-es");

    [Theory]
    // number, address, what the operator says of the address | subscriber or error
    [InlineData("34600000001", null, null, "tel:+34600000001")]
    [InlineData(null, Address4, "+34600000001", "tel:+34600000001")]
    [InlineData(null, Address6, "+34600000001", "tel:+34600000001")]
    [InlineData("+34600000001", Address4, "+34600000001", "tel:+34600000001")]
    [InlineData("+34600000001", Address4, "+34600000002", "DeviceInconsistent")]
    [InlineData("+34600000001", Address4, "untold", "tel:+34600000001")]
    [InlineData(null, Address4, "untold", "ipv4:203.0.113.1:1")]
    [InlineData(null, Address4, "UnknownSubscriber", "DeviceNotIdentified")]
    [InlineData(null, Address4, "Unreachable", "OperatorUnavailable")]
    [InlineData(null, Address4, "Unknown", "OperatorUnavailable")]
    [InlineData("+1600000001", null, null, "DeviceNotIdentified")]
    public async Task A_device_is_the_subscriber_that_its_operator_says(string? number, string? address, string? answer, string expected)
    {
        var finder = Finder(new Knowing(answer));

        var found = await finder.FindAsync(Device(number, address), line: null, default);

        Assert.Equal(expected, found.Error?.Code.ToString() ?? found.Device?.Subscriber);
    }

    [Fact]
    public async Task Two_addresses_must_be_of_one_subscriber()
    {
        var device = Device(null, Address4) with { Ipv6Address = Address6 };

        Assert.Equal("tel:+34600000001", (await Finder(new Knowing("+34600000001")).FindAsync(device, null, default)).Device?.Subscriber);
        Assert.Equal(SessionErrorCode.DeviceInconsistent,
            (await Finder(new Knowing("+34600000001", answerToIpv6: "+34600000002")).FindAsync(device, null, default)).Error?.Code);
    }

    [Fact]
    public async Task An_operator_that_cannot_identify_is_not_asked()
    {
        var finder = Finder(new Knowing(answer: null, canIdentify: false));

        Assert.Equal("ipv4:203.0.113.1:1", (await finder.FindAsync(Device(null, Address4), null, default)).Device?.Subscriber);
        Assert.Equal(new SubscriberLine(Spain, Device(null, Address4)), (await finder.IdentifyAsync(Device(null, Address4), default)).Line);
        Assert.Equal(new SubscriberLine(Spain, Device("+34600000001", null)), (await finder.IdentifyAsync(Device("34600000001", Address4), default)).Line);
    }

    /// <summary>A create by number must cost what it did: the answer is there at once, and the operator was not asked.</summary>
    [Fact]
    public void A_number_is_its_own_answer()
    {
        var asked = new Knowing("Unreachable");

        var found = Finder(asked).FindAsync(Device("+34600000001", null), null, default);

        Assert.True(found.IsCompletedSuccessfully);
        Assert.Equal(0, asked.Questions);
    }

    [Theory]
    [InlineData("+34600000001", "+34600000001")]
    [InlineData("untold", null)]
    public async Task A_line_goes_by_its_number_where_the_operator_tells_it(string answer, string? number)
    {
        var line = (await Finder(new Knowing(answer)).IdentifyAsync(Device(null, Address4), default)).Line;

        Assert.Equal(new SubscriberLine(Spain, number is null ? Device(null, Address4) : Device(number, null)), line);
    }

    [Fact]
    public async Task Before_somebody_is_authorized_for_a_number_its_operator_is_asked()
    {
        Assert.Equal(SessionErrorCode.DeviceNotIdentified,
            (await Finder(new Knowing("UnknownSubscriber")).IdentifyAsync(Device("+34600000001", null), default)).Error?.Code);
        Assert.Equal(SessionErrorCode.OperatorUnavailable,
            (await Finder(new Knowing("Unreachable")).IdentifyAsync(Device("+34600000001", null), default)).Error?.Code);
    }

    [Fact]
    public async Task A_request_with_neither_device_nor_line_is_a_bug_of_the_surface() =>
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Finder(new Knowing(null)).FindAsync(null, null, default));

    private static Device Device(string? number, string? address) => new()
    {
        PhoneNumber = number,
        Ipv4Address = address == Address4 ? new DeviceIpv4Address(Address4, null, 1) : null,
        Ipv6Address = address == Address6 ? Address6 : null,
    };

    private static SubscriberResolver Finder(Knowing adapter)
    {
        AddressBlock[] networks = [AddressBlock.Of(IPAddress.Parse(Address4)).Widen(24), AddressBlock.Of(IPAddress.Parse(Address6)).Widen(48)];
        return new SubscriberResolver(new OperatorDirectory(
            [new OperatorRoute { Id = Spain, DisplayName = "Movistar Spain", NumberPrefixes = ["+34"], Networks = networks }], [adapter]));
    }

    /// <summary>An operator that says one thing of every device: a number, "untold", or the kind of its answer.</summary>
    private sealed class Knowing(string? answer, bool canIdentify = true, string? answerToIpv6 = null) : IOperatorAdapter
    {
        public int Questions { get; private set; }

        public OperatorId Id => Spain;

        public OperatorCapabilities Capabilities { get; } = new(CanIdentify: canIdentify);

        public ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation)
        {
            Questions++;
            return new(((device.Ipv6Address is null ? null : answerToIpv6) ?? answer) switch
            {
                null => throw new InvalidOperationException("Nobody was to be asked."),
                "untold" => new OperatorIdentity(OperatorOutcomeKind.Accepted),
                var text when text.StartsWith('+') => new OperatorIdentity(OperatorOutcomeKind.Accepted, text),
                var kind => new OperatorIdentity(Enum.Parse<OperatorOutcomeKind>(kind)),
            });
        }

        public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => throw new NotSupportedException();
    }
}

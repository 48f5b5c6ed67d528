using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Tests;

/// <summary>Silos and gateways of two releases talk to each other while one replaces the other.</summary>
public sealed class SurrogateTests
{
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly Device Device = new()
    {
        PhoneNumber = "+34600000001",
        NetworkAccessIdentifier = "1@example.org",
        Ipv4Address = new DeviceIpv4Address("203.0.113.1", "10.0.0.1", 8080),
        Ipv6Address = "2001:db8::1",
    };

    private static readonly Sink Sink = new(new Uri("https://sink.example/events"), [1, 2, 3]);
    private static readonly PortsSpec Ports = new([new PortRange(1, 9), new PortRange(20, 30)], [443]);

    private static readonly QosSession Session = new()
    {
        Id = new SessionId(new Guid("01a1fcca-fc6a-7284-9efa-48cc4708a5b4")),
        Terms = new SessionTerms
        {
            ClientId = "alice",
            Subject = "zoe",
            Surface = "qod-0.10",
            Operator = new OperatorId("movistar-es"),
            Subscriber = "tel:+34600000001",
            DeviceKey = new DeviceKey(new Guid("00112233-4455-6677-8899-aabbccddeeff")),
            Device = Device,
            ApplicationServer = new ApplicationServer("198.51.100.0/24", "2001:db8::/32"),
            DevicePorts = Ports,
            ApplicationServerPorts = new PortsSpec(null, [80]),
            QosProfile = "QOS_E",
            Sink = Sink,
            Correlator = "c-1",
            CreatedAt = Noon,
        },
        Phase = SessionPhase.Releasing,
        StatusInfo = StatusInfo.NetworkTerminated,
        Duration = TimeSpan.FromSeconds(60),
        StartedAt = Noon.AddSeconds(1),
        EndedAt = Noon.AddSeconds(9),
        DueAt = Noon.AddSeconds(20),
        Version = 4,
        EventSequence = 2,
        OperatorReference = "ref",
        CreateSettled = true,
        Attempts = 3,
    };

    private static readonly CreateSession Create = new()
    {
        Caller = new Caller("alice", "zoe", new SubscriberLine(new OperatorId("movistar-es"), new Device { PhoneNumber = "+34600000001" })),
        Surface = "qod-0.10",
        Device = Device,
        ApplicationServer = new ApplicationServer("198.51.100.0/24", null),
        DevicePorts = Ports,
        ApplicationServerPorts = Ports,
        QosProfile = "QOS_E",
        Duration = TimeSpan.FromSeconds(60),
        Sink = Sink,
        Correlator = "c-1",
    };

    private static readonly QosStatusChanged Change = QosStatusChanged.Of(Session, Noon);

    [Fact]
    public void Every_value_arrives_as_it_was_sent()
    {
        AssertSame(Session, Pass(Session));
        AssertSame(Session with { StatusInfo = null, StartedAt = null, EndedAt = null, OperatorReference = null }, Pass(Session with { StatusInfo = null, StartedAt = null, EndedAt = null, OperatorReference = null }));
        AssertSame(Session.Terms with { DeviceFromToken = true }, Pass(Session with { Terms = Session.Terms with { DeviceFromToken = true } }).Terms);
        AssertSame(Create, Pass(Create));
        AssertSame(Create with { Device = null, Sink = null, DevicePorts = null }, Pass(Create with { Device = null, Sink = null, DevicePorts = null }));
        AssertSame(Change, Pass(Change));
        Assert.Equal("alice", Pass(Change).ClientId);
        var until = new DateTimeOffset(2030, 7, 3, 12, 27, 8, TimeSpan.Zero);
        Assert.Equal(until, Pass(Create with { Sink = Sink with { TokenExpiresAt = until } }).Sink!.TokenExpiresAt);
        var terms = Session.Terms with { SessionsUrl = "https://api.example.com/qod/v0/sessions/", Sink = Sink with { TokenParameter = "apikey" } };
        var pinned = Session with { Terms = terms };
        AssertSame(pinned, Pass(pinned));
        AssertSame(Create with { SessionsUrl = pinned.Terms.SessionsUrl }, Pass(Create with { SessionsUrl = pinned.Terms.SessionsUrl }));
        var told = Pass(QosStatusChanged.Of(pinned, Noon));
        Assert.Equal(("https://api.example.com/qod/v0/sessions/01a1fcca-fc6a-7284-9efa-48cc4708a5b4", "apikey"), (told.Source, told.Sink.TokenParameter));
        AssertSame(new SessionResult(Session, null), Pass(new SessionResult(Session, null)));
        Assert.Equal<SessionResult>(SessionError.OperatorUnavailable(new OperatorId("o2-de")), Pass<SessionResult>(SessionError.OperatorUnavailable(new OperatorId("o2-de"))));
        Assert.Equal(OperatorOutcome.Refused("why"), Pass(OperatorOutcome.Refused("why")));
        Assert.Equal(new LineResult(Create.Caller.Line, null), Pass(new LineResult(Create.Caller.Line, null)));
    }

    /// <summary>Bytes that version 0.1 sent. Never edited: a release that cannot read them cannot take its place beside the one that sends them.</summary>
    [Theory]
    [MemberData(nameof(Golden))]
    public void What_an_earlier_release_sends_is_still_understood(string name, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        switch (name)
        {
            case "session": AssertSame(Session, Serializer.Deserialize<QosSession>(bytes)); break;
            case "create": AssertSame(Create, Serializer.Deserialize<CreateSession>(bytes)); break;
            case "change": AssertSame(Change with { ClientId = null }, Serializer.Deserialize<QosStatusChanged>(bytes)); break;
            default: Assert.Equal(SessionErrorCode.Conflict, Serializer.Deserialize<SessionResult>(bytes).Error?.Code); break;
        }
    }

    public static TheoryData<string, string> Golden() => new()
    {
        {
            "session",
            "20E84021CAFCA1016AFC84729EFA48CC4708A5B421E8400B616C69636541077A6F654111716F642D302E313041176D6F7669737461722D6573412174" +
            "656C3A2B3334363030303030303031412133221100554477668899AABBCCDDEEFF21E840192B3334363030303030303031411B31406578616D706C65" +
            "2E6F726741173230332E302E3131332E31411131302E302E302E310182FC4117323030313A6462383A3A31E0411F3139382E35312E3130302E302F32" +
            "34411B323030313A6462383A3A2F333221E82000090105002500510079E021000301DA0DE0E021E8C001210003018202E0E0410B514F535F4521E840" +
            "3768747470733A2F2F73696E6B2E6578616D706C652F6576656E74734107010203E04107632D31218000A09674F649DE08810000000000000000E0E0" +
            "01090105810046C32300000000218080362F75F649DE08810000000000000000E0218080EAF379F649DE08810000000000000000E0218000628280F6" +
            "49DE08810000000000000000E00111010941077265660103010DE0"
        },
        {
            "create",
            "20E820E8400B616C69636541077A6F6521E840176D6F7669737461722D657321E840192B3334363030303030303031C101C101C101C101C101E0E0E0" +
            "4111716F642D302E313021E8C011411B31406578616D706C652E6F726741173230332E302E3131332E31411131302E302E302E310182FC4117323030" +
            "313A6462383A3A31E0411F3139382E35312E3130302E302F3234C10121E82000090105002500510079E021000301DA0DE0E021E82000090105002500" +
            "510079E021000301DA0DE0E0410B514F535F45810046C3230000000021E8403768747470733A2F2F73696E6B2E6578616D706C652F6576656E747341" +
            "07010203E04107632D31E0"
        },
        {
            "change",
            "20E840217E1174820F70048386C80657C560A2FF4121CAFCA1016AFC84729EFA48CC4708A5B401094111716F642D302E313001090105218000A09674" +
            "F649DE08810000000000000000E021E8403768747470733A2F2F73696E6B2E6578616D706C652F6576656E74734107010203E04107632D31E0"
        },
        {
            "error",
            "20E8C00121E84011436F6E666C6963744173416E6F746865722073657373696F6E20686F6C647320616E206F7665726C617070696E6720666C6F7720" +
            "6F662074686973206465766963652EC101E0E0"
        },
    };

    private static T Pass<T>(T value) where T : notnull => Serializer.Deserialize<T>(Serializer.SerializeToArray(value))!;

    // Records compare lists by reference; as JSON they compare by what is in them.
    private static void AssertSame<T>(T expected, T actual) => Assert.Equal(
        System.Text.Json.JsonSerializer.Serialize(expected), System.Text.Json.JsonSerializer.Serialize(actual));
}

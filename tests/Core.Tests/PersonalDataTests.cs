using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests;

/// <summary>Whatever ends up in a log line, a trace or an exception text as an object must not name the person, the address or the token.</summary>
public sealed class PersonalDataTests
{
    private const string Phone = "+34600000001";

    private static readonly string[] Secrets =
        ["34600000001", "123456789@domain.com", "203.0.113.25", "10.1.2.3", "2001:db8:34::7", "ppid-4711", "198.51.100.9", "2001:db8:49::9", "very-secret-path", "121212"];

    private static readonly Device Device = new()
    {
        PhoneNumber = Phone,
        NetworkAccessIdentifier = "123456789@domain.com",
        Ipv4Address = new DeviceIpv4Address("203.0.113.25", "10.1.2.3", 8080),
        Ipv6Address = "2001:db8:34::7",
    };

    private static readonly ApplicationServer Server = new("198.51.100.9/32", "2001:db8:49::9");
    private static readonly Sink Sink = new(new Uri("https://application-server.com/very-secret-path?token=121212"), [12, 12, 12]);

    private static readonly QosSession Session = new SessionMachine(new SessionPolicy()).Create(
        TestSessions.Create(TimeSpan.FromMinutes(1)) with
        {
            Terms = TestSessions.Terms with { Subject = "ppid-4711", Subscriber = "tel:" + Phone, Device = Device, ApplicationServer = Server, Sink = Sink },
        },
        TestSessions.Start).Session;

    public static readonly Dictionary<string, object> Things = new()
    {
        ["device"] = Device,
        ["device's IPv4 address"] = Device.Ipv4Address!,
        ["application server"] = Server,
        ["sink"] = Sink,
        ["device found"] = (DeviceResult)new ResolvedDevice(
            new OperatorRoute { Id = new OperatorId("movistar-es"), DisplayName = "Movistar Spain", NumberPrefixes = ["+34"], Networks = [] }, null!, "tel:" + Phone),
        ["line"] = new SubscriberLine(new OperatorId("movistar-es"), Device),
        ["identity"] = new OperatorIdentity(OperatorOutcomeKind.Accepted, Phone),
        ["consent"] = new QodOrleans.Core.Authorization.Consent("my-app-id", "ppid-4711", ["qod-sessions-read"], TestSessions.Start),
        ["caller"] = new Caller("my-app-id", "ppid-4711", new SubscriberLine(new OperatorId("movistar-es"), Device)),
        ["session as asked for"] = new CreateSession
        {
            Caller = new Caller("my-app-id", "ppid-4711"),
            Surface = "qod-v0",
            Device = Device,
            ApplicationServer = Server,
            QosProfile = "QOS_E",
            Duration = TimeSpan.FromMinutes(1),
            Sink = Sink,
        },
        ["terms"] = Session.Terms,
        ["session"] = Session,
        ["flow"] = Session.Flow,
        ["create command"] = new SessionCommand.Create(Session.Id, Session.Terms, Session.Duration),
        ["decision"] = new SessionMachine(new SessionPolicy()).Decide(Session, new SessionCommand.OperatorAccepted("op-1"), TestSessions.Start),
        ["result"] = (SessionResult)Session,
        ["commit"] = new SessionCommit(Session, null),
        ["event"] = new SessionMachine(new SessionPolicy()).Decide(Session, new SessionCommand.OperatorAccepted("op-1"), TestSessions.Start).Event!,
        ["session as the operator is told"] = new OperatorSession(
            Session.Id, "tel:" + Phone, Device, Server, null, null, "QOS_E", Session.Duration, "op-1", "correlator"),
        ["user"] = new SessionUser(Session.Terms.Subject ?? "zoe", null),
        ["resolved device"] = new ResolvedDevice(
            new OperatorRoute { Id = new OperatorId("movistar-es"), DisplayName = "Movistar Spain", NumberPrefixes = ["+34"], Networks = [] }, null!, "tel:" + Phone),
        ["what holds a device's flows"] = DeviceFlows.Unknown.With(Session.Id, Session.Flow, 1),
    };

    public static TheoryData<string> Names => [.. Things.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_that_is_written_to_a_log_names_the_person(string thing)
    {
        var text = Things[thing].ToString();

        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A new record of Core that carries a device, terms or a subscriber must be listed above.</summary>
    [Fact]
    public void Every_record_that_carries_a_person_is_looked_at()
    {
        string[] carriers = [nameof(SessionTerms.Subscriber), nameof(SessionTerms.Subject), nameof(SessionTerms.Device), nameof(QosSession.Terms), nameof(SessionCommit.Session), nameof(SessionTerms.Sink)];
        var carrying = typeof(QosSession).Assembly.GetTypes()
            .Where(type => type is { IsVisible: true, IsInterface: false, IsAbstract: false })
            .Where(type => type.GetProperties().Any(property => carriers.Contains(property.Name)));

        Assert.Empty(carrying.Except(Things.Values.Select(thing => thing.GetType())).Select(type => type.Name));
    }

    [Theory]
    [InlineData("+34600000001", null, null, "Device(phoneNumber)")]
    [InlineData(null, "123456789@domain.com", "2001:db8:34::7", "Device(networkAccessIdentifier, ipv6Address)")]
    [InlineData(null, null, null, "Device()")]
    public void A_device_says_which_identifiers_it_has(string? phone, string? nai, string? ipv6, string expected) =>
        Assert.Equal(expected, new Device { PhoneNumber = phone, NetworkAccessIdentifier = nai, Ipv6Address = ipv6 }.ToString());

    [Fact]
    public void A_sink_says_its_host() => Assert.Equal("application-server.com", Sink.ToString());

    [Fact]
    public void Terms_still_say_what_helps_in_a_log() =>
        Assert.Equal("SessionTerms(my-app-id, movistar-es, QOS_E, 7c9c75e57691484f847b5c6bc10bb778)", Session.Terms.ToString());
}

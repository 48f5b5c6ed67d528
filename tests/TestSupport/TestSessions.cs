using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.TestSupport;

/// <summary>Sessions for tests that do not care what exactly was asked for.</summary>
public static class TestSessions
{
    /// <summary>When <see cref="ManualTimeProvider"/> starts, and these sessions are made.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly SessionId Id = new(new Guid("6a4d570a-6607-466d-889b-473e361afaa1"));

    public static readonly SessionTerms Terms = new()
    {
        ClientId = "my-app-id",
        Surface = "qod-v0",
        Operator = new OperatorId("movistar-es"),
        Subscriber = "tel:+34600000001",
        DeviceKey = new DeviceKey(new Guid("7c9c75e5-7691-484f-847b-5c6bc10bb778")),
        Device = new Device { PhoneNumber = "+34600000001" },
        ApplicationServer = new ApplicationServer("203.0.113.10/32", null),
        QosProfile = "QOS_E",
        Sink = new Sink(new Uri("https://application-server.com/notifications"), ProtectedToken: null),
        CreatedAt = Start,
    };

    public static SessionCommand.Create Create(TimeSpan duration) => new(Id, Terms, duration);
}

using System.Security.Cryptography;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.TestSupport;

/// <summary>Sessions as tests need them: valid, different, and at times that read well.</summary>
public static class Sample
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Sink Sink = new(new Uri("https://app.example.com/events?id=1"), [1, 2, 3, 0, 255]);

    public static DeviceKey NewDevice() => new(new Guid(RandomNumberGenerator.GetBytes(16)));

    /// <summary>A session just asked for, of version 1.</summary>
    public static QosSession Requested(DeviceKey? device = null, DateTimeOffset? dueAt = null) => new()
    {
        Id = new SessionId(Guid.CreateVersion7()),
        Terms = Terms(device ?? NewDevice()),
        Phase = SessionPhase.Requested,
        Duration = TimeSpan.FromMinutes(10),
        DueAt = dueAt ?? Noon.AddSeconds(3),
        Version = 1,
    };

    public static SessionTerms Terms(DeviceKey device) => new()
    {
        ClientId = "my-app-id",
        Surface = "s2",
        SessionsUrl = "https://api.example.com/s2/sessions/",
        Operator = new OperatorId("movistar-es"),
        Subscriber = "tel:+34600000001",
        DeviceKey = device,
        Device = new Device { PhoneNumber = "+34600000001", Ipv4Address = new DeviceIpv4Address("203.0.113.7", null, 5060) },
        ApplicationServer = new ApplicationServer("198.51.100.10/32", null),
        ApplicationServerPorts = new PortsSpec([new PortRange(5000, 5010)], [443]),
        QosProfile = "QOS_E",
        Sink = Sink,
        Correlator = "b4333c46-49c0-4f62-80d7-f0ef930f1c46",
        CreatedAt = Noon,
    };

    /// <summary>The next version, AVAILABLE, with a status change told.</summary>
    public static QosSession Activated(this QosSession session) => session with
    {
        Phase = SessionPhase.Active,
        StartedAt = Noon.AddSeconds(1),
        DueAt = Noon.AddSeconds(1) + session.Duration,
        OperatorReference = "op-1",
        CreateSettled = true,
        Version = session.Version + 1,
        EventSequence = session.EventSequence + 1,
    };

    /// <summary>The next version, UNAVAILABLE.</summary>
    public static QosSession Ended(this QosSession session, StatusInfo why) => session with
    {
        Phase = SessionPhase.Retained,
        StatusInfo = why,
        EndedAt = Noon.AddMinutes(5),
        DueAt = Noon.AddMinutes(11),
        Version = session.Version + 1,
        EventSequence = session.EventSequence + 1,
    };

    /// <summary>The next version, which deletes the row.</summary>
    public static QosSession Gone(this QosSession session) => session with { Phase = SessionPhase.Gone, Version = session.Version + 1 };

    /// <summary>A first commit, admitted at its device.</summary>
    public static SessionCommit Admitted(this QosSession session, long expectedFence = 0) =>
        new(session, Event: null, new Admission(session.Terms.DeviceKey, expectedFence));

    /// <summary>A commit without event.</summary>
    public static SessionCommit Silent(this QosSession session) => new(session, Event: null);

    /// <summary>A commit with the event of the session's status.</summary>
    public static SessionCommit Told(this QosSession session) => new(session, QosStatusChanged.Of(session, Noon.AddSeconds(session.EventSequence)));
}

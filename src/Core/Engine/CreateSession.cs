using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Engine;

/// <summary>A session as a client asks for it: valid in form, not yet checked against profiles, operators or other sessions.</summary>
public sealed record CreateSession
{
    public required Caller Caller { get; init; }

    /// <summary>Name of the surface that the request came in by.</summary>
    public required string Surface { get; init; }

    /// <inheritdoc cref="SessionTerms.SessionsUrl"/>
    public string? SessionsUrl { get; init; }

    /// <summary>Null for the caller's own line, which must then have one.</summary>
    public required Device? Device { get; init; }

    public required ApplicationServer ApplicationServer { get; init; }

    public PortsSpec? DevicePorts { get; init; }

    public PortsSpec? ApplicationServerPorts { get; init; }

    public required string QosProfile { get; init; }

    /// <summary>Whole seconds, at least 1.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Where events go, already vetted; null for none.</summary>
    public Sink? Sink { get; init; }

    public string? Correlator { get; init; }

    /// <summary>What the session is made with, now that its device is found.</summary>
    public SessionTerms TermsFor(ResolvedDevice device, DeviceKey key, DateTimeOffset now) => new()
    {
        ClientId = Caller.ClientId,
        Subject = Caller.Subject,
        Surface = Surface,
        SessionsUrl = SessionsUrl,
        Operator = device.Route.Id,
        Subscriber = device.Subscriber,
        DeviceKey = key,
        Device = Device ?? Caller.Line!.Device,
        DeviceFromToken = Device is null,
        ApplicationServer = ApplicationServer,
        DevicePorts = DevicePorts,
        ApplicationServerPorts = ApplicationServerPorts,
        QosProfile = QosProfile,
        Sink = Sink,
        Correlator = Correlator,
        CreatedAt = now,
    };
}

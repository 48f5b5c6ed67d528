using Microsoft.AspNetCore.WebUtilities;
using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod008;

/// <summary>Between the legacy shape and the domain: what a request may hold, and what an answer says.</summary>
internal sealed class Qod008Mapping(QosProfileCatalog profiles, SinkPolicy sinks, ISecretProtector protector, LegacySinkToken tokenPlace)
{
    /// <summary>0.8's own place for the token, where the configuration has it so. Every later release has given it up, for a query ends up in logs.</summary>
    private const string TokenParameter = "apikey";

    private const int LongestExternalId = 253;

    /// <summary>Null if the shape allows the body, else the first thing it does not allow.</summary>
    public Fault? Check(CreateSessionBody body, Caller caller) =>
        CheckUeId(body.UeId, caller)
        ?? CheckAsId(body.AsId)
        ?? PortsSpecBody.Check(body.UePorts, "uePorts")
        ?? PortsSpecBody.Check(body.AsPorts, "asPorts")
        ?? CheckQos(body.Qos)
        ?? Validation.CheckDuration(body.Duration)
        ?? CheckCallback(body);

    /// <summary>Only for a body that <see cref="Check"/> has passed.</summary>
    public CreateSession ToDomain(CreateSessionBody body, Caller caller, string? correlator) => new()
    {
        Caller = caller,
        Surface = body is { NotificationUri: null, NotificationUrl: not null } ? Qod008Surface.Name081 : Qod008Surface.Name,
        Device = new Device
        {
            PhoneNumber = body.UeId!.Msisdn,
            NetworkAccessIdentifier = body.UeId.ExternalId,
            Ipv4Address = Single(body.UeId.Ipv4Addr, "/32") is { } v4 ? new DeviceIpv4Address(v4, PrivateAddress: null, PublicPort: null) : null,
            Ipv6Address = Single(body.UeId.Ipv6Addr, "/128"),
        },
        ApplicationServer = new ApplicationServer(body.AsId!.Ipv4Addr, body.AsId.Ipv6Addr),
        DevicePorts = PortsSpecBody.ToDomain(body.UePorts),
        ApplicationServerPorts = PortsSpecBody.ToDomain(body.AsPorts),
        QosProfile = body.Qos!,
        Duration = body.Duration is { } seconds ? TimeSpan.FromSeconds(seconds) : Validation.LongestDurationWith(profiles.Find(body.Qos!)),
        Sink = SinkOf(body),
        Correlator = correlator,
    };

    /// <summary>Only for a session that was made here.</summary>
    public static SessionInfoBody ToWire(QosSession session)
    {
        var terms = session.Terms;
        var startedAt = (session.StartedAt ?? terms.CreatedAt).ToUnixTimeMilliseconds();
        var callback = terms.Sink?.Url.OriginalString;
        return new SessionInfoBody
        {
            Duration = (long)session.Duration.TotalSeconds,
            UeId = new UeIdBody
            {
                ExternalId = terms.DeviceShown.NetworkAccessIdentifier,
                Msisdn = terms.DeviceShown.PhoneNumber,
                Ipv4Addr = terms.DeviceShown.Ipv4Address?.PublicAddress,
                Ipv6Addr = terms.DeviceShown.Ipv6Address,
            },
            AsId = new AsIdBody { Ipv4Addr = terms.ApplicationServer.Ipv4Address, Ipv6Addr = terms.ApplicationServer.Ipv6Address },
            UePorts = PortsSpecBody.ToWire(terms.DevicePorts),
            AsPorts = PortsSpecBody.ToWire(terms.ApplicationServerPorts),
            Qos = terms.QosProfile,
            NotificationUri = terms.Surface == Qod008Surface.Name ? callback : null,
            NotificationUrl = terms.Surface == Qod008Surface.Name081 ? callback : null,
            Id = session.Id.ToString(),
            StartedAt = startedAt,
            ExpiresAt = startedAt + (long)session.Duration.TotalMilliseconds,
            QosStatus = WireFormats.ToWire(session.Status),
            Messages = [MessageOf(session)],
        };
    }

    /// <summary>This shape has no <c>statusInfo</c>; its content is in the messages.</summary>
    private static MessageBody MessageOf(QosSession session) => session switch
    {
        { Status: QosStatus.Requested } => new("INFO", "The session is requested; the network has not confirmed it yet."),
        { Status: QosStatus.Available } => new("INFO", "The session is provided by the network."),
        { StatusInfo: StatusInfo.DurationExpired } => new("INFO", "The session has reached its end."),
        _ => new("WARNING", "The network has ended the session, or could not provide it."),
    };

    private static Fault? CheckUeId(UeIdBody? ue, Caller caller)
    {
        if (ue is null) return Fault.Missing("ueId");
        if ((ue.ExternalId ?? ue.Msisdn ?? ue.Ipv4Addr ?? ue.Ipv6Addr) is null) return Fault.Insufficient("ueId");
        if (ue.Msisdn is { } number && !Validation.IsPhoneNumber(number))
            return Fault.Member("ueId.msisdn", "must be 5 to 15 digits, with or without a leading +");
        if (ue.ExternalId is { } id && (id.Length is 0 or > LongestExternalId || id.Any(char.IsControl)))
            return Fault.Member("ueId.externalId", $"must be 1 to {LongestExternalId} characters without control characters");
        return Validation.CheckDeviceIpv4(Single(ue.Ipv4Addr, "/32"), "ueId.ipv4addr", caller)
            ?? Validation.CheckDeviceIpv6(Single(ue.Ipv6Addr, "/128"), "ueId.ipv6addr", caller);
    }

    /// <summary>The release lets a single address have its mask or not. Later ones have none, so it is taken off: the device has one name.</summary>
    private static string? Single(string? address, string mask) =>
        address?.EndsWith(mask, StringComparison.Ordinal) == true ? address[..^mask.Length] : address;

    private static Fault? CheckAsId(AsIdBody? server)
    {
        if (server is null) return Fault.Missing("asId");
        if (server is { Ipv4Addr: null, Ipv6Addr: null }) return Fault.Insufficient("asId");
        return Validation.CheckServer(server.Ipv4Addr, "asId.ipv4addr", server.Ipv6Addr, "asId.ipv6addr");
    }

    private static Fault? CheckQos(string? qos)
    {
        if (qos is null) return Fault.Missing("qos");
        return Validation.IsClassicProfile(qos) ? null : Fault.Member("qos", Validation.ClassicProfilesRule);
    }

    private Sink? SinkOf(CreateSessionBody body)
    {
        var sink = sinks.Sink(body.NotificationUri ?? body.NotificationUrl, body.NotificationAuthToken, protector);
        return sink is null || tokenPlace == LegacySinkToken.Bearer ? sink : sink with { TokenParameter = TokenParameter };
    }

    private Fault? CheckCallback(CreateSessionBody body)
    {
        if (body is { NotificationUri: { } uri, NotificationUrl: { } url } && uri != url)
            return Fault.Member("notificationUrl", "differs from notificationUri, which is the same in another release");
        var place = body.NotificationUri is null ? "notificationUrl" : "notificationUri";
        Uri? parsed = null;
        if ((body.NotificationUri ?? body.NotificationUrl) is { } callback && !sinks.TryParse(callback, out parsed, out var why))
            return Fault.Member(place, why);
        if (body.NotificationAuthToken is not { } token) return null;
        if (Validation.WhyNoAuthToken(token) is { } whyNot) return Fault.Member("notificationAuthToken", whyNot);
        // Two of a name are read differently by different servers.
        var hasOwn = tokenPlace == LegacySinkToken.ApiKey && parsed is not null && QueryHelpers.ParseQuery(parsed.Query).ContainsKey(TokenParameter);
        return hasOwn ? Fault.Member(place, $"has a parameter {TokenParameter}, in which notificationAuthToken is sent") : null;
    }
}

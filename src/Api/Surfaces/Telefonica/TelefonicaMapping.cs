using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Telefonica;

/// <summary>Between this document's shapes and the domain: what a request may hold, and what an answer says.</summary>
internal sealed class TelefonicaMapping(SinkPolicy sinks, ISecretProtector protector)
{
    // What the document leaves out, the other surfaces' documents want in their answers.
    private static readonly ApplicationServer AnyServer = new("0.0.0.0/0", "::/0");

    /// <summary>Null if the document's schema allows the body, else the first thing it does not allow.</summary>
    public Fault? Check(CreateSessionBody body, Caller caller) =>
        CheckDevice(body.Device, caller)
        ?? Validation.CheckServer(
            body.ApplicationServer?.Ipv4Address, "applicationServer.ipv4Address", body.ApplicationServer?.Ipv6Address, "applicationServer.ipv6Address")
        ?? CheckQosProfile(body.QosProfile)
        ?? (body.Duration is null ? Fault.Missing("duration") : Validation.CheckDuration(body.Duration))
        ?? CheckCallback(body);

    /// <summary>Only for a body that <see cref="Check"/> has passed.</summary>
    public CreateSession ToDomain(CreateSessionBody body, Caller caller, string? correlator) => new()
    {
        Caller = caller,
        Surface = TelefonicaSurface.Name,
        Device = new Device
        {
            PhoneNumber = body.Device!.PhoneNumber,
            NetworkAccessIdentifier = body.Device.NetworkAccessIdentifier,
            Ipv4Address = body.Device.Ipv4Address is { } v4 ? new DeviceIpv4Address(v4.PublicAddress!, PrivateAddress: null, v4.PublicPort) : null,
            Ipv6Address = body.Device.Ipv6Address,
        },
        ApplicationServer = body.ApplicationServer is null or { Ipv4Address: null, Ipv6Address: null }
            ? AnyServer
            : new ApplicationServer(body.ApplicationServer.Ipv4Address, body.ApplicationServer.Ipv6Address),
        QosProfile = body.QosProfile!,
        Duration = TimeSpan.FromSeconds(body.Duration!.Value),
        Sink = sinks.Sink(body.NotificationUrl, body.NotificationAuthToken, protector),
        Correlator = correlator,
    };

    public static SessionInfoBody ToWire(QosSession session)
    {
        var terms = session.Terms;
        var device = terms.DeviceShown;
        var startedAt = session.StartedAt ?? terms.CreatedAt;
        return new SessionInfoBody
        {
            SessionId = session.Id.ToString(),
            Device = new DeviceBody
            {
                // Other surfaces take numbers without their "+".
                PhoneNumber = device.PhoneNumber is { } number && !number.StartsWith('+') ? "+" + number : device.PhoneNumber,
                NetworkAccessIdentifier = device.NetworkAccessIdentifier,
                Ipv4Address = device.Ipv4Address is { } v4 ? new DeviceIpv4AddressBody { PublicAddress = v4.PublicAddress, PublicPort = v4.PublicPort } : null,
                Ipv6Address = device.Ipv6Address,
            },
            QosProfile = terms.QosProfile,
            QosStatus = WireFormats.ToWire(session.Status),
            StartedAt = WireFormats.ToWire(startedAt),
            ExpiresAt = WireFormats.ToWire(startedAt + session.Duration),
            Duration = (long)session.Duration.TotalSeconds,
        };
    }

    private static Fault? CheckDevice(DeviceBody? device, Caller caller)
    {
        if (device is null) return Fault.Missing("device");
        if ((device.PhoneNumber ?? device.NetworkAccessIdentifier ?? device.Ipv6Address ?? (object?)device.Ipv4Address) is null)
            return Fault.Insufficient("device");

        if (device.PhoneNumber is { } phone && !Validation.IsInternationalNumber(phone))
            return Fault.Member("device.phoneNumber", Validation.InternationalNumberRule);
        if (device.NetworkAccessIdentifier is { } nai && !Validation.IsNetworkAccessIdentifier(nai))
            return Fault.Member("device.networkAccessIdentifier", "must be user@realm, at most 253 characters");
        if (Validation.CheckDeviceIpv6(device.Ipv6Address, "device.ipv6Address", caller) is { } wrong) return wrong;
        if (device.Ipv4Address is not { } v4) return null;
        // The document wants neither of the two; without the address there is nothing that names a device.
        if (v4.PublicAddress is not { } address) return Fault.Missing("device.ipv4Address.publicAddress");
        return Validation.CheckDeviceIpv4(address, "device.ipv4Address.publicAddress", caller)
            ?? (v4.PublicPort is { } port && !Validation.IsPort(port) ? new Fault(FaultKind.PortInvalid, "device.ipv4Address.publicPort") : null);
    }

    private static Fault? CheckQosProfile(string? name)
    {
        if (name is null) return Fault.Missing("qosProfile");
        return Validation.IsClassicProfile(name) ? null : Fault.Member("qosProfile", Validation.ClassicProfilesRule);
    }

    private Fault? CheckCallback(CreateSessionBody body)
    {
        if (body.NotificationUrl is { } url && !sinks.TryParse(url, out _, out var why)) return Fault.Member("notificationUrl", why);
        return body.NotificationAuthToken is { } token && Validation.WhyNoAuthToken(token) is { } whyNot
            ? Fault.Member("notificationAuthToken", whyNot)
            : null;
    }
}

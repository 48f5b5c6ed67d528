using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Releases.Qod010;

/// <summary>Between this release's shapes and the domain: what a request may hold, and what an answer says.</summary>
internal sealed class Qod010Mapping(QosProfileCatalog profiles, SinkPolicy sinks, ISecretProtector protector)
{
    /// <summary>Moves members that stand inside <c>device</c> to where they belong, as the published samples need it (docs/conformance.md, A27 and
    /// D33).</summary>
    /// <param name="hoisted">Whether there were any.</param>
    /// <returns>The error if a member stands in both places with different values.</returns>
    public static Fault? Hoist(CreateSessionBody body, out bool hoisted)
    {
        hoisted = false;
        if (body.Device is not { } device) return null;
        if ((device.ApplicationServer ?? device.DevicePorts ?? device.ApplicationServerPorts
            ?? device.QosProfile ?? device.Webhook ?? (object?)device.Duration) is null)
            return null;

        hoisted = true;
        var inside = new CreateSessionBody
        {
            ApplicationServer = device.ApplicationServer ?? body.ApplicationServer,
            DevicePorts = device.DevicePorts ?? body.DevicePorts,
            ApplicationServerPorts = device.ApplicationServerPorts ?? body.ApplicationServerPorts,
            QosProfile = device.QosProfile ?? body.QosProfile,
            Webhook = device.Webhook ?? body.Webhook,
            Duration = device.Duration ?? body.Duration,
        };
        body.ApplicationServer ??= device.ApplicationServer;
        body.DevicePorts ??= device.DevicePorts;
        body.ApplicationServerPorts ??= device.ApplicationServerPorts;
        body.QosProfile ??= device.QosProfile;
        body.Webhook ??= device.Webhook;
        body.Duration ??= device.Duration;

        // Merging both ways, inside first and outside first, and comparing finds the members that contradict each other.
        body.Device = null;
        var same = Answers.ToJson(body, Qod010Answers.Default.CreateSessionBody).AsSpan().SequenceEqual(
            Answers.ToJson(inside, Qod010Answers.Default.CreateSessionBody));
        body.Device = device;
        return same ? null : Fault.Member("device", "it holds members of the session that differ from those beside it");
    }

    /// <summary>Null if the release's schema allows the body, else the first thing it does not allow.</summary>
    public Fault? Check(CreateSessionBody body, Caller caller) =>
        CheckDevice(body.Device, caller)
        ?? CheckApplicationServer(body.ApplicationServer)
        ?? PortsSpecBody.Check(body.DevicePorts, "devicePorts")
        ?? PortsSpecBody.Check(body.ApplicationServerPorts, "applicationServerPorts")
        ?? CheckQosProfile(body.QosProfile)
        ?? CheckWebhook(body.Webhook)
        ?? Validation.CheckDuration(body.Duration);

    /// <summary>Only for a body that <see cref="Check"/> has passed.</summary>
    public CreateSession ToDomain(CreateSessionBody body, string surface, Caller caller, string? correlator) => new()
    {
        Caller = caller,
        Surface = surface,
        Device = ToDomain(body.Device!),
        ApplicationServer = new ApplicationServer(body.ApplicationServer!.Ipv4Address, body.ApplicationServer.Ipv6Address),
        DevicePorts = PortsSpecBody.ToDomain(body.DevicePorts),
        ApplicationServerPorts = PortsSpecBody.ToDomain(body.ApplicationServerPorts),
        QosProfile = body.QosProfile!,
        Duration = body.Duration is { } seconds ? TimeSpan.FromSeconds(seconds) : Validation.LongestDurationWith(profiles.Find(body.QosProfile!)),
        Sink = sinks.Sink(body.Webhook?.NotificationUrl, body.Webhook?.NotificationAuthToken, protector),
        Correlator = correlator,
    };

    /// <summary>Whole seconds, cut off; the end is counted from the cut-off start, so that the three numbers always agree.</summary>
    public static SessionInfoBody ToWire(QosSession session)
    {
        var terms = session.Terms;
        var startedAt = (session.StartedAt ?? terms.CreatedAt).ToUnixTimeSeconds();
        var duration = (long)session.Duration.TotalSeconds;
        return new SessionInfoBody
        {
            SessionId = session.Id.ToString(),
            Device = ToWire(terms.DeviceShown),
            ApplicationServer = new ApplicationServerBody
            {
                Ipv4Address = terms.ApplicationServer.Ipv4Address,
                Ipv6Address = terms.ApplicationServer.Ipv6Address,
            },
            DevicePorts = PortsSpecBody.ToWire(terms.DevicePorts),
            ApplicationServerPorts = PortsSpecBody.ToWire(terms.ApplicationServerPorts),
            QosProfile = terms.QosProfile,
            Webhook = terms.Sink is { } sink ? new WebhookBody { NotificationUrl = sink.Url.OriginalString } : null,
            Duration = duration,
            StartedAt = startedAt,
            ExpiresAt = startedAt + duration,
            QosStatus = WireFormats.ToWire(session.Status),
        };
    }

    public static QosProfileBody ToWire(QosProfile profile) => new()
    {
        Name = profile.Name,
        Description = profile.Description,
        Status = WireFormats.ToWire(profile.Status),
        TargetMinUpstreamRate = ToWire(profile.TargetMinUpstreamRate),
        MaxUpstreamRate = ToWire(profile.MaxUpstreamRate),
        MaxUpstreamBurstRate = ToWire(profile.MaxUpstreamBurstRate),
        TargetMinDownstreamRate = ToWire(profile.TargetMinDownstreamRate),
        MaxDownstreamRate = ToWire(profile.MaxDownstreamRate),
        MaxDownstreamBurstRate = ToWire(profile.MaxDownstreamBurstRate),
        MinDuration = ToWire(profile.MinDuration),
        MaxDuration = ToWire(profile.MaxDuration),
        Priority = profile.Priority,
        PacketDelayBudget = ToWire(profile.PacketDelayBudget),
        Jitter = ToWire(profile.Jitter),
        PacketErrorLossRate = profile.PacketErrorLossRate,
    };

    // The units are spelt in the domain as on the wire.
    private static QuantityBody? ToWire(Rate? rate) => rate is null ? null : new QuantityBody(rate.Value, rate.Unit.ToString());

    private static QuantityBody? ToWire(QosDuration? duration) => duration is null ? null : new QuantityBody(duration.Value, duration.Unit.ToString());

    private static DeviceBody ToWire(Device device) => new()
    {
        PhoneNumber = device.PhoneNumber,
        NetworkAccessIdentifier = device.NetworkAccessIdentifier,
        Ipv4Address = device.Ipv4Address is { } v4
            ? new DeviceIpv4AddressBody
            {
                PublicAddress = v4.PublicAddress,
                // The release wants one of the two. Older and other shapes take an address alone, which is one without NAT: both are the same then.
                PrivateAddress = v4.PrivateAddress ?? (v4.PublicPort is null ? v4.PublicAddress : null),
                PublicPort = v4.PublicPort,
            }
            : null,
        Ipv6Address = device.Ipv6Address,
    };

    private static Device ToDomain(DeviceBody device) => new()
    {
        PhoneNumber = device.PhoneNumber,
        NetworkAccessIdentifier = device.NetworkAccessIdentifier,
        Ipv4Address = device.Ipv4Address is { } v4 ? new DeviceIpv4Address(v4.PublicAddress!, v4.PrivateAddress, v4.PublicPort) : null,
        Ipv6Address = device.Ipv6Address,
    };

    private static Fault? CheckDevice(DeviceBody? device, Caller caller)
    {
        if (device is null) return Fault.Missing("device");
        if ((device.PhoneNumber ?? device.NetworkAccessIdentifier ?? device.Ipv6Address ?? (object?)device.Ipv4Address) is null)
            return Fault.Insufficient("device");

        if (device.PhoneNumber is { } phone && !Validation.IsPhoneNumber(phone))
            return Fault.Member("device.phoneNumber", "must be 5 to 15 digits, with or without a leading +");
        if (device.NetworkAccessIdentifier is { } nai && !Validation.IsNetworkAccessIdentifier(nai))
            return Fault.Member("device.networkAccessIdentifier", "must be user@realm, at most 253 characters");
        return Validation.CheckDeviceIpv6(device.Ipv6Address, "device.ipv6Address", caller)
            ?? (device.Ipv4Address is { } v4 ? CheckDeviceIpv4Address(v4, caller) : null);
    }

    private static Fault? CheckDeviceIpv4Address(DeviceIpv4AddressBody v4, Caller caller)
    {
        if (v4.PublicAddress is null || (v4.PrivateAddress is null && v4.PublicPort is null))
            return Fault.Member("device.ipv4Address", "must hold publicAddress, and privateAddress or publicPort");
        return Validation.CheckDeviceIpv4(v4.PublicAddress, "device.ipv4Address.publicAddress", caller)
            ?? Validation.CheckDeviceIpv4(v4.PrivateAddress, "device.ipv4Address.privateAddress", caller)
            ?? (v4.PublicPort is { } port && !Validation.IsPort(port) ? new Fault(FaultKind.PortInvalid, "device.ipv4Address.publicPort") : null);
    }

    private static Fault? CheckApplicationServer(ApplicationServerBody? server)
    {
        if (server is null) return Fault.Missing("applicationServer");
        if (server.Ipv4Address is null && server.Ipv6Address is null) return Fault.Insufficient("applicationServer");
        return Validation.CheckServer(server.Ipv4Address, "applicationServer.ipv4Address", server.Ipv6Address, "applicationServer.ipv6Address");
    }

    private static Fault? CheckQosProfile(string? name)
    {
        if (name is null) return Fault.Missing("qosProfile");
        return Validation.IsProfileName(name) ? null : Fault.Member("qosProfile", Validation.ProfileNameRule);
    }

    private Fault? CheckWebhook(WebhookBody? webhook)
    {
        if (webhook is null) return null;
        if (webhook.NotificationUrl is not { } url) return Fault.Missing("webhook.notificationUrl");
        if (!sinks.TryParse(url, out _, out var why)) return Fault.Member("webhook.notificationUrl", why);
        return webhook.NotificationAuthToken is { } token && Validation.WhyNoAuthToken(token, least: 20, most: 256) is { } whyNot
            ? Fault.Member("webhook.notificationAuthToken", whyNot)
            : null;
    }
}

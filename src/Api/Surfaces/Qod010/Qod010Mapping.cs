using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>Between this release's shapes and the domain: what a request may hold, and what an answer says.</summary>
internal sealed class Qod010Mapping(SinkPolicy sinks, ISinkTokenProtector protector)
{
    public const int LongestDuration = 86_400;

    private const int MostPorts = 1_000;

    /// <summary>Moves members that stand inside <c>device</c> to where they belong, as the published samples need it (camara.md A27, D33).</summary>
    /// <param name="hoisted">Whether there were any.</param>
    /// <returns>The error if a member stands in both places with different values.</returns>
    public static ErrorAnswer? Hoist(CreateSessionBody body, out bool hoisted)
    {
        hoisted = false;
        if (body.Device is not { } device) return null;
        if ((device.ApplicationServer ?? device.DevicePorts ?? device.ApplicationServerPorts ?? device.QosProfile ?? device.Webhook ?? (object?)device.Duration) is null)
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

        // Two ways to merge, inside first and outside first, differ exactly where the two places contradict each other.
        body.Device = null;
        var same = Answers.ToJson(body, Qod010Answers.Default.CreateSessionBody).AsSpan().SequenceEqual(Answers.ToJson(inside, Qod010Answers.Default.CreateSessionBody));
        body.Device = device;
        return same ? null : Qod010Errors.Schema("device", "it holds members of the session that differ from those beside it");
    }

    /// <summary>Null if the release's schema allows the body, else the first thing it does not allow.</summary>
    public ErrorAnswer? Check(CreateSessionBody body) =>
        CheckDevice(body.Device)
        ?? CheckApplicationServer(body.ApplicationServer)
        ?? CheckPorts(body.DevicePorts, "devicePorts")
        ?? CheckPorts(body.ApplicationServerPorts, "applicationServerPorts")
        ?? CheckQosProfile(body.QosProfile)
        ?? CheckWebhook(body.Webhook)
        ?? (body.Duration is null or (>= 1 and <= LongestDuration) ? null : Qod010Errors.Schema("duration", "must be 1 to 86400"));

    /// <summary>Only for a body that <see cref="Check"/> has passed.</summary>
    public CreateSession ToDomain(CreateSessionBody body, Caller caller, string? correlator) => new()
    {
        Caller = caller,
        Surface = Qod010Surface.Name,
        Device = ToDomain(body.Device!),
        ApplicationServer = new ApplicationServer(body.ApplicationServer!.Ipv4Address, body.ApplicationServer.Ipv6Address),
        DevicePorts = ToDomain(body.DevicePorts),
        ApplicationServerPorts = ToDomain(body.ApplicationServerPorts),
        QosProfile = body.QosProfile!,
        Duration = TimeSpan.FromSeconds(body.Duration ?? LongestDuration),
        Sink = ToDomain(body.Webhook),
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
            ApplicationServer = new ApplicationServerBody { Ipv4Address = terms.ApplicationServer.Ipv4Address, Ipv6Address = terms.ApplicationServer.Ipv6Address },
            DevicePorts = ToWire(terms.DevicePorts),
            ApplicationServerPorts = ToWire(terms.ApplicationServerPorts),
            QosProfile = terms.QosProfile,
            Webhook = terms.Sink is { } sink ? new WebhookBody { NotificationUrl = sink.Url.OriginalString } : null,
            Duration = duration,
            StartedAt = startedAt,
            ExpiresAt = startedAt + duration,
            QosStatus = ToWire(session.Status),
        };
    }

    public static string ToWire(QosStatus status) => status switch
    {
        QosStatus.Requested => "REQUESTED",
        QosStatus.Available => "AVAILABLE",
        _ => "UNAVAILABLE",
    };

    public static string? ToWire(StatusInfo? info) => info switch
    {
        null => null,
        StatusInfo.DurationExpired => "DURATION_EXPIRED",
        StatusInfo.NetworkTerminated => "NETWORK_TERMINATED",
        _ => "DELETE_REQUESTED",
    };

    public static QosProfileBody ToWire(QosProfile profile) => new()
    {
        Name = profile.Name,
        Description = profile.Description,
        Status = ToWire(profile.Status),
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

    public static string ToWire(QosProfileStatus status) => status switch
    {
        QosProfileStatus.Active => "ACTIVE",
        QosProfileStatus.Inactive => "INACTIVE",
        _ => "DEPRECATED",
    };

    // The units are spelt in the domain as on the wire.
    private static QuantityBody? ToWire(Rate? rate) => rate is null ? null : new QuantityBody(rate.Value, rate.Unit.ToString());

    private static QuantityBody? ToWire(QosDuration? duration) => duration is null ? null : new QuantityBody(duration.Value, duration.Unit.ToString());

    private static DeviceBody ToWire(Device device) => new()
    {
        PhoneNumber = device.PhoneNumber,
        NetworkAccessIdentifier = device.NetworkAccessIdentifier,
        Ipv4Address = device.Ipv4Address is { } v4
            ? new DeviceIpv4AddressBody { PublicAddress = v4.PublicAddress, PrivateAddress = v4.PrivateAddress, PublicPort = v4.PublicPort }
            : null,
        Ipv6Address = device.Ipv6Address,
    };

    private static PortsSpecBody? ToWire(PortsSpec? spec)
    {
        if (spec is null) return null;
        var body = new PortsSpecBody();
        if (spec.Ranges is { } ranges)
        {
            body.Ranges = new List<PortRangeBody?>(ranges.Count);
            foreach (var range in ranges) body.Ranges.Add(new PortRangeBody { From = range.From, To = range.To });
        }
        if (spec.Ports is { } ports) body.Ports = [.. ports];
        return body;
    }

    private static Device ToDomain(DeviceBody device) => new()
    {
        PhoneNumber = device.PhoneNumber,
        NetworkAccessIdentifier = device.NetworkAccessIdentifier,
        Ipv4Address = device.Ipv4Address is { } v4 ? new DeviceIpv4Address(v4.PublicAddress!, v4.PrivateAddress, v4.PublicPort) : null,
        Ipv6Address = device.Ipv6Address,
    };

    private static PortsSpec? ToDomain(PortsSpecBody? spec)
    {
        if (spec is null) return null;
        PortRange[]? ranges = null;
        if (spec.Ranges is { } given)
        {
            ranges = new PortRange[given.Count];
            for (var i = 0; i < ranges.Length; i++) ranges[i] = new PortRange(given[i]!.From!.Value, given[i]!.To!.Value);
        }
        return new PortsSpec(ranges, spec.Ports);
    }

    private Sink? ToDomain(WebhookBody? webhook)
    {
        if (webhook is null || !sinks.TryParse(webhook.NotificationUrl!, out var url, out _)) return null;
        return new Sink(url, webhook.NotificationAuthToken is { } token ? protector.Protect(token) : null);
    }

    private static ErrorAnswer? CheckDevice(DeviceBody? device)
    {
        if (device is null) return Qod010Errors.DeviceMissing;
        if ((device.PhoneNumber ?? device.NetworkAccessIdentifier ?? device.Ipv6Address ?? (object?)device.Ipv4Address) is null) return Qod010Errors.DeviceInsufficient;

        if (device.PhoneNumber is { } phone && !IsPhoneNumber(phone))
            return Qod010Errors.Schema("device.phoneNumber", "must be 5 to 15 digits, with or without a leading +");
        if (device.NetworkAccessIdentifier is { } nai && !IsNetworkAccessIdentifier(nai))
            return Qod010Errors.Schema("device.networkAccessIdentifier", "must be user@realm, at most 253 characters");
        if (device.Ipv6Address is { } v6 && !AddressBlock.TryParseIpv6(v6, out _))
            return Qod010Errors.Schema("device.ipv6Address", "must be a single IPv6 address");
        return device.Ipv4Address is { } v4 ? CheckDeviceIpv4Address(v4) : null;
    }

    private static ErrorAnswer? CheckDeviceIpv4Address(DeviceIpv4AddressBody v4)
    {
        if (v4.PublicAddress is null || (v4.PrivateAddress is null && v4.PublicPort is null))
            return Qod010Errors.Schema("device.ipv4Address", "must hold publicAddress, and privateAddress or publicPort");
        if (!AddressBlock.TryParseIpv4(v4.PublicAddress, out _)) return Qod010Errors.Schema("device.ipv4Address.publicAddress", "must be four decimal octets");
        if (v4.PrivateAddress is { } inner && !AddressBlock.TryParseIpv4(inner, out _))
            return Qod010Errors.Schema("device.ipv4Address.privateAddress", "must be four decimal octets");
        return v4.PublicPort is { } port && !IsPort(port) ? Qod010Errors.DevicePublicPort : null;
    }

    private static ErrorAnswer? CheckApplicationServer(ApplicationServerBody? server)
    {
        if (server is null) return Qod010Errors.ApplicationServerMissing;
        if (server.Ipv4Address is null && server.Ipv6Address is null) return Qod010Errors.ApplicationServerInsufficient;
        if (server.Ipv4Address is { } v4 && !AddressBlock.TryParseIpv4Block(v4, out _))
            return Qod010Errors.Schema("applicationServer.ipv4Address", "must be an IPv4 address, with or without a mask of 0 to 32");
        if (server.Ipv6Address is { } v6 && !AddressBlock.TryParseIpv6Block(v6, out _))
            return Qod010Errors.Schema("applicationServer.ipv6Address", "must be an IPv6 address, with or without a mask of 0 to 128");
        return null;
    }

    private static ErrorAnswer? CheckPorts(PortsSpecBody? spec, string member)
    {
        if (spec is null) return null;
        if (spec is { Ranges: null, Ports: null }) return Qod010Errors.Schema(member, "must hold ranges or ports");
        if (spec.Ranges is { Count: 0 }) return Qod010Errors.Schema($"{member}.ranges", "must not be empty");
        if (spec.Ports is { Count: 0 }) return Qod010Errors.Schema($"{member}.ports", "must not be empty");
        if ((spec.Ranges?.Count ?? 0) + (spec.Ports?.Count ?? 0) > MostPorts)
            return Qod010Errors.Schema(member, $"must hold at most {MostPorts} ranges and ports");

        for (var i = 0; i < (spec.Ranges?.Count ?? 0); i++)
        {
            if (spec.Ranges![i] is not { From: { } from, To: { } to }) return Qod010Errors.Schema($"{member}.ranges[{i}]", "must hold from and to");
            if (!IsPort(from) || !IsPort(to) || from > to) return Qod010Errors.PortRanges(member);
        }
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
            if (!IsPort(spec.Ports![i])) return Qod010Errors.PortRanges(member);
        return null;
    }

    private static ErrorAnswer? CheckQosProfile(string? name)
    {
        if (name is null) return Qod010Errors.QosProfileMissing;
        return IsProfileName(name) ? null : Qod010Errors.Schema("qosProfile", "must be 3 to 256 letters, digits or _ . -");
    }

    private ErrorAnswer? CheckWebhook(WebhookBody? webhook)
    {
        if (webhook is null) return null;
        if (webhook.NotificationUrl is not { } url) return Qod010Errors.NotificationUrlMissing;
        if (!sinks.TryParse(url, out _, out var why)) return Qod010Errors.Schema("webhook.notificationUrl", why);
        if (webhook.NotificationAuthToken is { } token && !IsAuthToken(token))
            return Qod010Errors.Schema("webhook.notificationAuthToken", "must be 20 to 256 printable ASCII characters");
        return null;
    }

    private static bool IsPort(int port) => port is >= 0 and <= 65535;

    /// <summary><c>^\+?[0-9]{5,15}$</c></summary>
    internal static bool IsPhoneNumber(ReadOnlySpan<char> text)
    {
        if (text is ['+', .. var digits]) text = digits;
        return text.Length is >= 5 and <= 15 && !text.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>RFC 7542: user and realm, both present; 253 is what a AAA protocol carries.</summary>
    internal static bool IsNetworkAccessIdentifier(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (text.Length > 253 || at < 1 || at == text.Length - 1 || text.IndexOf('@', at + 1) >= 0) return false;
        foreach (var c in text)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        return true;
    }

    /// <summary><c>^[a-zA-Z0-9_.-]+$</c>, 3 to 256.</summary>
    internal static bool IsProfileName(string text)
    {
        if (text.Length is < 3 or > 256) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return false;
        return true;
    }

    /// <summary>It becomes a header at the sink: a line break in it would become another header.</summary>
    private static bool IsAuthToken(string text) => text.Length is >= 20 and <= 256 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}

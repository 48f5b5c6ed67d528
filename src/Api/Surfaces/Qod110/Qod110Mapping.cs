using System.Globalization;
using QodOrleans.Api.Http;
using QodOrleans.Core;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>Between this release's shapes and the domain: what a request may hold, and what an answer says.</summary>
internal sealed class Qod110Mapping(SinkPolicy sinks, ISecretProtector protector)
{
    private const int MostPorts = 1_000;

    /// <summary>What r4.1 made the limit.</summary>
    private const int LongestAccessToken = 4_096;

    /// <summary>Null if the release's schema allows the body, else the first thing it does not allow.</summary>
    public ErrorAnswer? Check(CreateSessionBody body) =>
        Qod110Device.Check(body.Device)
        ?? CheckApplicationServer(body.ApplicationServer)
        ?? CheckPorts(body.DevicePorts, "devicePorts")
        ?? CheckPorts(body.ApplicationServerPorts, "applicationServerPorts")
        ?? CheckQosProfile(body.QosProfile)
        ?? CheckSeconds(body.Duration, "duration")
        ?? CheckSink(body.Sink)
        ?? CheckSinkCredential(body.SinkCredential);

    /// <summary>Only for a body that <see cref="Check"/> has passed.</summary>
    /// <param name="device">Null for the caller's own line.</param>
    public CreateSession ToDomain(CreateSessionBody body, Device? device, Caller caller, string? correlator) => new()
    {
        Caller = caller,
        Surface = Qod110Surface.Name,
        Device = device,
        ApplicationServer = new ApplicationServer(body.ApplicationServer!.Ipv4Address, body.ApplicationServer.Ipv6Address),
        DevicePorts = PortsSpecBody.ToDomain(body.DevicePorts),
        ApplicationServerPorts = PortsSpecBody.ToDomain(body.ApplicationServerPorts),
        QosProfile = body.QosProfile!,
        Duration = TimeSpan.FromSeconds(body.Duration!.Value),
        Sink = sinks.Sink(body.Sink, body.SinkCredential?.AccessToken, protector) is { } sink
            ? sink with { TokenExpiresAt = ReadTime(body.SinkCredential?.AccessTokenExpiresUtc) }
            : null,
        Correlator = correlator,
    };

    /// <summary>Whole seconds, cut off, and such that the end is always the start plus the duration.</summary>
    public static SessionInfoBody ToWire(QosSession session)
    {
        var terms = session.Terms;
        var duration = session is { StartedAt: { } start, EndedAt: { } end }
            ? SecondsLasted(start, end, session.StatusInfo)
            : (long)session.Duration.TotalSeconds;
        var startedAt = session.StartedAt?.ToUnixTimeSeconds();
        return new SessionInfoBody
        {
            SessionId = session.Id.ToString(),
            // A session of a 3-legged token shows no device: the client never named one, and may not know the number.
            Device = terms.Subject is null ? Qod110Device.ToWire(terms.Device) : null,
            ApplicationServer = new ApplicationServerBody
            {
                Ipv4Address = terms.ApplicationServer.Ipv4Address,
                Ipv6Address = terms.ApplicationServer.Ipv6Address,
            },
            DevicePorts = PortsSpecBody.ToWire(terms.DevicePorts),
            ApplicationServerPorts = PortsSpecBody.ToWire(terms.ApplicationServerPorts),
            QosProfile = terms.QosProfile,
            Sink = terms.Sink?.Url.OriginalString,
            Duration = duration,
            StartedAt = ToWire(startedAt),
            ExpiresAt = ToWire(startedAt + duration),
            QosStatus = WireFormats.ToWire(session.Status),
            StatusInfo = session.Status == QosStatus.Unavailable ? WireFormats.ToWire(session.StatusInfo) : null,
        };
    }

    public static QosProfileBody ToWire(QosProfile profile) => new()
    {
        Name = profile.Name,
        Description = profile.Description,
        Status = WireFormats.ToWire(profile.Status),
        CountryAvailability = profile.CountryAvailability is { Count: > 0 } countries
            ? [.. countries.Select(country => new AvailabilityBody(country.CountryName, country.Networks is { Count: > 0 } networks ? networks : null))]
            : null,
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

    public static ErrorAnswer? CheckProfileName(string? name, string place) => name is null || Validation.IsProfileName(name)
        ? null
        : Qod110Errors.InvalidArgument(place, Validation.ProfileNameRule);

    public static ErrorAnswer? CheckSeconds(int? seconds, string place) => seconds switch
    {
        null => Qod110Errors.InvalidArgument(place, "is missing"),
        < 1 => Qod110Errors.InvalidArgument(place, "must be at least 1"),
        _ => null,
    };

    /// <summary>Between the dates as they are shown; the schema wants at least one second.</summary>
    private static long SecondsLasted(DateTimeOffset start, DateTimeOffset end, StatusInfo? why) => Math.Max(1, why == StatusInfo.DurationExpired
        // The clock strikes a moment late, which must not make a second of it where the dates are cut off.
        ? (long)(end - start).TotalSeconds
        : end.ToUnixTimeSeconds() - start.ToUnixTimeSeconds());

    private static string? ToWire(long? seconds) => seconds is { } value
        ? DateTimeOffset.FromUnixTimeSeconds(value).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : null;

    // The units are spelt in the domain as on the wire.
    private static QuantityBody? ToWire(Rate? rate) => rate is null ? null : new QuantityBody(rate.Value, rate.Unit.ToString());

    private static QuantityBody? ToWire(QosDuration? duration) => duration is null ? null : new QuantityBody(duration.Value, duration.Unit.ToString());

    private static ErrorAnswer? CheckApplicationServer(ApplicationServerBody? server)
    {
        if (server is null) return Qod110Errors.InvalidArgument("applicationServer", "is missing");
        if (server is { Ipv4Address: null, Ipv6Address: null })
            return Qod110Errors.InvalidArgument("applicationServer", "must hold ipv4Address or ipv6Address");
        return Validation.CheckServer(server.Ipv4Address, "applicationServer.ipv4Address", server.Ipv6Address, "applicationServer.ipv6Address") is { } fault
            ? Qod110Errors.Describe(fault)
            : null;
    }

    private static ErrorAnswer? CheckPorts(PortsSpecBody? spec, string member)
    {
        if (spec is null) return null;
        if (spec is { Ranges: null, Ports: null }) return Qod110Errors.InvalidArgument(member, "must hold ranges or ports");
        if (spec.Ranges is { Count: 0 }) return Qod110Errors.InvalidArgument($"{member}.ranges", "must not be empty");
        if (spec.Ports is { Count: 0 }) return Qod110Errors.InvalidArgument($"{member}.ports", "must not be empty");
        if ((spec.Ranges?.Count ?? 0) + (spec.Ports?.Count ?? 0) > MostPorts)
            return Qod110Errors.InvalidArgument(member, $"must hold at most {MostPorts} ranges and ports");

        for (var i = 0; i < (spec.Ranges?.Count ?? 0); i++)
        {
            var place = $"{member}.ranges[{i}]";
            if (spec.Ranges![i] is not { From: { } from, To: { } to }) return Qod110Errors.InvalidArgument(place, "must hold from and to");
            if (!Validation.IsPort(from) || !Validation.IsPort(to) || from > to)
                return Qod110Errors.OutOfRange(place, "must be ports of 0 to 65535, from not above to");
        }
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
            if (!Validation.IsPort(spec.Ports![i])) return Qod110Errors.OutOfRange($"{member}.ports[{i}]", "must be 0 to 65535");
        return null;
    }

    private static ErrorAnswer? CheckQosProfile(string? name) =>
        name is null ? Qod110Errors.InvalidArgument("qosProfile", "is missing") : CheckProfileName(name, "qosProfile");

    /// <summary>The release wants <c>https</c>. The sandbox also takes <c>http</c> on loopback: it never leaves the machine, and trying
    /// events out needs no certificate.</summary>
    private ErrorAnswer? CheckSink(string? sink)
    {
        if (sink is null) return null;
        if (!sinks.TryParse(sink, out var url, out var why)) return Qod110Errors.InvalidSink(why);
        return url.Scheme == Uri.UriSchemeHttps || url.IsLoopback ? null : Qod110Errors.InvalidSink("must be https");
    }

    /// <summary>Checked even where there is no sink that it could be for.</summary>
    private static ErrorAnswer? CheckSinkCredential(SinkCredentialBody? credential)
    {
        if (credential is null) return null;
        switch (credential.CredentialType)
        {
            case null: return Qod110Errors.InvalidArgument("sinkCredential.credentialType", "is missing");
            case "PLAIN" or "REFRESHTOKEN": return Qod110Errors.InvalidCredential;
            case not "ACCESSTOKEN": return Qod110Errors.InvalidArgument("sinkCredential.credentialType", "must be ACCESSTOKEN");
        }
        // The schema says bearer, the description of the same member says Bearer.
        if (credential.AccessTokenType is { } type && !type.Equals("bearer", StringComparison.OrdinalIgnoreCase)) return Qod110Errors.InvalidToken;
        if (credential.AccessTokenType is null) return Qod110Errors.InvalidArgument("sinkCredential.accessTokenType", "is missing");
        if (credential.AccessToken is null) return Qod110Errors.InvalidArgument("sinkCredential.accessToken", "is missing");
        if (Validation.WhyNoAuthToken(credential.AccessToken, most: LongestAccessToken) is { } why)
            return Qod110Errors.InvalidArgument("sinkCredential.accessToken", why);
        if (credential.AccessTokenExpiresUtc is null) return Qod110Errors.InvalidArgument("sinkCredential.accessTokenExpiresUtc", "is missing");
        return ReadTime(credential.AccessTokenExpiresUtc) is not null
            ? null
            : Qod110Errors.InvalidArgument("sinkCredential.accessTokenExpiresUtc", "must be a date and time with its zone, as in RFC 3339");
    }

    private static DateTimeOffset? ReadTime(string? text) => text is not null && Rfc3339.TryParse(text, out var time) ? time : null;
}

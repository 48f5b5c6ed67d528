using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Abstractions;

// How Core's values travel between processes: Core knows no Orleans, so each value that crosses has a surrogate here. Processes of two releases
// talk to each other during a rolling upgrade: an Id is never reused or renumbered, a member is only ever added, and SurrogateTests reads the
// bytes of earlier releases. Values are immutable, so within a process they are handed over as they are (the copiers).

[GenerateSerializer, Alias("qod.device")]
internal readonly record struct DeviceSurrogate(
    [property: Id(0)] string? PhoneNumber,
    [property: Id(1)] string? NetworkAccessIdentifier,
    [property: Id(2)] string? PublicIpv4,
    [property: Id(3)] string? PrivateIpv4,
    [property: Id(4)] int? PublicPort,
    [property: Id(5)] string? Ipv6)
{
    public static DeviceSurrogate Of(Device device) => new(
        device.PhoneNumber, device.NetworkAccessIdentifier,
        device.Ipv4Address?.PublicAddress, device.Ipv4Address?.PrivateAddress, device.Ipv4Address?.PublicPort, device.Ipv6Address);

    public Device ToValue() => new()
    {
        PhoneNumber = PhoneNumber,
        NetworkAccessIdentifier = NetworkAccessIdentifier,
        Ipv4Address = PublicIpv4 is null ? null : new DeviceIpv4Address(PublicIpv4, PrivateIpv4, PublicPort),
        Ipv6Address = Ipv6,
    };
}

/// <summary>Ranges as pairs of numbers, one after the other.</summary>
[GenerateSerializer, Alias("qod.ports")]
internal readonly record struct PortsSurrogate([property: Id(0)] int[]? Ranges, [property: Id(1)] int[]? Ports)
{
    public static PortsSurrogate? Of(PortsSpec? ports) => ports is null
        ? null
        : new PortsSurrogate(ports.Ranges is null ? null : [.. ports.Ranges.SelectMany(range => (int[])[range.From, range.To])], ports.Ports?.ToArray());

    public PortsSpec ToValue() => new(Ranges is null ? null : [.. Ranges.Chunk(2).Select(pair => new PortRange(pair[0], pair[1]))], Ports);
}

[GenerateSerializer, Alias("qod.sink")]
internal readonly record struct SinkSurrogate(
    [property: Id(0)] string Url,
    [property: Id(1)] byte[]? ProtectedToken,
    [property: Id(2)] DateTimeOffset? TokenExpiresAt,
    [property: Id(3)] string? TokenParameter)
{
    public static SinkSurrogate? Of(Sink? sink) =>
        sink is null ? null : new SinkSurrogate(sink.Url.OriginalString, sink.ProtectedToken, sink.TokenExpiresAt, sink.TokenParameter);

    public Sink ToValue() => new(new Uri(Url), ProtectedToken, TokenExpiresAt, TokenParameter);
}

[GenerateSerializer, Alias("qod.caller")]
internal readonly record struct CallerSurrogate([property: Id(0)] string ClientId, [property: Id(1)] string? Subject, [property: Id(2)] LineSurrogate? Line)
{
    public static CallerSurrogate Of(Caller caller) => new(caller.ClientId, caller.Subject, LineSurrogate.Of(caller.Line));

    public Caller ToValue() => new(ClientId, Subject, Line?.ToValue());
}

[GenerateSerializer, Alias("qod.line")]
internal readonly record struct LineSurrogate([property: Id(0)] string Operator, [property: Id(1)] DeviceSurrogate Device)
{
    public static LineSurrogate? Of(SubscriberLine? line) => line is null ? null : new LineSurrogate(line.Operator.Value, DeviceSurrogate.Of(line.Device));

    public SubscriberLine ToValue() => new(new OperatorId(Operator), Device.ToValue());
}

[GenerateSerializer, Alias("qod.create")]
internal readonly record struct CreateSessionSurrogate(
    [property: Id(0)] CallerSurrogate Caller,
    [property: Id(1)] string Surface,
    [property: Id(2)] DeviceSurrogate? Device,
    [property: Id(3)] string? ServerIpv4,
    [property: Id(4)] string? ServerIpv6,
    [property: Id(5)] PortsSurrogate? DevicePorts,
    [property: Id(6)] PortsSurrogate? ServerPorts,
    [property: Id(7)] string QosProfile,
    [property: Id(8)] TimeSpan Duration,
    [property: Id(9)] SinkSurrogate? Sink,
    [property: Id(10)] string? Correlator,
    [property: Id(11)] string? SessionsUrl);

[GenerateSerializer, Alias("qod.terms")]
internal readonly record struct TermsSurrogate(
    [property: Id(0)] string ClientId,
    [property: Id(1)] string? Subject,
    [property: Id(2)] string Surface,
    [property: Id(3)] string Operator,
    [property: Id(4)] string Subscriber,
    [property: Id(5)] Guid DeviceKey,
    [property: Id(6)] DeviceSurrogate Device,
    [property: Id(7)] string? ServerIpv4,
    [property: Id(8)] string? ServerIpv6,
    [property: Id(9)] PortsSurrogate? DevicePorts,
    [property: Id(10)] PortsSurrogate? ServerPorts,
    [property: Id(11)] string QosProfile,
    [property: Id(12)] SinkSurrogate? Sink,
    [property: Id(13)] string? Correlator,
    [property: Id(14)] DateTimeOffset CreatedAt,
    [property: Id(15)] bool DeviceFromToken,
    [property: Id(16)] string? SessionsUrl)
{
    public static TermsSurrogate Of(SessionTerms terms) => new(
        terms.ClientId, terms.Subject, terms.Surface, terms.Operator.Value, terms.Subscriber, terms.DeviceKey.Value, DeviceSurrogate.Of(terms.Device),
        terms.ApplicationServer.Ipv4Address, terms.ApplicationServer.Ipv6Address, PortsSurrogate.Of(terms.DevicePorts),
        PortsSurrogate.Of(terms.ApplicationServerPorts), terms.QosProfile, SinkSurrogate.Of(terms.Sink), terms.Correlator, terms.CreatedAt,
        terms.DeviceFromToken, terms.SessionsUrl);

    public SessionTerms ToValue() => new()
    {
        ClientId = ClientId,
        Subject = Subject,
        Surface = Surface,
        Operator = new OperatorId(Operator),
        Subscriber = Subscriber,
        DeviceKey = new DeviceKey(DeviceKey),
        Device = Device.ToValue(),
        ApplicationServer = new ApplicationServer(ServerIpv4, ServerIpv6),
        DevicePorts = DevicePorts?.ToValue(),
        ApplicationServerPorts = ServerPorts?.ToValue(),
        QosProfile = QosProfile,
        Sink = Sink?.ToValue(),
        Correlator = Correlator,
        CreatedAt = CreatedAt,
        DeviceFromToken = DeviceFromToken,
        SessionsUrl = SessionsUrl,
    };
}

[GenerateSerializer, Alias("qod.session")]
internal readonly record struct SessionSurrogate(
    [property: Id(0)] Guid SessionId,
    [property: Id(1)] TermsSurrogate Terms,
    [property: Id(2)] int Phase,
    [property: Id(3)] int? StatusInfo,
    [property: Id(4)] TimeSpan Duration,
    [property: Id(5)] DateTimeOffset? StartedAt,
    [property: Id(6)] DateTimeOffset? EndedAt,
    [property: Id(7)] DateTimeOffset DueAt,
    [property: Id(8)] int Version,
    [property: Id(9)] int EventSequence,
    [property: Id(10)] string? OperatorReference,
    [property: Id(11)] bool CreateSettled,
    [property: Id(12)] int Attempts)
{
    public static SessionSurrogate Of(QosSession session) => new(
        session.Id.Value, TermsSurrogate.Of(session.Terms), (int)session.Phase, (int?)session.StatusInfo, session.Duration, session.StartedAt,
        session.EndedAt, session.DueAt, session.Version, session.EventSequence, session.OperatorReference, session.CreateSettled, session.Attempts);

    public QosSession ToValue() => new()
    {
        Id = new SessionId(SessionId),
        Terms = Terms.ToValue(),
        Phase = (SessionPhase)Phase,
        StatusInfo = (StatusInfo?)StatusInfo,
        Duration = Duration,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        DueAt = DueAt,
        Version = Version,
        EventSequence = EventSequence,
        OperatorReference = OperatorReference,
        CreateSettled = CreateSettled,
        Attempts = Attempts,
    };
}

/// <summary>The code travels by its name, because its number may change.</summary>
[GenerateSerializer, Alias("qod.error")]
internal readonly record struct ErrorSurrogate([property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] TimeSpan? RetryAfter)
{
    public static ErrorSurrogate? Of(SessionError? error) => error is null ? null : new ErrorSurrogate(error.Code.ToString(), error.Message, error.RetryAfter);

    // A later release may have an error code that this one does not know. It is then treated as a general failure.
    public SessionError ToValue() => new(Enum.TryParse<SessionErrorCode>(Code, out var code) ? code : SessionErrorCode.StoreUnavailable, Message, RetryAfter);
}

[GenerateSerializer, Alias("qod.result")]
internal readonly record struct ResultSurrogate([property: Id(0)] SessionSurrogate? Session, [property: Id(1)] ErrorSurrogate? Error);

[GenerateSerializer, Alias("qod.line-result")]
internal readonly record struct LineResultSurrogate([property: Id(0)] LineSurrogate? Line, [property: Id(1)] ErrorSurrogate? Error);

[GenerateSerializer, Alias("qod.outcome")]
internal readonly record struct OutcomeSurrogate([property: Id(0)] string Kind, [property: Id(1)] string? Reference, [property: Id(2)] string? Detail);

[GenerateSerializer, Alias("qod.change")]
internal readonly record struct ChangeSurrogate(
    [property: Id(0)] Guid EventId,
    [property: Id(1)] Guid SessionId,
    [property: Id(2)] int Sequence,
    [property: Id(3)] string Surface,
    [property: Id(4)] int Status,
    [property: Id(5)] int? StatusInfo,
    [property: Id(6)] DateTimeOffset OccurredAt,
    [property: Id(7)] SinkSurrogate Sink,
    [property: Id(8)] string? Correlator,
    [property: Id(9)] string? Source,
    [property: Id(10)] string? ClientId);

[RegisterConverter]
internal sealed class CallerConverter : IConverter<Caller, CallerSurrogate>
{
    public Caller ConvertFromSurrogate(in CallerSurrogate surrogate) => surrogate.ToValue();

    public CallerSurrogate ConvertToSurrogate(in Caller value) => CallerSurrogate.Of(value);
}

[RegisterConverter]
internal sealed class DeviceConverter : IConverter<Device, DeviceSurrogate>
{
    public Device ConvertFromSurrogate(in DeviceSurrogate surrogate) => surrogate.ToValue();

    public DeviceSurrogate ConvertToSurrogate(in Device value) => DeviceSurrogate.Of(value);
}

[RegisterConverter]
internal sealed class LineConverter : IConverter<SubscriberLine, LineSurrogate>
{
    public SubscriberLine ConvertFromSurrogate(in LineSurrogate surrogate) => surrogate.ToValue();

    public LineSurrogate ConvertToSurrogate(in SubscriberLine value) => LineSurrogate.Of(value)!.Value;
}

[RegisterConverter]
internal sealed class LineResultConverter : IConverter<LineResult, LineResultSurrogate>
{
    public LineResult ConvertFromSurrogate(in LineResultSurrogate surrogate) => new(surrogate.Line?.ToValue(), surrogate.Error?.ToValue());

    public LineResultSurrogate ConvertToSurrogate(in LineResult value) => new(LineSurrogate.Of(value.Line), ErrorSurrogate.Of(value.Error));
}

[RegisterConverter]
internal sealed class SessionErrorConverter : IConverter<SessionError, ErrorSurrogate>
{
    public SessionError ConvertFromSurrogate(in ErrorSurrogate surrogate) => surrogate.ToValue();

    public ErrorSurrogate ConvertToSurrogate(in SessionError value) => ErrorSurrogate.Of(value)!.Value;
}

[RegisterConverter]
internal sealed class CreateSessionConverter : IConverter<CreateSession, CreateSessionSurrogate>
{
    public CreateSession ConvertFromSurrogate(in CreateSessionSurrogate surrogate) => new()
    {
        Caller = surrogate.Caller.ToValue(),
        Surface = surrogate.Surface,
        Device = surrogate.Device?.ToValue(),
        ApplicationServer = new ApplicationServer(surrogate.ServerIpv4, surrogate.ServerIpv6),
        DevicePorts = surrogate.DevicePorts?.ToValue(),
        ApplicationServerPorts = surrogate.ServerPorts?.ToValue(),
        QosProfile = surrogate.QosProfile,
        Duration = surrogate.Duration,
        Sink = surrogate.Sink?.ToValue(),
        Correlator = surrogate.Correlator,
        SessionsUrl = surrogate.SessionsUrl,
    };

    public CreateSessionSurrogate ConvertToSurrogate(in CreateSession value) => new(
        CallerSurrogate.Of(value.Caller), value.Surface, value.Device is null ? null : DeviceSurrogate.Of(value.Device),
        value.ApplicationServer.Ipv4Address, value.ApplicationServer.Ipv6Address, PortsSurrogate.Of(value.DevicePorts),
        PortsSurrogate.Of(value.ApplicationServerPorts), value.QosProfile, value.Duration, SinkSurrogate.Of(value.Sink), value.Correlator, value.SessionsUrl);
}

[RegisterConverter]
internal sealed class QosSessionConverter : IConverter<QosSession, SessionSurrogate>
{
    public QosSession ConvertFromSurrogate(in SessionSurrogate surrogate) => surrogate.ToValue();

    public SessionSurrogate ConvertToSurrogate(in QosSession value) => SessionSurrogate.Of(value);
}

[RegisterConverter]
internal sealed class SessionResultConverter : IConverter<SessionResult, ResultSurrogate>
{
    public SessionResult ConvertFromSurrogate(in ResultSurrogate surrogate) => new(surrogate.Session?.ToValue(), surrogate.Error?.ToValue());

    public ResultSurrogate ConvertToSurrogate(in SessionResult value) =>
        new(value.Session is { } session ? SessionSurrogate.Of(session) : null, ErrorSurrogate.Of(value.Error));
}

[RegisterConverter]
internal sealed class OperatorOutcomeConverter : IConverter<OperatorOutcome, OutcomeSurrogate>
{
    public OperatorOutcome ConvertFromSurrogate(in OutcomeSurrogate surrogate) => new(
        Enum.TryParse<OperatorOutcomeKind>(surrogate.Kind, out var kind) ? kind : OperatorOutcomeKind.Unknown, surrogate.Reference, surrogate.Detail);

    public OutcomeSurrogate ConvertToSurrogate(in OperatorOutcome value) => new(value.Kind.ToString(), value.Reference, value.Detail);
}

[RegisterConverter]
internal sealed class QosStatusChangedConverter : IConverter<QosStatusChanged, ChangeSurrogate>
{
    public QosStatusChanged ConvertFromSurrogate(in ChangeSurrogate surrogate) => new(
        surrogate.EventId, new SessionId(surrogate.SessionId), surrogate.Sequence, surrogate.Surface, (QosStatus)surrogate.Status,
        (StatusInfo?)surrogate.StatusInfo, surrogate.OccurredAt, surrogate.Sink.ToValue(), surrogate.Correlator, surrogate.Source, surrogate.ClientId);

    public ChangeSurrogate ConvertToSurrogate(in QosStatusChanged value) => new(
        value.EventId, value.SessionId.Value, value.Sequence, value.Surface, (int)value.Status, (int?)value.StatusInfo, value.OccurredAt,
        SinkSurrogate.Of(value.Sink)!.Value, value.Correlator, value.Source, value.ClientId);
}

[RegisterCopier]
internal sealed class CallerCopier : ShallowCopier<Caller>;

[RegisterCopier]
internal sealed class DeviceCopier : ShallowCopier<Device>;

[RegisterCopier]
internal sealed class LineCopier : ShallowCopier<SubscriberLine>;

[RegisterCopier]
internal sealed class LineResultCopier : ShallowCopier<LineResult>;

[RegisterCopier]
internal sealed class SessionErrorCopier : ShallowCopier<SessionError>;

[RegisterCopier]
internal sealed class CreateSessionCopier : ShallowCopier<CreateSession>;

[RegisterCopier]
internal sealed class QosSessionCopier : ShallowCopier<QosSession>;

[RegisterCopier]
internal sealed class SessionResultCopier : ShallowCopier<SessionResult>;

[RegisterCopier]
internal sealed class OperatorOutcomeCopier : ShallowCopier<OperatorOutcome>;

[RegisterCopier]
internal sealed class QosStatusChangedCopier : ShallowCopier<QosStatusChanged>;

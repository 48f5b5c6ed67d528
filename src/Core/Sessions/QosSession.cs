using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Sessions;

/// <summary>What was asked for, by whom, and where it was routed: fixed when the session is made.</summary>
public sealed record SessionTerms
{
    /// <summary>OAuth client that owns the session. Only it may see it.</summary>
    public required string ClientId { get; init; }

    /// <summary>The end user of a 3-legged token; null for a 2-legged one.</summary>
    public string? Subject { get; init; }

    /// <summary>Name of the surface the session was made on: its events keep that surface's shape.</summary>
    public required string Surface { get; init; }

    /// <summary>The start of the URLs of sessions on its surface when it was made, for example <c>https://api.example.com/qod/v0/sessions/</c>. It is stored,
    /// so that every process sends the same events. Null for sessions that were made before schema version 6.</summary>
    public string? SessionsUrl { get; init; }

    /// <summary>Fixed when the session is made. If the number moves to another operator later, the session stays where it is.</summary>
    public required OperatorId Operator { get; init; }

    /// <summary>The subscriber as the operator was told, for example <c>tel:+34600000001</c>. Personal data.</summary>
    public required string Subscriber { get; init; }

    /// <summary>The subscriber without the person: safe as a key and in an index.</summary>
    public required DeviceKey DeviceKey { get; init; }

    /// <summary>As the client sent it, or the line's device if <see cref="DeviceFromToken"/>. Clients are shown <see cref="DeviceShown"/>.</summary>
    public required Device Device { get; init; }

    /// <summary>True: the client named no device, and the token's line was used. The client must not see the line's number or address.</summary>
    public bool DeviceFromToken { get; init; }

    /// <summary>The device as its client may see it: what it sent itself, or the name by which it knows the user of its token.</summary>
    public Device DeviceShown => DeviceFromToken ? new Device { NetworkAccessIdentifier = $"{Subject}@user.invalid" } : Device;

    /// <summary>As the client sent it.</summary>
    public required ApplicationServer ApplicationServer { get; init; }

    /// <summary>As the client sent them; null means all ports.</summary>
    public PortsSpec? DevicePorts { get; init; }

    /// <summary>As the client sent them; null means all ports.</summary>
    public PortsSpec? ApplicationServerPorts { get; init; }

    /// <summary>CAMARA's name of the profile, for example <c>QOS_E</c>.</summary>
    public required string QosProfile { get; init; }

    /// <summary>Null where the client wants no events.</summary>
    public Sink? Sink { get; init; }

    /// <summary>The client's <c>x-correlator</c>, carried to the operator and to the sink.</summary>
    public string? Correlator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The client gets no events from then on; null for no such time. CAMARA r3.2, accessTokenExpiresUtc: "If the token expires while the session
    /// is still active, the client will stop receiving notifications." A time that was past when the session was made, as in the release's own example of
    /// 2023, is ignored: the sink decides whether it accepts the token.</summary>
    public DateTimeOffset? NotifyUntil => Sink?.TokenExpiresAt is { } end && end > CreatedAt ? end : null;

    /// <summary>Whether a change at <paramref name="now"/> makes an event for the client.</summary>
    public bool ShouldNotify(DateTimeOffset now) => Sink is not null && !(NotifyUntil <= now);

    /// <summary>Neither person, address nor token: a session may be logged as a whole.</summary>
    public override string ToString() => $"{nameof(SessionTerms)}({ClientId}, {Operator}, {QosProfile}, {DeviceKey})";
}

/// <summary>One QoD session. Immutable: <see cref="SessionMachine"/> returns the next one.</summary>
public sealed record QosSession
{
    public required SessionId Id { get; init; }

    public required SessionTerms Terms { get; init; }

    public required SessionPhase Phase { get; init; }

    /// <summary>Set once the session is over.</summary>
    public StatusInfo? StatusInfo { get; init; }

    /// <summary>Whole seconds: what was asked, plus what extensions granted.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>When it became AVAILABLE; null if it never did.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it became UNAVAILABLE; retention counts from here.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the machine must look at it again: reconciliation, expiry, release retry, or end of retention.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>1 at first, one more with each commit: the fence of every update.</summary>
    public required int Version { get; init; }

    /// <summary>Sequence number of its last event; 0 before the first.</summary>
    public int EventSequence { get; init; }

    /// <summary>The operator's own name for it, where it gave one.</summary>
    public string? OperatorReference { get; init; }

    /// <summary>False while an unanswered create may still take effect at the operator.</summary>
    public bool CreateSettled { get; init; }

    /// <summary>Failed attempts at what is being retried now (reconciliation or release).</summary>
    public int Attempts { get; init; }

    public QosStatus Status => Phase switch
    {
        SessionPhase.Requested => QosStatus.Requested,
        SessionPhase.Active => QosStatus.Available,
        _ => QosStatus.Unavailable,
    };

    /// <summary>When it ends by itself, as far as is known now; counted from creation until it has started.</summary>
    public DateTimeOffset ExpiresAt => (StartedAt ?? Terms.CreatedAt) + Duration;

    /// <summary>False once the client has deleted it: the client gets 404, even while the operator still has to delete it.</summary>
    public bool IsVisible => Phase != SessionPhase.Gone && StatusInfo != Sessions.StatusInfo.DeleteRequested;

    /// <summary>Whether a new session on an overlapping flow must be refused. A network-terminated one blocks until its retention ends or the
    /// client deletes it, an expired one does not (docs/conformance.md, Q01 and Q04).</summary>
    public bool HoldsFlow => Phase switch
    {
        SessionPhase.Requested or SessionPhase.Active => true,
        SessionPhase.Releasing or SessionPhase.Retained => StatusInfo == Sessions.StatusInfo.NetworkTerminated,
        _ => false,
    };

    /// <summary>The session's URL for its client: the <c>source</c> of its events. Null for sessions that were made before schema version 6.</summary>
    public string? EventSource => Terms.SessionsUrl is { } url ? url + Id : null;

    /// <summary>Its row is deleted.</summary>
    public bool IsGone => Phase == SessionPhase.Gone;

    /// <summary>Whether an operator's answer is to come soon: to the create, or to the delete.</summary>
    public bool AwaitsOperator => Phase is SessionPhase.Requested or SessionPhase.Releasing;

    /// <summary>Whether the operator must still delete it.</summary>
    public bool OwesRelease => Phase == SessionPhase.Releasing;

    public Flow Flow => Flow.Of(Terms.ApplicationServer, Terms.DevicePorts, Terms.ApplicationServerPorts);
}

using System.Net;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

/// <summary>Core's own machine, directory and catalog behind one lock: the domain's real answers without a store or a network. It can also be told to fail.</summary>
internal sealed class MachineEngine(TimeProvider time, QosProfileCatalog profiles) : ISessionEngine
{
    private readonly SessionMachine machine = new(new SessionPolicy());
    private readonly LineFinder lines = new(NewDirectory());
    private readonly DeviceKeyHasher hasher = new(new byte[32]);
    private readonly Dictionary<SessionId, QosSession> sessions = [];
    private readonly Lock gate = new();

    /// <summary>Every call answers with this.</summary>
    public SessionError? Failure { get; set; }

    /// <summary>Every extension answers with this.</summary>
    public SessionError? ExtensionFailure { get; set; }

    /// <summary>Every look-up of a line answers with this.</summary>
    public SessionError? IdentificationFailure { get; set; }

    /// <summary>Every call throws this.</summary>
    public Exception? Bug { get; set; }

    /// <summary>Every call waits for this, or for its cancellation.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public CreateSession? LastCreate { get; private set; }

    public async Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation)
    {
        LastCreate = request;
        if (await InterruptAsync(cancellation) is { } failure) return failure;
        if (profiles.Admit(request.QosProfile, request.Duration) is { } refused) return refused;
        var found = await lines.FindAsync(request.Device, request.Caller.Line, cancellation);
        if (found.Device is not { } device) return found.Error!;
        if (profiles.AdmitAt(request.QosProfile, device.Route.Id) is { } elsewhere) return elsewhere;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var key = hasher.KeyOf(device.Route.Id, device.Subscriber);
            var flow = Flow.Of(request.ApplicationServer, request.DevicePorts, request.ApplicationServerPorts);
            if (sessions.Values.Any(other => other.HoldsFlow && other.Terms.DeviceKey == key && other.Flow.Overlaps(flow))) return SessionError.Conflict();

            var create = new SessionCommand.Create(new SessionId(Guid.CreateVersion7()), request.TermsFor(device, key, now), request.Duration);
            var session = machine.Create(create, now).Session;
            // 9001 stays REQUESTED, all others are set up at once.
            if (!device.Subscriber.EndsWith("9001", StringComparison.Ordinal)) session = machine.Decide(session, new SessionCommand.OperatorAccepted(null), now).Session;
            return sessions[session.Id] = session;
        }
    }

    public async Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : Find(id, caller);

    public async Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : Apply(id, caller, new SessionCommand.Delete());

    public async Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation) =>
        (await InterruptAsync(cancellation) ?? ExtensionFailure) is { } failure ? failure : Apply(id, caller, new SessionCommand.Extend(additional, limit));

    public async Task<SessionListResult> ListSessionsAsync(Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : Newest(session => session.Status != QosStatus.Unavailable && caller.Owns(session));

    public async Task<SessionListResult> RetrieveSessionsAsync(Caller caller, Device? device, CancellationToken cancellation)
    {
        if (await InterruptAsync(cancellation) is { } failure) return failure;
        var found = await lines.FindAsync(device, caller.Line, cancellation);
        if (found.Device is not { } known) return found.Error!;
        var key = hasher.KeyOf(known.Route.Id, known.Subscriber);
        return Newest(session => session.Terms.DeviceKey == key && session.IsVisible && caller.Owns(session));
    }

    public async Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation) =>
        (await InterruptAsync(cancellation) ?? IdentificationFailure) is { } failure ? failure : await lines.IdentifyAsync(device, cancellation);

    /// <summary>Something happens to a session behind the client's back.</summary>
    public void Tell(SessionId id, SessionCommand command)
    {
        lock (gate) sessions[id] = machine.Decide(sessions[id], command, time.GetUtcNow()).Session;
    }

    private async Task<SessionError?> InterruptAsync(CancellationToken cancellation)
    {
        if (Hold is { } hold) await hold.Task.WaitAsync(cancellation);
        return Bug is null ? Failure : throw Bug;
    }

    private SessionListResult Newest(Func<QosSession, bool> wanted)
    {
        lock (gate)
        {
            foreach (var (id, session) in sessions.ToArray())
                sessions[id] = machine.Decide(session, new SessionCommand.DeadlineReached(), time.GetUtcNow()).Session;
            return new([.. sessions.Values.Where(wanted).OrderByDescending(session => session.Id.Value)], null);
        }
    }

    private SessionResult Find(SessionId id, Caller caller)
    {
        lock (gate)
        {
            if (!sessions.TryGetValue(id, out var session)) return SessionError.NotFound();
            session = sessions[id] = machine.Decide(session, new SessionCommand.DeadlineReached(), time.GetUtcNow()).Session;
            return !session.IsVisible ? SessionError.NotFound() : caller.Owns(session) ? session : SessionError.NotOwner();
        }
    }

    private SessionResult Apply(SessionId id, Caller caller, SessionCommand command)
    {
        lock (gate)
        {
            var found = Find(id, caller);
            if (found.Session is not { } session) return found;
            var decision = machine.Decide(session, command, time.GetUtcNow());
            if (decision.Effect is SessionEffect.ExtendAtOperator extend)
                decision = machine.Decide(session, new SessionCommand.OperatorExtended(extend.Duration), time.GetUtcNow());
            if (decision.Error is { } error) return error;
            return sessions[id] = decision.Session;
        }
    }

    private static readonly AddressBlock Loopback = AddressBlock.Of(IPAddress.Loopback).Widen(8);

    private static OperatorDirectory NewDirectory()
    {
        var offers = new OperatorId("offers");
        var offersNot = new OperatorId("offers-not");
        var offersToo = new OperatorId("offers-too");
        var network4 = AddressBlock.Of(IPAddress.Parse("203.0.113.0")).Widen(24);
        var network6 = AddressBlock.Of(IPAddress.Parse("2001:db8:34::")).Widen(48);
        return new OperatorDirectory(
            [
                new OperatorRoute { Id = offers, DisplayName = "Offers QoD", NumberPrefixes = ["+34"], Networks = [network4, network6, Loopback] },
                new OperatorRoute { Id = offersNot, DisplayName = "Offers none", NumberPrefixes = ["+49"], Networks = [], OffersQod = false },
                new OperatorRoute { Id = offersToo, DisplayName = "Offers QoD too", NumberPrefixes = ["+55"], Networks = [] },
            ],
            [new Adapter(offers), new Adapter(offersNot), new Adapter(offersToo)]);
    }

    /// <summary>The directory wants one; <see cref="CreateSessionAsync"/> plays the operator itself.</summary>
    private sealed class Adapter(OperatorId id) : IOperatorAdapter
    {
        public OperatorId Id => id;

        public OperatorCapabilities Capabilities { get; } = new(CanIdentify: true);

        /// <summary>Whoever runs the tests has a line of his own, as in the sandbox.</summary>
        public ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation) => new(new OperatorIdentity(
            OperatorOutcomeKind.Accepted,
            device.PhoneNumber ?? (AddressBlock.TryParseIpv4(device.Ipv4Address?.PublicAddress, out var address) && Loopback.Contains(address) ? "+34600000000" : null)));

        public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation) => new(OperatorOutcome.Accepted());

        public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) => new(OperatorOutcome.Accepted());

        public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation) => new(OperatorOutcome.Accepted());

        public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) => new(OperatorOutcome.Accepted());
    }
}

/// <summary>Seals with an exclusive or: reversible, and not the text itself.</summary>
internal sealed class XorProtector : ISinkTokenProtector
{
    public byte[] Protect(string token) => [.. System.Text.Encoding.ASCII.GetBytes(token).Select(b => (byte)(b ^ 0x5a))];

    public string Unprotect(byte[] sealedToken) => System.Text.Encoding.ASCII.GetString([.. sealedToken.Select(b => (byte)(b ^ 0x5a))]);
}

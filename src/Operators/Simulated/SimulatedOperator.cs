using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Operators.Simulated;

/// <summary>A session as the simulated network holds it.</summary>
/// <param name="State">Accepted or Pending.</param>
/// <param name="Profile">As the broker named it: the operator's own name, not CAMARA's.</param>
public readonly record struct SimulatedSession(SessionId Id, OperatorOutcomeKind State, string Profile);

/// <summary>An operator without a network. Deterministic by the last four digits of the phone number, see <see cref="SimulatedBehaviour"/>.</summary>
/// <remarks>It lives and dies with the process. Of a session that it has forgotten in a restart it says what an operator says of any id it
/// does not know: extended if asked, absent if deleted or looked up.</remarks>
public sealed class SimulatedOperator : IOperatorAdapter, IDisposable
{
    private static readonly TimeSpan FirstReportPause = TimeSpan.FromSeconds(1);
    private const int LongestReportPauseDoublings = 6;

    private readonly SimulatedLedger ledger = new();
    private readonly ConcurrentDictionary<(SimulatedBehaviour, string Profile), HeldSession> alike = new();
    private readonly SimulatedOptions options;
    private readonly IOperatorReports reports;
    private readonly TimeProvider time;
    private readonly ILogger<SimulatedOperator> log;
    private readonly (AddressBlock Block, string PhoneNumber)[] lines;
    private volatile bool disposed;

    public SimulatedOperator(OperatorId id, SimulatedOptions options, IOperatorReports reports, TimeProvider time, ILogger<SimulatedOperator> log)
    {
        Id = id;
        this.options = options;
        this.reports = reports;
        this.time = time;
        this.log = log;
        lines = [.. options.Lines
            .Select(line => line.TryRead(out var block) ? (Block: block, line.PhoneNumber) : throw new ArgumentException($"'{line.Network}' is no line.", nameof(options)))
            .OrderByDescending(line => line.Block.PrefixLength)];
    }

    public OperatorId Id { get; }

    public OperatorCapabilities Capabilities { get; } = new(CanIdentify: true);

    /// <summary>A copy of all that is held now. What a test expects to be gone must not be in here.</summary>
    public IReadOnlyList<SimulatedSession> Sessions
    {
        get
        {
            var now = time.GetUtcNow();
            return [.. ledger.Snapshot().Where(entry => entry.Value.IsLiveAt(now))
                .Select(entry => new SimulatedSession(entry.Key, entry.Value.StateAt(now).Kind, entry.Value.Profile))];
        }
    }

    public bool Holds(SessionId id) => ledger.TryGet(id, out var held) && held.IsLiveAt(time.GetUtcNow());

    public ValueTask<OperatorOutcome> CreateAsync(OperatorSession session, CancellationToken cancellation)
    {
        var behaviour = SimulatedBehaviour.Of(session.Subscriber);
        if (!behaviour.Holds) return AnswerAsync(behaviour.Answer, cancellation);

        var now = time.GetUtcNow();
        var isNew = ledger.TryAdd(session.Id, NewSession(behaviour, session.Profile, now), out var held);
        if (isNew && behaviour.Report is not null) ScheduleReport(session.Id, held);

        var answersIn = held.AnswersIn(now);
        return answersIn == TimeSpan.Zero ? AnswerAsync(held.StateAt(now), cancellation) : AnswerLaterAsync(session.Id, held, answersIn, cancellation);
    }

    public ValueTask<OperatorOutcome> ExtendAsync(OperatorSession session, CancellationToken cancellation) =>
        AnswerAsync(SimulatedBehaviour.Of(session.Subscriber).Extension, cancellation);

    public ValueTask<OperatorOutcome> DeleteAsync(OperatorSession session, CancellationToken cancellation)
    {
        // Unknown, not Unreachable: the retries around the adapter would swallow the three failures, and nobody could watch a release being repeated.
        if (ledger.TryGet(session.Id, out var failing) && failing.FailsThisDelete()) return AnswerAsync(OperatorOutcome.Unknown("simulated"), cancellation);

        if (!ledger.Remove(session.Id, out var held)) return AnswerAsync(OperatorOutcome.Absent(), cancellation);
        held.Timer?.Dispose();
        return AnswerAsync(held.IsLiveAt(time.GetUtcNow()) ? OperatorOutcome.Accepted() : OperatorOutcome.Absent(), cancellation);
    }

    public ValueTask<OperatorOutcome> LookUpAsync(OperatorSession session, CancellationToken cancellation) =>
        AnswerAsync(ledger.TryGet(session.Id, out var held) ? held.StateAt(time.GetUtcNow()) : OperatorOutcome.Absent(), cancellation);

    public ValueTask<OperatorIdentity> IdentifyAsync(Device device, CancellationToken cancellation)
    {
        var number = device.PhoneNumber ?? NumberAt(device);
        var identity = number is not null && SimulatedBehaviour.Of("tel:" + number).IsStranger
            ? new OperatorIdentity(OperatorOutcomeKind.UnknownSubscriber)
            : new OperatorIdentity(OperatorOutcomeKind.Accepted, number);
        return options.Latency == TimeSpan.Zero ? new(identity) : TravelAsync(identity, new OperatorIdentity(OperatorOutcomeKind.Unknown), cancellation);
    }

    private string? NumberAt(Device device)
    {
        if (lines.Length == 0) return null;
        var isAddress = device.Ipv4Address is { } v4 ? AddressBlock.TryParseIpv4(v4.PublicAddress, out var address) : AddressBlock.TryParseIpv6(device.Ipv6Address, out address);
        if (!isAddress) return null;
        foreach (var line in lines)
            if (line.Block.Contains(address)) return line.PhoneNumber;
        return null;
    }

    /// <summary>The network is gone, and reports nothing more.</summary>
    public void Dispose()
    {
        disposed = true;
        foreach (var (_, held) in ledger.Snapshot()) held.Timer?.Dispose();
    }

    private HeldSession NewSession(SimulatedBehaviour behaviour, string profile, DateTimeOffset now) => behaviour.HasMemory
        ? new HeldSession(behaviour, profile, now)
        : alike.GetOrAdd((behaviour, profile), static (key, createdAt) => new HeldSession(key.Item1, key.Profile, createdAt), now);

    private ValueTask<OperatorOutcome> AnswerAsync(OperatorOutcome outcome, CancellationToken cancellation) =>
        options.Latency == TimeSpan.Zero ? new(outcome) : TravelAsync(outcome, OperatorOutcome.Unknown("cancelled"), cancellation);

    private async ValueTask<T> TravelAsync<T>(T answer, T cancelled, CancellationToken cancellation) =>
        await IsPassedAsync(options.Latency, cancellation) ? answer : cancelled;

    private async ValueTask<OperatorOutcome> AnswerLaterAsync(SessionId id, HeldSession held, TimeSpan after, CancellationToken cancellation)
    {
        if (!await IsPassedAsync(after, cancellation)) return OperatorOutcome.Unknown("cancelled");

        // Deleted before it was answered: nothing of it is left here, and to say "accepted" would be a lie.
        return ledger.TryGet(id, out var still) && still == held ? held.Behaviour.Answer : OperatorOutcome.Refused("deleted meanwhile");
    }

    /// <returns>False when cancelled before.</returns>
    private async Task<bool> IsPassedAsync(TimeSpan delay, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(delay, time, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // -- Reports ----------------------------------------------------------------------------------------------------------------------

    private void ScheduleReport(SessionId id, HeldSession held) => held.Timer = time.CreateTimer(
        _ => _ = ReportAsync(id, held), state: null, held.Behaviour.ReportsAfter, Timeout.InfiniteTimeSpan);

    /// <summary>Reports until thanked: what is said to a broker that cannot store it is not said.</summary>
    private async Task ReportAsync(SessionId id, HeldSession held)
    {
        if (disposed || !ledger.TryGet(id, out var still) || still != held) return;
        try
        {
            // What the timer was set for, whatever the clock says: a timer may fire a moment before the wall clock gets there.
            var report = held.Behaviour.Report!.Value;
            await reports.ReportAsync(id, report);
            held.Timer?.Dispose();
            if (report.Kind != OperatorOutcomeKind.Accepted) ledger.Remove(id, held);
        }
        catch (Exception exception)
        {
            Log.ReportFailed(log, Id, id, exception);
            var pause = FirstReportPause * (1 << Math.Min(held.FailedReports++, LongestReportPauseDoublings));
            held.Timer?.Change(pause, Timeout.InfiniteTimeSpan);
        }
    }
}

using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Sessions;

/// <summary>One QoD session. The key is its id. Called by gateways, by operators' reports, and, when it is due, as a reminder.</summary>
/// <remarks>Everything that returns without an error is durable. A call that ends with an exception may have happened; all but
/// <see cref="ExtendAsync"/> may simply be repeated.</remarks>
[Alias("qod.IQosSessionGrain")]
public interface IQosSessionGrain : IGrainWithGuidKey
{
    /// <summary>Makes the session, or, repeated, tells what became of the first call.</summary>
    [Alias("Create")]
    Task<SessionResult> CreateAsync([Immutable] CreateSession request);

    /// <param name="caller">Null where no client wants it: the session was made for somebody who was never told.</param>
    [Alias("Delete")]
    Task<SessionResult> DeleteAsync([Immutable] Caller? caller);

    [Alias("Extend")]
    Task<SessionResult> ExtendAsync([Immutable] Caller caller, Extension extension);

    /// <summary>What an operator says unasked. Returns when it is durable.</summary>
    [Alias("Report")]
    Task<SessionResult> ReportAsync(OperatorOutcome report);
}

/// <param name="Additional">Whole seconds, at least 1.</param>
/// <param name="LimitsRemaining">True: <paramref name="Limit"/> is for what remains afterwards; false: for the overall duration.</param>
[GenerateSerializer, Immutable, Alias("qod.extension")]
public readonly record struct Extension([property: Id(0)] TimeSpan Additional, [property: Id(1)] bool LimitsRemaining, [property: Id(2)] TimeSpan Limit)
{
    public static Extension Of(TimeSpan additional, Core.Sessions.ExtensionLimit limit) => limit switch
    {
        Core.Sessions.ExtensionLimit.RemainingAtMost remaining => new(additional, LimitsRemaining: true, remaining.Remaining),
        Core.Sessions.ExtensionLimit.OverallAtMost overall => new(additional, LimitsRemaining: false, overall.Overall),
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };

    public Core.Sessions.SessionCommand.Extend ToCommand() => new(
        Additional,
        LimitsRemaining ? new Core.Sessions.ExtensionLimit.RemainingAtMost(Limit) : new Core.Sessions.ExtensionLimit.OverallAtMost(Limit));
}

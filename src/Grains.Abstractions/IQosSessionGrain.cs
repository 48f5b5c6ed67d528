using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Abstractions;

/// <summary>One QoD session. The key is its id. Called by gateways, by operators' reports, and, when it is due, as a reminder.</summary>
/// <remarks>Everything that returns without an error is durable. A call that ends with an exception may have happened; every call may be repeated.</remarks>
[Alias("qod.IQosSessionGrain")]
public interface IQosSessionGrain : IGrainWithGuidKey
{
    /// <summary>Makes the session. A repeated call returns the result of the first one.</summary>
    /// <param name="validUntil">The call makes nothing after this time. It can come so late if the silo was frozen; the caller has then repeated it, another
    /// silo may have made the session, and the client may even have deleted it. The hosts' clocks must not differ by more than
    /// <see cref="SessionCallOptions.ValidShare"/> allows.</param>
    [Alias("Create")]
    Task<SessionResult> CreateAsync([Immutable] CreateSession request, DateTimeOffset validUntil);

    /// <param name="caller">Null where no client asks for the delete, but the gateway: it undoes a create that got no answer.</param>
    [Alias("Delete")]
    Task<SessionResult> DeleteAsync([Immutable] Caller? caller);

    /// <summary>Extends the session if its duration is still <see cref="Extension.From"/>. So a repeated call extends it only once.</summary>
    [Alias("Extend")]
    Task<ExtensionResult> ExtendAsync([Immutable] Caller caller, Extension extension);

    /// <summary>What an operator reports by itself. Returns when it is durable.</summary>
    [Alias("Report")]
    Task<SessionResult> ReportAsync(OperatorOutcome report);
}

/// <param name="Moved">True: the session's duration was not <see cref="Extension.From"/>, so nothing was done. <paramref name="Result"/> holds the
/// session.</param>
[GenerateSerializer, Immutable, Alias("qod.extension-result")]
public readonly record struct ExtensionResult([property: Id(0)] SessionResult Result, [property: Id(1)] bool Moved);

/// <param name="From">The session's duration before it is extended.</param>
/// <param name="Additional">Whole seconds, at least 1.</param>
/// <param name="LimitsRemaining">True: <paramref name="Limit"/> is for what remains afterwards; false: for the overall duration.</param>
[GenerateSerializer, Immutable, Alias("qod.extension")]
public readonly record struct Extension(
    [property: Id(0)] TimeSpan From, [property: Id(1)] TimeSpan Additional, [property: Id(2)] bool LimitsRemaining, [property: Id(3)] TimeSpan Limit)
{
    public static Extension Of(TimeSpan from, TimeSpan additional, Core.Sessions.ExtensionLimit limit) => limit switch
    {
        Core.Sessions.ExtensionLimit.RemainingAtMost remaining => new(from, additional, LimitsRemaining: true, remaining.Remaining),
        Core.Sessions.ExtensionLimit.OverallAtMost overall => new(from, additional, LimitsRemaining: false, overall.Overall),
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };

    public Core.Sessions.SessionCommand.Extend ToCommand() => new(
        Additional,
        LimitsRemaining ? new Core.Sessions.ExtensionLimit.RemainingAtMost(Limit) : new Core.Sessions.ExtensionLimit.OverallAtMost(Limit));
}

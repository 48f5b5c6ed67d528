using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Sessions;

/// <summary>The times and limits of a session's life that CAMARA leaves to the implementation, under <c>Qod:Sessions</c>.</summary>
public sealed record SessionPolicy
{
    /// <summary>How long an UNAVAILABLE session stays readable. CAMARA: at least 360 s after the event.</summary>
    public TimeSpan UnavailableRetention { get; init; } = TimeSpan.FromSeconds(360);

    /// <summary>Pause before the first look-up at an operator that has not confirmed a create. Each further pause is twice as long.</summary>
    public TimeSpan FirstReconciliation { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest pause between two look-ups.</summary>
    public TimeSpan LongestReconciliationPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A create that is not confirmed by then becomes NETWORK_TERMINATED and is released.</summary>
    public TimeSpan ProvisioningDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An unanswered create may still take effect at an operator for this long: the sum of its call deadline, its retries, the deadline of the
    /// release's call, and a margin. A create is repeated only if this much time is left until <see cref="ProvisioningDeadline"/>.</summary>
    public TimeSpan CreateSettlesWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A release that has no answer by then is sent again: the sum of its call deadline and the time that it may wait for its turn. Happens
    /// mostly after a crash.</summary>
    public TimeSpan ReleaseAnswersWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Pause before the first repetition of a failed release. Each further pause is twice as long.</summary>
    public TimeSpan FirstReleaseRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause between two releases. They are repeated without end, because a session that stays at an operator costs money.</summary>
    public TimeSpan LongestReleasePause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a device may have one session at a time only, whatever its flow (docs/conformance.md, R38). Default: as many as do not
    /// overlap.</summary>
    public bool OneSessionPerDevice { get; init; }

    /// <summary>A session is admitted only if no other session of its device holds a flow that overlaps this one.</summary>
    public Flow RequiredFlowOf(QosSession session) => OneSessionPerDevice ? Flow.Everything : session.Flow;
}

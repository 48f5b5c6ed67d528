using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Sessions;

/// <summary>What of a session's life is ours to choose.</summary>
public sealed record SessionPolicy
{
    /// <summary>How long an UNAVAILABLE session stays readable. CAMARA: at least 360 s after the event.</summary>
    public TimeSpan UnavailableRetention { get; init; } = TimeSpan.FromSeconds(360);

    /// <summary>First question to an operator that has not confirmed a create; doubles with each further one.</summary>
    public TimeSpan FirstReconciliation { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest pause between two questions.</summary>
    public TimeSpan LongestReconciliationPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A create that is not confirmed by then becomes NETWORK_TERMINATED and is released.</summary>
    public TimeSpan ProvisioningDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time for which an unanswered create may still take effect at an operator: its call deadline, retries, the release
    /// call's deadline and a margin. No create is repeated later than this before <see cref="ProvisioningDeadline"/>.</summary>
    public TimeSpan CreateSettlesWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A release without an answer by then is sent again: its call deadline and the time that it may wait for its turn. Counts after a
    /// crash, mostly.</summary>
    public TimeSpan ReleaseAnswersWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>First repetition of a failed release; doubles with each further one.</summary>
    public TimeSpan FirstReleaseRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause between two releases. Releases are repeated for ever: what an operator keeps costs money.</summary>
    public TimeSpan LongestReleasePause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a device may have one session at a time only, whatever its flow (docs/conformance.md, R38). Default: as many as do not
    /// overlap.</summary>
    public bool OneSessionPerDevice { get; init; }

    /// <summary>The flow that must be free on the device for the session to be made.</summary>
    public Flow RequiredFlowOf(QosSession session) => OneSessionPerDevice ? Flow.Everything : session.Flow;
}

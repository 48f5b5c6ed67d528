using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Engine;

/// <summary>The engine's bounds, under <c>Qod:Engine</c>.</summary>
public sealed class EngineOptions
{
    public const string Section = "Qod:Engine";

    /// <summary>How long a create waits for the operator before it answers REQUESTED. 0 to 1 min, and below
    /// <see cref="Core.Engine.SessionCallOptions.CallDeadline"/>; default 1 s. Set by <c>Qod:Sessions:CreateWait</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan CreateWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Commands that may wait for one session, and creates for one device; more are answered 503. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int MailboxCapacity { get; set; } = 1_000;

    /// <summary>How far ahead a silo holds its due sessions in memory, about 100 bytes each. Sessions that are due later need no memory. 2 s to 1 h, default
    /// 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan DueWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most due sessions that a silo holds in memory. 1,000 to 10,000,000, default 200,000. What does not fit is found when it is due, late
    /// by up to <c>Qod:Cluster:DuePeriod</c>.</summary>
    [Range(1_000, 10_000_000)]
    public int DueQueueLimit { get; set; } = 200_000;

    /// <summary>How many due sessions a silo works on at one time, also when it has many overdue ones. 1 to 100,000, default 512.</summary>
    [Range(1, 100_000)]
    public int DueInFlight { get; set; } = 512;
}

using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Grains;

/// <summary>The engine's bounds, under <c>Qod:Engine</c> as in the standalone host.</summary>
public sealed class GrainEngineOptions
{
    /// <summary>How long a create waits for the operator before it answers REQUESTED. Set by <c>Qod:Sessions:CreateWait</c>.</summary>
    public TimeSpan CreateWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for any answer of a gateway; then 503, and a create that was not answered is undone.</summary>
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a gateway waits for a grain before it asks again, 500 ms to 1 min, default 2.5 s. Asking twice does nothing twice.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Client requests at work at one time in one gateway; more are answered 503.</summary>
    [Range(1, 1_000_000)]
    public int RequestLimit { get; set; } = 10_000;

    /// <summary>Commands that may wait for one session; more are answered 503.</summary>
    [Range(1, 100_000)]
    public int MailboxCapacity { get; set; } = 1_000;
}

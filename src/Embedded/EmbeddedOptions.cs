using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Embedded;

/// <summary>The embedded engine's bounds, under <c>Qod:Engine</c>.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>How long a create waits for the operator before it answers REQUESTED. Set by <c>Qod:Sessions:CreateWait</c>.</summary>
    public TimeSpan CreateWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for any answer; then 503, and a create that was not answered is undone.</summary>
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Client requests at work at one time; more are answered 503.</summary>
    [Range(1, 1_000_000)]
    public int RequestLimit { get; set; } = 10_000;

    /// <summary>Commands that may wait for one session or device; more are answered 503.</summary>
    [Range(1, 100_000)]
    public int MailboxCapacity { get; set; } = 1_000;

    /// <summary>Sessions kept in memory after use, about 1.5 kB each.</summary>
    [Range(2, 10_000_000)]
    public int CachedSessions { get; set; } = 32_768;

    /// <summary>Devices kept in memory after use, about 0.5 kB each.</summary>
    [Range(2, 10_000_000)]
    public int CachedDevices { get; set; } = 32_768;

    /// <summary>How far ahead due sessions are held in memory, about 100 bytes each.</summary>
    public TimeSpan DueWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most due sessions held in memory; the rest of the window is read when these are done.</summary>
    [Range(1_000, 10_000_000)]
    public int DueQueueLimit { get; set; } = 200_000;

    /// <summary>Due sessions at work at one time: bounds the rate of catching up.</summary>
    [Range(1, 100_000)]
    public int DueInFlight { get; set; } = 1_024;
}

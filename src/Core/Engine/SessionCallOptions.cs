using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Core.Engine;

/// <summary>How long calls to sessions may take, and how many may be under way, under <c>Qod:Engine</c>. Gateways and silos need the same values.</summary>
public sealed class SessionCallOptions
{
    public const string Section = "Qod:Engine";

    /// <summary>An attempt to create is admitted within this share of <see cref="AttemptTimeout"/>, or not at all. So it can no longer be admitted when the
    /// next attempt begins. The remaining share allows for clocks that differ between hosts.</summary>
    public const double ValidShare = 0.8;

    /// <summary>Longest time for any answer to a client; then 503, and a create that was not answered is undone. 1 s to 5 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a gateway waits for a grain before it repeats the call. A repeated call has no second effect. 500 ms to 1 min, default
    /// 2.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Client requests that one gateway works on at one time; further ones are refused. The same number, counted separately, limits operators'
    /// reports. 1 to 1,000,000, default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int RequestLimit { get; set; } = 10_000;
}

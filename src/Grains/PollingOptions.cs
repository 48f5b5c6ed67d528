using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Grains;

/// <summary>How often a silo looks in the store for work that another silo may have left, under <c>Qod:Cluster</c>.</summary>
public sealed class PollingOptions
{
    public const string Section = "Qod:Cluster";

    /// <summary>Pause between two looks for due sessions that a silo does not hold in memory, because another silo owned or changed them. They end late by up
    /// to this. 10 ms to 10 s, default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan DuePeriod { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Pause between two looks for events that a silo committed but did not deliver before it died. 1 s to 1 h, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OutboxPeriod { get; set; } = TimeSpan.FromSeconds(15);
}

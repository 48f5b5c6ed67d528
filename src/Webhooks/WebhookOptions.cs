using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Webhooks;

/// <summary>How events are taken to the clients' sinks. Section <c>Qod:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Qod:Webhooks";

    /// <summary>Events held in memory over all sinks, delivered ones included until the outbox knows. What is beyond stays in the outbox and
    /// is read from there later. A sink alone may hold half of these, less where others need it. 2 to 10,000,000, default 100,000 (about 1 kB
    /// each).</summary>
    [Range(2, 10_000_000)]
    public int MemoryCapacity { get; set; } = 100_000;

    /// <summary>Requests under way to one sink, which is one application's at one server (scheme, host and port). 1 to 1,024, default 32.</summary>
    [Range(1, 1024)]
    public int ConcurrencyPerSink { get; set; } = 32;

    /// <summary>Sinks with events in memory at one time; the events of further ones wait in the outbox. 1 to 1,000,000, default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int SinksInMemory { get; set; } = 10_000;

    /// <summary>From the first byte sent to the last header received, a new connection included. 10 ms to 2 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:02:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For the name, the connection and the TLS handshake. 10 ms to 2 min, not above <see cref="AttemptTimeout"/>, default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:02:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A connection is given up after this time, so that a name that moved is looked up and vetted again. 1 s to 1 h, default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest pause before the first repetition; doubles with each further one. The pause is chosen at random below it ("full jitter").
    /// 1 ms to 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the doubling ends. 1 ms to 1 day, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A sink's <c>Retry-After</c>, with whatever else than 2xx and 410, holds back all that the application sends to that server, from every silo,
    /// up to this. 0 to 1 day, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Counted from the status change; an event that cannot be delivered by then is dead-lettered. 1 s to 30 days, default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>After so many failures in a row, over all sessions, a sink's circuit opens: it gets one request at a time, and repetitions wait. 1 to 10,000,
    /// default 10.</summary>
    [Range(1, 10_000)]
    public int FailuresBeforeRest { get; set; } = 10;

    /// <summary>Longest time for which a sink's circuit stays open before it is probed. 1 ms to 1 h, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Events read from the outbox at a time. 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int OutboxPageSize { get; set; } = 1000;

    /// <summary>Pause between two passes over the outbox while it holds what memory does not; longer after a pass that took longer.
    /// 1 ms to 10 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan OutboxPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause before an outbox that does not answer is tried again. 1 ms to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan LongestOutboxPause { get; set; } = TimeSpan.FromSeconds(30);

    internal static string? CrossRuleBroken(WebhookOptions options) =>
        options.ConnectTimeout > options.AttemptTimeout ? $"{Section}: ConnectTimeout must not be above AttemptTimeout."
        : options.FirstRetry > options.LongestRetry ? $"{Section}: FirstRetry must not be above LongestRetry."
        : options.OutboxPause > options.LongestOutboxPause ? $"{Section}: OutboxPause must not be above LongestOutboxPause."
        : null;
}

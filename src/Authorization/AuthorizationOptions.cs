namespace QodOrleans.Authorization;

/// <summary>Section <c>Qod:Authorization</c>: how long what the authorization server hands out is good for.</summary>
public sealed class AuthorizationOptions
{
    /// <summary>An authorization code; 5 seconds to 10 minutes, default 1 minute. It travels through a browser.</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A backchannel request, and a consent page; 10 seconds to 1 hour, default 5 minutes. A person has to decide within it.</summary>
    public TimeSpan RequestLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Least time between two polls for one backchannel request; whole seconds, 1 to 60 s, default 2 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a consent is remembered; 0 (not at all) to 10 years, default 180 days. Counts from each time it is given.</summary>
    public TimeSpan ConsentLifetime { get; set; } = TimeSpan.FromDays(180);

    /// <summary>How long one key signs id_tokens before the next takes over; 2 days to 2 years, default 90 days.</summary>
    public TimeSpan SigningKeyLifetime { get; set; } = TimeSpan.FromDays(90);

    internal IEnumerable<string> Complaints()
    {
        if (CodeLifetime < TimeSpan.FromSeconds(5) || CodeLifetime > TimeSpan.FromMinutes(10))
            yield return $"Qod:Authorization:CodeLifetime is {CodeLifetime}; it must be 00:00:05 to 00:10:00.";
        if (RequestLifetime < TimeSpan.FromSeconds(10) || RequestLifetime > TimeSpan.FromHours(1))
            yield return $"Qod:Authorization:RequestLifetime is {RequestLifetime}; it must be 00:00:10 to 01:00:00.";
        if (PollInterval < TimeSpan.FromSeconds(1) || PollInterval > TimeSpan.FromMinutes(1) || PollInterval.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return $"Qod:Authorization:PollInterval is {PollInterval}; it must be whole seconds, 00:00:01 to 00:01:00.";
        if (ConsentLifetime < TimeSpan.Zero || ConsentLifetime > TimeSpan.FromDays(3653))
            yield return $"Qod:Authorization:ConsentLifetime is {ConsentLifetime}; it must be 0 to 3653 days.";
        if (SigningKeyLifetime < TimeSpan.FromDays(2) || SigningKeyLifetime > TimeSpan.FromDays(731))
            yield return $"Qod:Authorization:SigningKeyLifetime is {SigningKeyLifetime}; it must be 2 to 731 days.";
    }
}

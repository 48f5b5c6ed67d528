namespace QodOrleans.Authorization.Limits;

/// <summary>Section <c>Qod:RateLimits</c>. Each limit is one gateway's: with several, a client can reach their sum. 0 turns a limit off.</summary>
public sealed class RateLimitOptions
{
    /// <summary>API requests per second of one client, and as many at once; 0 to 1,000,000, default 20,000. A client's own goes before it
    /// (<see cref="ClientOptions.RequestsPerSecond"/>).</summary>
    public int RequestsPerSecond { get; set; } = 20_000;

    /// <summary>Requests per second to <c>/token</c> of one client, polls included, and as many at once; 0 to 1,000,000, default 500.</summary>
    public int TokensPerSecond { get; set; } = 500;

    /// <summary>Requests per second to <c>/bc-authorize</c> of one client, and as many at once; 0 to 1,000,000, default 200.</summary>
    public int LoginsPerSecond { get; set; } = 200;

    /// <summary>Requests per second to <c>/authorize</c> and the consent pages from one address (IPv6: one /64), and as many at once; 0 to 1,000,000,
    /// default 200.</summary>
    public int PagesPerSecond { get; set; } = 200;

    /// <summary>Wrong client secrets and assertions per minute from one address (IPv6: one /64), and as many at once; 0 to 1,000,000, default 300.</summary>
    public int WrongSecretsPerMinute { get; set; } = 300;

    internal IEnumerable<string> Complaints()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(RequestsPerSecond), RequestsPerSecond), (nameof(TokensPerSecond), TokensPerSecond), (nameof(LoginsPerSecond), LoginsPerSecond),
            (nameof(PagesPerSecond), PagesPerSecond), (nameof(WrongSecretsPerMinute), WrongSecretsPerMinute),
        })
        {
            if (value is < 0 or > 1_000_000) yield return $"Qod:RateLimits:{name} is {value}; it must be 0 to 1000000.";
        }
    }
}

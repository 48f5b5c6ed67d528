using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Limits;

namespace QodOrleans.Authorization;

/// <summary>Section <c>Qod</c> of the configuration, as far as the authorization server reads it.</summary>
public sealed class AuthorizationServerOptions
{
    public const string Section = "Qod";

    /// <summary>Default sandbox. Production knows no sandbox clients, no mock token, no <c>http</c> and no loopback sinks.</summary>
    public QodMode Mode { get; set; } = QodMode.Sandbox;

    /// <summary>Scheme, host and, where there is one, the path before all of ours by which clients reach this gateway: the start of every event's
    /// <c>source</c>, of links and of the issuer. Requests are taken with that path and, for proxies that take it off, without. Never taken from
    /// a request: a client chooses its own <c>Host</c> header.</summary>
    public string PublicUrl { get; set; } = "http://localhost:8080";

    /// <summary>How long an access token is good for; 1 minute to 1 day, default 1 hour. A token cannot be called back earlier.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Validated access tokens kept in memory; 0 to 1,000,000, default 20,000, about 1 kB each.</summary>
    public int AccessTokenCacheSize { get; set; } = 20_000;

    /// <summary>The applications. Sandbox mode adds its three.</summary>
    public IList<ClientOptions> Clients { get; init; } = [];

    public AuthorizationOptions Authorization { get; init; } = new();

    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>OAuth's name for this server: <see cref="PublicUrl"/> without a slash at its end.</summary>
    public string Issuer => PublicUrl.TrimEnd('/');

    /// <summary>What is wrong: each with the full key, the value, and what it must be.</summary>
    internal IEnumerable<string> Complaints(ScopeCatalog scopes)
    {
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            yield return $"Qod:PublicUrl is '{PublicUrl}'; it must be an absolute http or https URL without user, query or fragment.";
        if (AccessTokenLifetime < TimeSpan.FromMinutes(1) || AccessTokenLifetime > TimeSpan.FromDays(1))
            yield return $"Qod:AccessTokenLifetime is {AccessTokenLifetime}; it must be 00:01:00 to 1.00:00:00.";
        if (AccessTokenCacheSize is < 0 or > 1_000_000)
            yield return $"Qod:AccessTokenCacheSize is {AccessTokenCacheSize}; it must be 0 to 1000000.";
        foreach (var complaint in Authorization.Complaints().Concat(RateLimits.Complaints())) yield return complaint;
        for (var i = 0; i < Clients.Count; i++)
            foreach (var complaint in Clients[i].Complaints(scopes))
                yield return $"Qod:Clients:{i} {complaint}";
        foreach (var twice in Clients.GroupBy(client => client.Id).Where(group => group.Count() > 1))
            yield return $"Qod:Clients names '{twice.Key}' more than once.";
    }
}

public enum QodMode
{
    /// <summary>Simulated operators; known clients and a known token; events also to <c>http</c> and loopback.</summary>
    Sandbox,

    /// <summary>What is configured, and nothing else.</summary>
    Production,
}

internal sealed class AuthorizationServerOptionsValidator(ScopeCatalog scopes) : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options)
    {
        var complaints = options.Complaints(scopes).ToArray();
        return complaints.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }
}

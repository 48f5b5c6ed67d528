using System.ComponentModel.DataAnnotations;
using System.Net;
using QodOrleans.Api.Auth;
using QodOrleans.Api.Auth.Jose;
using QodOrleans.Api.Auth.Limits;
using QodOrleans.Api.Http;

namespace QodOrleans.Api;

/// <summary>Section <c>Qod</c> of the configuration, as far as the gateway reads it.</summary>
public sealed class ApiOptions : IValidatableObject
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

    /// <summary>Longest time for one request, its body included, before it is answered 503; 1 second to 5 minutes, default 15 seconds. Must be above
    /// every limit of the engine's, or clients are told "unavailable" about sessions that come to be.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Validated access tokens kept in memory; 0 to 1,000,000, default 20,000, about 1 kB each.</summary>
    public int AccessTokenCacheSize { get; set; } = 20_000;

    /// <summary>Other servers that the reference at <c>/docs</c> offers beside the one it came from, for example a sandbox and a production host;
    /// default <see cref="PublicUrl"/>.</summary>
    public IList<ServerOptions> DocsServers { get; init; } = [];

    /// <summary>Surfaces that are elsewhere than their documents have them; default none.</summary>
    public IList<SurfaceOptions> Surfaces { get; init; } = [];

    /// <summary>How the legacy surface's events show the sink that they are ours; default <see cref="LegacySinkToken.Bearer"/>.</summary>
    public LegacySinkToken LegacySinkToken { get; set; } = LegacySinkToken.Bearer;

    /// <summary>The applications. Sandbox mode adds its three.</summary>
    public IList<ClientOptions> Clients { get; init; } = [];

    /// <summary>Address ranges of the proxies in front of us, in CIDR form; default none. Who connects from one of them is believed about
    /// <c>X-Forwarded-For</c>, and nobody else: it says which line a person has.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    public AuthorizationOptions Authorization { get; init; } = new();

    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>OAuth's name for this server: <see cref="PublicUrl"/> without a slash at its end.</summary>
    internal string Issuer => PublicUrl.TrimEnd('/');

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            yield return new($"Qod:PublicUrl is '{PublicUrl}'; it must be an absolute http or https URL without user, query or fragment.");
        if (AccessTokenLifetime < TimeSpan.FromMinutes(1) || AccessTokenLifetime > TimeSpan.FromDays(1))
            yield return new($"Qod:AccessTokenLifetime is {AccessTokenLifetime}; it must be 00:01:00 to 1.00:00:00.");
        if (RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromMinutes(5))
            yield return new($"Qod:RequestTimeout is {RequestTimeout}; it must be 00:00:01 to 00:05:00.");
        if (AccessTokenCacheSize is < 0 or > 1_000_000)
            yield return new($"Qod:AccessTokenCacheSize is {AccessTokenCacheSize}; it must be 0 to 1000000.");
        for (var i = 0; i < DocsServers.Count; i++)
            if (!Uri.TryCreate(DocsServers[i].Url, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
                yield return new($"Qod:DocsServers:{i}:Url is '{DocsServers[i].Url}'; it must be an absolute http or https URL.");
        foreach (var range in TrustedProxies.Where(range => !IPNetwork.TryParse(range, out _)))
            yield return new($"Qod:TrustedProxies has '{range}'; it must be an address range in CIDR form, like 10.0.0.0/8.");
        if (!Enum.IsDefined(LegacySinkToken)) yield return new($"Qod:LegacySinkToken is {LegacySinkToken}; it must be one of: {string.Join(", ", Enum.GetNames<LegacySinkToken>())}.");
        foreach (var complaint in SurfaceDirectory.Complaints(ApiExtensions.Surfaces, Surfaces)) yield return new(complaint);
        foreach (var complaint in Authorization.Validate().Concat(RateLimits.Validate())) yield return complaint;
        for (var i = 0; i < Clients.Count; i++)
            foreach (var complaint in Clients[i].Complaints())
                yield return new($"Qod:Clients:{i} {complaint}");
        foreach (var twice in Clients.GroupBy(client => client.Id).Where(group => group.Count() > 1))
            yield return new($"Qod:Clients names '{twice.Key}' more than once.");
    }
}

public enum QodMode
{
    /// <summary>Simulated operators; known clients and a known token; events also to <c>http</c> and loopback.</summary>
    Sandbox,

    /// <summary>What is configured, and nothing else.</summary>
    Production,
}

/// <summary>Where the <c>notificationAuthToken</c> of a legacy session stands in a callback.</summary>
public enum LegacySinkToken
{
    /// <summary><c>Authorization: Bearer</c>, as in all releases since 0.9.</summary>
    Bearer,

    /// <summary><c>apikey</c> in the query, as 0.8 itself has it. It ends up in the access logs of the sink and of every proxy before it.</summary>
    ApiKey,
}

/// <summary>A server that serves the same API.</summary>
public sealed class ServerOptions
{
    /// <summary>Absolute, without the surfaces' own paths.</summary>
    public string Url { get; set; } = "";

    /// <summary>For people, for example "Production".</summary>
    public string Description { get; set; } = "";
}

/// <summary>A surface that is elsewhere than its document has it.</summary>
public sealed class SurfaceOptions
{
    /// <summary>As in its document's URL, <c>/openapi/{Name}.json</c>. Surfaces that share a path move together, by the name of the newest.</summary>
    public string Name { get; set; } = "";

    /// <summary>In place of its document's server path, for example <c>/qod/v0</c>; below <see cref="ApiOptions.PublicUrl"/>.</summary>
    public string Path { get; set; } = "";
}

/// <summary>One application.</summary>
public sealed class ClientOptions
{
    /// <summary>OAuth <c>client_id</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The hash of the secret as <see cref="ClientSecret.Hash"/> writes it; the secret itself is stored nowhere. Without one, the application
    /// needs keys, and HTTP Basic is refused to it.</summary>
    public string SecretHash { get; set; } = "";

    /// <summary>The application's public keys for <c>private_key_jwt</c>: a JWK set in JSON, 1 to 8 keys, EC P-256 (ES256) or P-384 (ES384), or RSA of
    /// 2,048 to 4,096 bits (PS256, RS256). Read at start.</summary>
    public string? Jwks { get; set; }

    /// <summary>A file with the same, instead of <see cref="Jwks"/>; relative to the directory that the host is started in.</summary>
    public string? JwksFile { get; set; }

    /// <summary>Scopes the application may have; default all.</summary>
    public IList<string> Scopes { get; init; } = [];

    /// <summary>Where an authorization code may be sent; compared exactly. Absolute, without a fragment.</summary>
    public IList<string> RedirectUris { get; init; } = [];

    /// <summary>What people are told who wants their permission; default the id.</summary>
    public string? DisplayName { get; set; }

    /// <summary>Default false: the application's contract covers its use. True: people are asked before it may act for their lines.</summary>
    public bool ConsentRequired { get; set; }

    /// <summary>API requests per second, and as many at once, at each gateway; 0 (no limit) to 1,000,000. Default <c>Qod:RateLimits:RequestsPerSecond</c>.</summary>
    public int? RequestsPerSecond { get; set; }

    internal IEnumerable<string> Complaints()
    {
        if (Id.Length is 0 or > 100 || Id.Any(c => c is < '!' or > '~' or ':')) yield return "needs an Id of 1 to 100 visible ASCII characters other than ':'.";
        if (SecretHash.Length == 0 ? Jwks is null && JwksFile is null : !ClientSecret.TryParse(SecretHash, out _))
            yield return "needs a SecretHash of the form pbkdf2-sha256$iterations$salt$hash, or keys in Jwks or JwksFile.";
        if (WhyNoKeys() is { } why) yield return why;
        if (RequestsPerSecond is < 0 or > 1_000_000) yield return $"has RequestsPerSecond {RequestsPerSecond}; it must be 0 to 1000000.";
        foreach (var uri in RedirectUris.Where(uri => !IsRedirectUri(uri)))
            yield return $"has the redirect URI '{uri}'; it must be an absolute URI of printable ASCII without a fragment.";
        foreach (var scope in Scopes.Where(scope => !QodScopes.All.Contains(scope)))
            yield return $"has the unknown scope '{scope}'; known are {string.Join(" ", QodScopes.All)}.";
    }

    /// <exception cref="FormatException">They are none that can be registered.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    internal ClientKeySet ReadKeys() => (Jwks, JwksFile) switch
    {
        (null, null) => ClientKeySet.Empty,
        ({ } json, null) => ClientKeySet.Parse(json),
        (null, { } file) => ClientKeySet.Parse(File.ReadAllText(file)),
        _ => throw new FormatException("there is a Jwks too"),
    };

    private string? WhyNoKeys()
    {
        try
        {
            ReadKeys();
            return null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return JwksFile is null ? $"has a Jwks that cannot be used: {e.Message.TrimEnd('.')}." : $"has the JwksFile '{JwksFile}', which cannot be used: {e.Message.TrimEnd('.')}.";
        }
    }

    /// <summary>RFC 6749, 3.1.2. Schemes that run what they carry are no places to send anybody.</summary>
    private static bool IsRedirectUri(string text) =>
        text.All(c => c is > ' ' and <= '~') && !text.Contains('#') && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase) && uri.Scheme is not ("javascript" or "data" or "file" or "vbscript");
}

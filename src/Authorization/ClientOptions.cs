using QodOrleans.Authorization.Jose;

namespace QodOrleans.Authorization;

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

    /// <summary>The application's name on the consent page; default the id.</summary>
    public string? DisplayName { get; set; }

    /// <summary>Default false: the application's contract covers its use. True: people are asked before it may act for their lines.</summary>
    public bool ConsentRequired { get; set; }

    /// <summary>API requests per second, and as many at once, at each gateway; 0 (no limit) to 1,000,000. Default
    /// <c>Qod:RateLimits:RequestsPerSecond</c>.</summary>
    public int? RequestsPerSecond { get; set; }

    internal IEnumerable<string> Complaints(ScopeCatalog known)
    {
        if (Id.Length is 0 or > 100 || Id.Any(c => c is < '!' or > '~' or ':')) yield return "needs an Id of 1 to 100 visible ASCII characters other than ':'.";
        if (SecretHash.Length == 0 ? Jwks is null && JwksFile is null : !ClientSecret.TryParse(SecretHash, out _))
            yield return "needs a SecretHash of the form pbkdf2-sha256$iterations$salt$hash, or keys in Jwks or JwksFile.";
        if (WhyNoKeys() is { } why) yield return why;
        if (RequestsPerSecond is < 0 or > 1_000_000) yield return $"has RequestsPerSecond {RequestsPerSecond}; it must be 0 to 1000000.";
        foreach (var uri in RedirectUris.Where(uri => !IsRedirectUri(uri)))
            yield return $"has the redirect URI '{uri}'; it must be an absolute URI of printable ASCII without a fragment.";
        foreach (var scope in Scopes.Where(scope => !known.All.Contains(scope)))
            yield return $"has the unknown scope '{scope}'; known are {string.Join(" ", known.All)}.";
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
            return JwksFile is null
                ? $"has a Jwks that cannot be used: {e.Message.TrimEnd('.')}."
                : $"has the JwksFile '{JwksFile}', which cannot be used: {e.Message.TrimEnd('.')}.";
        }
    }

    /// <summary>RFC 6749, 3.1.2. Schemes that execute their content are refused.</summary>
    private static bool IsRedirectUri(string text) =>
        text.All(c => c is > ' ' and <= '~') && !text.Contains('#') && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase) && uri.Scheme is not ("javascript" or "data" or "file" or "vbscript");
}

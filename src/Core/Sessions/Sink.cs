namespace QodOrleans.Core.Sessions;

/// <summary>Where a client wants its events, and the token it wants to see there.</summary>
/// <param name="Url">Absolute, vetted when the session was made, and vetted again at every connection.</param>
/// <param name="ProtectedToken">The bearer token as <see cref="Notifications.ISecretProtector"/> sealed it; null where the client gave none.</param>
/// <param name="TokenExpiresAt">When the client says that the token ends; null where it does not say.</param>
/// <param name="TokenParameter">The parameter of the sink's query that carries the token, where the surface has it so when the session is made; null for a
/// bearer token in the <c>Authorization</c> header.</param>
public sealed record Sink(Uri Url, byte[]? ProtectedToken, DateTimeOffset? TokenExpiresAt = null, string? TokenParameter = null)
{
    /// <summary>Shown and called as the client wrote it, wherever the text has come from.</summary>
    public Uri Url { get; } = UrlOf(Url.OriginalString);

    /// <summary>A URL whose path and query stay as they are written. Otherwise <see cref="Uri"/> decodes and resolves what it can (<c>%7E</c>, <c>/../</c>),
    /// and a URL that its owner has signed is another one then.</summary>
    public static Uri UrlOf(string text) => new(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Neither path nor token: a log line may hold this.</summary>
    public override string ToString() => Url.Host;
}

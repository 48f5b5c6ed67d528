namespace QodOrleans.Api.Releases.Qod010;

/// <summary>The scopes of this release.</summary>
internal static class QodScopes
{
    /// <summary>Create and extend sessions.</summary>
    public const string SessionsWrite = "qod-sessions-write";

    public const string SessionsRead = "qod-sessions-read";

    public const string SessionsDelete = "qod-sessions-delete";

    /// <summary>Declared by the release, attached to no operation of it.</summary>
    public const string ProfilesRead = "qod-profiles-read";
}

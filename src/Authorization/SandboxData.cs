namespace QodOrleans.Authorization;

/// <summary>What everybody may know and use, in sandbox mode only.</summary>
internal static class SandboxData
{
    public const string MockToken = "mock_sandbox_access_token";

    public const string MockClientId = "mock-sandbox";

    private const string Callback = "https://my_app_server/qod-auth-callback";

    /// <summary>What <see cref="MockToken"/> stands for: everything, for ever.</summary>
    public static AccessToken MockAccess(ScopeCatalog scopes) =>
        new(MockClientId, Subject: null, Line: null, [.. scopes.All], DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    /// <summary>The samples' own, another one for trying out what may not be seen of others, and one that has to ask people first.</summary>
    public static IReadOnlyList<ClientOptions> Clients { get; } =
    [
        new() { Id = "my-app-id", SecretHash = MySecretHash, RedirectUris = [Callback] },
        new() { Id = "other-app-id", SecretHash = OtherSecretHash },
        new() { Id = "asking-app-id", SecretHash = AskingSecretHash, RedirectUris = [Callback], DisplayName = "Asking App", ConsentRequired = true },
    ];

    private const string MySecretHash = "pbkdf2-sha256$100000$n+Dqj9o+f6fBWkUSk9BpDw==$vOYjQge8S4K3z3lsEvQHJrItwK5t5Swh0wQolXd/TdU=";
    private const string AskingSecretHash = "pbkdf2-sha256$100000$Xg5W9SkI6O9tuEm1s6DZZw==$0e7Dc8DdQC1O2Y4qpISWdUlUHNJQtoV6bw1QJcm61pk=";
    private const string OtherSecretHash = "pbkdf2-sha256$100000$d9M6dK2xMcuivrzqdOOjGQ==$7P2s7tej1NhXVyRockoc65/GYxdukRS8FtNy1jWUj2o=";
}

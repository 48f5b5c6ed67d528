namespace QodOrleans.Api.Auth;

/// <summary>What everybody may know and use, in sandbox mode only.</summary>
internal static class SandboxData
{
    public const string MockToken = "mock_sandbox_access_token";

    public static readonly AccessToken MockAccess = new("mock-sandbox", Subject: null, Line: null, [.. QodScopes.All], DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    public static IEnumerable<Client> Clients() =>
    [
        ClientRegistry.Make("my-app-id", MySecretHash, [], ["https://my_app_server/qod-auth-callback"]),
        ClientRegistry.Make("other-app-id", OtherSecretHash, [], []),
    ];

    private const string MySecretHash = "pbkdf2-sha256$100000$n+Dqj9o+f6fBWkUSk9BpDw==$vOYjQge8S4K3z3lsEvQHJrItwK5t5Swh0wQolXd/TdU=";
    private const string OtherSecretHash = "pbkdf2-sha256$100000$d9M6dK2xMcuivrzqdOOjGQ==$7P2s7tej1NhXVyRockoc65/GYxdukRS8FtNy1jWUj2o=";
}
